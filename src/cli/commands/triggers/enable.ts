import { type Command, InvalidArgumentError } from "commander";
import type { Context } from "../../context.js";
import { plain } from "../../plain.js";
import { openToolset } from "../../toolset.js";
import { jsonObject } from "../../values.js";

interface Options {
  readonly config?: string;
  readonly set?: ReadonlyMap<string, unknown>;
  readonly entity?: string;
  readonly account?: string;
  readonly json?: true;
}

export function addEnable(parent: Command, { io, ending }: Context): void {
  parent
    .command("enable")
    .argument("<name>", "the trigger's name, in any case")
    .description("enable a trigger for a connected account; one that was disabled is enabled again")
    .option("--config <json>", "its config as JSON, or @FILE, or @- for stdin")
    .option(
      "--set <name=value>",
      "one member of the config; repeat it for more. The value is JSON or text",
      setting,
    )
    .option("--entity <id>", "whose account; default: the entity `default`")
    .option("--account <id>", "which connected account, where the entity has several")
    .option("--json", "what was enabled, as one line of JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot triggers enable GITHUB_STAR_ADDED_EVENT --set owner=acme --set repo=site
  $ earshot triggers enable GITHUB_STAR_ADDED_EVENT --config '{"owner": "acme", "repo": "site"}'
  $ earshot triggers enable GMAIL_NEW_GMAIL_MESSAGE --config @gmail.json --entity ada --json`,
    )
    .action(async (name: string, options: Options) => {
      const whole = options.config === undefined ? {} : await jsonObject("--config", options.config);
      const toolset = await openToolset();
      const enabled = await toolset.enableTrigger(name, {
        config: { ...whole, ...Object.fromEntries(options.set ?? []) },
        ...(options.entity !== undefined && { entityId: options.entity }),
        ...(options.account !== undefined && { connectedAccountId: options.account }),
        signal: ending,
      });
      if (options.json) {
        await io.record(enabled);
        return;
      }
      await io.line(plain(enabled.triggerId));
      io.note(
        `${io.err.green("Enabled")} ${plain(enabled.triggerName)} for account ${plain(enabled.connectedAccountId)}.`,
      );
    });
}

/** `owner=acme`, `limit=5`, `labels=["a"]`: what reads as JSON is JSON, everything else is text. */
function setting(
  text: string,
  before: ReadonlyMap<string, unknown> | undefined,
): ReadonlyMap<string, unknown> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It is written name=value.");
  const value = text.slice(at + 1);
  let parsed: unknown = value;
  try {
    parsed = JSON.parse(value);
  } catch {
    // Text.
  }
  return new Map([...(before ?? []), [text.slice(0, at), parsed]]);
}
