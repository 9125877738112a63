import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Toolset, Trigger } from "../../index.js";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { plain } from "../terminal/sanitize.js";
import { openToolset, type PlatformOptions, platformOption } from "../config/toolset.js";
import { list } from "../options/values.js";

interface Options extends PlatformOptions {
  readonly app?: readonly string[];
  readonly all?: true;
  readonly out?: string;
  readonly json?: true;
}

export function addTypes(program: Command, context: Context): void {
  const command = program
    .command("types")
    .argument("[name...]", "triggers; default: those that are enabled")
    .description("write TypeScript types for triggers' configs and payloads, as your platform describes them")
    .option("--app <name>", "the triggers of these apps; repeat it or use commas for several", list)
    .option("--all", "every trigger of the platform")
    .option("--out <file>", "write them to this file; default: stdout")
    .option("--json", "as one line of JSON: the names, and the file or the source")
    .addHelpText(
      "after",
      `
Put the file anywhere in your sources: events of these triggers are typed from then on. Where the types that come with
earshot say otherwise, the file counts.

Examples:
  $ earshot types --out src/triggers.d.ts
  $ earshot types GITHUB_STAR_ADDED_EVENT SLACK_RECEIVE_MESSAGE
  $ earshot types --app github,slack --out src/triggers.d.ts`,
    );
  platformOption(command).action(async (names: readonly string[], options: Options) => {
    const { io, env, ending } = context;
    if (names.length > 0 && (options.app !== undefined || options.all)) {
      throw new UsageError("Say names, or --app, or --all, not several of them");
    }
    const toolset = await openToolset(context, options);
    const triggers = await chosen(toolset, names, options, ending);
    if (triggers.length === 0) {
      throw new UsageError("No trigger is enabled: say names, --app or --all");
    }
    const { typeFile } = await import("../type-file.js");
    const source = await typeFile(triggers, env.COMPOSIO_BASE_URL ?? "the platform");
    const { out } = options;
    if (out !== undefined) {
      await writeFile(out, source).catch((error: Error) => {
        throw new UsageError(`--out: ${out} cannot be written: ${error.message}`);
      });
    }
    const found = triggers.map(({ name }) => name).sort();
    if (options.json)
      await io.record({ triggers: found, ...(out === undefined ? { source } : { file: out }) });
    else if (out === undefined) await io.line(source.trimEnd());
    const count = `${found.length} trigger${found.length === 1 ? "" : "s"}`;
    if (out !== undefined) io.note(`${io.err.green("Wrote")} the types of ${count} to ${plain(out)}.`);
  });
}

async function chosen(
  toolset: Toolset,
  names: readonly string[],
  { app, all }: Options,
  signal: AbortSignal,
): Promise<readonly Trigger[]> {
  if (all || app !== undefined) {
    return toolset.listTriggers({ ...(app !== undefined && { appNames: app }), signal });
  }
  const enabled = async () =>
    (await toolset.activeTriggers({ signal })).map(({ triggerName }) => triggerName);
  const wanted = new Set(names.length > 0 ? names.map((name) => name.toUpperCase()) : await enabled());
  const triggers: Trigger[] = [];
  // One after the other: a platform limits its calls.
  for (const name of wanted) triggers.push(await toolset.getTrigger(name, { signal }));
  return triggers;
}
