import type { Command } from "commander";
import type { Trigger } from "../../../index.js";
import { openToolset, type ProfileOptions, profileOption } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { UsageError } from "../../errors.js";
import { stringList } from "../../options/values.js";
import { table } from "../../terminal/table.js";

interface Options extends ProfileOptions {
  readonly app?: readonly string[];
  readonly enabled?: true;
  readonly search?: string;
  readonly json?: true;
  readonly full?: true;
}

export function addTriggersLs(parent: Command, context: Context): void {
  const command = parent
    .command("ls")
    .description("list the triggers that can be enabled")
    .option("--app <name>", "only triggers of these apps; repeatable, or separated by commas", stringList)
    .option("--enabled", "only triggers that are enabled for an account")
    .option("--search <text>", "only triggers with this text in their name or description")
    .option("--json", "print one line of JSON per trigger, with its schemas")
    .option("--full", "with --json: print one JSON document, a catalog for `earshot dev --catalog`")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot triggers ls
  $ earshot triggers ls --app github,slack
  $ earshot triggers ls --search star --json | jq -r .name
  $ earshot triggers ls --json --full > catalog.json`,
    );
  profileOption(command).action(async (options: Options) => {
    const { io, ending } = context;
    if (options.full && !options.json) throw new UsageError("--full requires --json");
    const toolset = await openToolset(context, options);
    const triggers = await toolset.listTriggers({
      ...(options.app !== undefined && { appNames: options.app }),
      ...(options.enabled && { showEnabledOnly: true }),
      ...(options.search !== undefined && { search: options.search }),
      signal: ending,
    });
    if (options.full) {
      await io.record({ items: triggers.map(catalogEntry) });
      return;
    }
    if (options.json) {
      for (const trigger of triggers) await io.record(trigger);
      return;
    }
    if (triggers.length === 0) {
      io.note("No matching triggers. `earshot triggers ls` lists all.");
      return;
    }
    const rows = triggers.map(({ name, appName, description }) => [name, appName, description]);
    const columns = [{ heading: "NAME", paint: io.out.bold }, { heading: "APP" }, { heading: "DESCRIPTION" }];
    for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
  });
}

/** A trigger type as generation 3 of the API writes it. */
function catalogEntry(trigger: Trigger) {
  const { name, displayName, description, instructions, type, appName, config, payload, version } = trigger;
  const about = { name: displayName, description, instructions, type, version };
  const setup = { requires_webhook_endpoint_setup: trigger.requiresWebhookEndpoint };
  return { slug: name, ...about, ...setup, toolkit: { slug: appName }, config, payload };
}

interface ActiveOptions extends ProfileOptions {
  readonly trigger?: readonly string[];
  readonly entity?: readonly string[];
  readonly account?: readonly string[];
  readonly all?: true;
  readonly json?: true;
}

export function addActive(parent: Command, context: Context): void {
  const command = parent
    .command("active")
    .description("list the enabled triggers")
    .option("--trigger <name>", "only these triggers; repeatable, or separated by commas", stringList)
    .option(
      "--entity <id>",
      "only triggers of these entities; repeatable, or separated by commas",
      stringList,
    )
    .option(
      "--account <id>",
      "only triggers of these connected accounts; repeatable, or separated by commas",
      stringList,
    )
    .option("--all", "also disabled triggers")
    .option("--json", "print one line of JSON per trigger")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot triggers active
  $ earshot triggers active --trigger GITHUB_STAR_ADDED_EVENT --all
  $ earshot triggers active --json | jq -r .id`,
    );
  profileOption(command).action(async (options: ActiveOptions) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    const active = await toolset.activeTriggers({
      ...(options.trigger !== undefined && { triggerNames: options.trigger }),
      ...(options.entity !== undefined && { entityIds: options.entity }),
      ...(options.account !== undefined && { connectedAccountIds: options.account }),
      ...(options.all && { showDisabled: true }),
      signal: ending,
    });
    if (options.json) {
      for (const trigger of active) await io.record(trigger);
      return;
    }
    if (active.length === 0) {
      io.note("No matching triggers. `earshot triggers enable NAME` enables one.");
      return;
    }
    const rows = active.map((it) => [
      it.id,
      it.triggerName,
      it.connectedAccountId,
      it.entityId ?? "",
      it.enabled ? "enabled" : "disabled",
      JSON.stringify(it.config),
    ]);
    const columns = [
      { heading: "ID", paint: io.out.bold },
      { heading: "TRIGGER" },
      { heading: "ACCOUNT" },
      { heading: "ENTITY" },
      { heading: "STATE", paint: stateColor(io.out) },
      { heading: "CONFIG" },
    ];
    for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
  });
}

export function addStatus(parent: Command, context: Context): void {
  const command = parent
    .command("status")
    .description("count the trigger instances by state, and say what is disabled and why")
    .option("--json", "print one line of JSON: the counts, and the disabled instances")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot triggers status
  $ earshot triggers status --json | jq .counts.disabled`,
    );
  profileOption(command).action(async (options: ProfileOptions & { readonly json?: true }) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    const all = await toolset.activeTriggers({ showDisabled: true, signal: ending });
    const disabled = all.filter(({ enabled }) => !enabled);
    const counts = { enabled: all.length - disabled.length, disabled: disabled.length };
    if (options.json) {
      await io.record({ counts, disabled });
      return;
    }
    await io.line(
      `${io.out.green(String(counts.enabled))} enabled, ${io.out.yellow(String(counts.disabled))} disabled`,
    );
    if (disabled.length === 0) return;
    const rows = disabled.map((it) => [
      it.id,
      it.triggerName,
      it.connectedAccountId,
      it.disabledReason ?? "by a user, or not known",
      it.disabledAt?.toISOString() ?? "",
    ]);
    const columns = [
      { heading: "ID", paint: io.out.bold },
      { heading: "TRIGGER" },
      { heading: "ACCOUNT" },
      { heading: "REASON", paint: io.out.yellow },
      { heading: "SINCE" },
    ];
    for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
    io.note("`earshot triggers enable NAME` enables one again.");
  });
}

function stateColor(out: Context["io"]["out"]): (text: string) => string {
  return (text) => (text.startsWith("enabled") ? out.green(text) : out.yellow(text));
}
