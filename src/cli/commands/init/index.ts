import { mkdir, stat, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import type { Context } from "../../context.js";
import { errorText, UsageError } from "../../errors.js";
import { sanitize } from "../../terminal/sanitize.js";
import { agentFiles } from "./agent-files.js";

interface Options {
  readonly json?: true;
}

export function addInit(program: Command, context: Context): void {
  program
    .command("init")
    .argument("[dir]", "the directory to write to; created if it is missing", ".")
    .description("write a small agent: agent.ts, package.json and tsconfig.json")
    .option("--json", "print the directory and the written files as one line of JSON")
    .addHelpText(
      "after",
      `
The agent replies to Slack messages in their threads. Without keys it runs on a local platform with a scripted model.
Existing files are never overwritten.

Examples:
  $ earshot init roast-bot
  $ cd roast-bot && npm install && npm start`,
    )
    .action((dir: string, options: Options) => init(dir, options, context));
}

async function init(dir: string, { json }: Options, { io }: Context): Promise<void> {
  const folder = resolve(dir);
  const files = Object.entries(agentFiles(packageName(basename(folder))));
  const existing: string[] = [];
  for (const [name] of files) if (await exists(join(folder, name))) existing.push(name);
  if (existing.length > 0) {
    throw new UsageError(`${dir} already has ${existing.join(", ")}; use another directory`);
  }
  try {
    await mkdir(folder, { recursive: true });
    // `wx`: a file that appears meanwhile is not overwritten either.
    for (const [name, content] of files) await writeFile(join(folder, name), content, { flag: "wx" });
  } catch (error) {
    throw new UsageError(`${dir} cannot be written: ${errorText(error)}`);
  }
  const names = files.map(([name]) => name);
  if (json) {
    await io.record({ dir: folder, files: names });
    return;
  }
  for (const name of names) await io.line(sanitize(join(dir, name)));
  const change = folder === process.cwd() ? "" : `cd ${sanitize(dir)} && `;
  io.note(`\n${io.err.green("Wrote")} the agent. Run it:\n\n  ${change}npm install && npm start\n`);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** A directory's name as npm accepts it for a package. */
function packageName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+/, "");
  return plain === "" ? "agent" : plain.slice(0, 200);
}
