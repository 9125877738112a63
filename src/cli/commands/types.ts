import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Toolset, Trigger } from "../../index.js";
import { openToolset, type ProfileOptions, profileOption } from "../config/connection.js";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { stringList } from "../options/values.js";
import { sanitize } from "../terminal/sanitize.js";

interface Options extends ProfileOptions {
  readonly app?: readonly string[];
  readonly all?: true;
  readonly out?: string;
  readonly json?: true;
}

export function addTypes(program: Command, context: Context): void {
  const command = program
    .command("types")
    .argument("[name...]", "names of triggers; default: the enabled ones")
    .description("generate TypeScript types for configs and payloads, from the platform's schemas")
    .option("--app <name>", "triggers of these apps; repeatable, or separated by commas", stringList)
    .option("--all", "all triggers of the platform")
    .option("--out <file>", "the file to write; default: stdout")
    .option("--json", "print one line of JSON: the names, and the file or the source")
    .addHelpText(
      "after",
      `
Put the file anywhere in your sources; it adds the types of these triggers. They override the types that earshot
includes.

Examples:
  $ earshot types --out src/triggers.d.ts
  $ earshot types GITHUB_STAR_ADDED_EVENT SLACK_RECEIVE_MESSAGE
  $ earshot types --app github,slack --out src/triggers.d.ts`,
    );
  profileOption(command).action(async (names: readonly string[], options: Options) => {
    const { io, env, ending } = context;
    if (names.length > 0 && (options.app !== undefined || options.all)) {
      throw new UsageError("Use names, --app or --all, not several of them");
    }
    const toolset = await openToolset(context, options);
    const triggers = await chosen(toolset, names, options, ending);
    if (triggers.length === 0) {
      throw new UsageError("No trigger is enabled; add names, --app or --all");
    }
    const { printTriggerTypes } = await import("../../dev/index.js");
    const types = printTriggerTypes(triggers, env.COMPOSIO_BASE_URL ?? "the platform");
    const source = `/* eslint-disable */\n/* biome-ignore-all lint: generated */\n${types}`;
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
    if (out !== undefined) io.note(`${io.err.green("Wrote")} the types of ${count} to ${sanitize(out)}.`);
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
  const selected = new Set(names.length > 0 ? names.map((name) => name.toUpperCase()) : await enabled());
  const triggers: Trigger[] = [];
  // One after the other, because of the platform's rate limit.
  for (const name of selected) triggers.push(await toolset.getTrigger(name, { signal }));
  return triggers;
}
