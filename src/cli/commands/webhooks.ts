import { type Command, Option } from "commander";
import { openToolset, type ProfileOptions, profileOption } from "../config/connection.js";
import type { Context } from "../context.js";
import { httpUrl, stringList } from "../options/values.js";
import { sanitize } from "../terminal/sanitize.js";
import { table } from "../terminal/table.js";
import { addWebhookEndpoints } from "./webhook-endpoints.js";

interface JsonOptions extends ProfileOptions {
  readonly json?: true;
}

interface SubscribeOptions extends JsonOptions {
  readonly event?: readonly string[];
  readonly format?: "V1" | "V2" | "V3";
  readonly showSecret?: true;
}

/** The project's webhook subscription at the platform. */
export function addWebhooks(program: Command, context: Context): void {
  const webhooks = program
    .command("webhooks")
    .description("list event types, subscribe a URL, end webhooks, set up endpoints of your own OAuth apps")
    .addHelpText(
      "after",
      `
A project has one subscription. A listener with a public URL sets it by itself.

Examples:
  $ earshot webhooks events
  $ earshot webhooks subscribe https://agent.example/webhook --event composio.trigger.disabled
  $ earshot webhooks delete`,
    );
  addEvents(webhooks, context);
  addSubscribe(webhooks, context);
  addDelete(webhooks, context);
  addWebhookEndpoints(webhooks, context);
}

function addEvents(parent: Command, context: Context): void {
  const command = parent
    .command("events")
    .description("list the event types that webhooks can carry")
    .option("--json", "print one line of JSON per event type")
    .addHelpText(
      "after",
      "\nExamples:\n  $ earshot webhooks events\n  $ earshot webhooks events --json | jq -r .type",
    );
  profileOption(command).action(async (options: JsonOptions) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    const types = await toolset.webhookEventTypes({ signal: ending });
    if (options.json) {
      for (const type of types) await io.record(type);
      return;
    }
    const rows = types.map(({ type, description, versions }) => [type, versions.join(", "), description]);
    const columns = [
      { heading: "TYPE", paint: io.out.bold },
      { heading: "FORMATS" },
      { heading: "DESCRIPTION" },
    ];
    for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
  });
}

function addSubscribe(parent: Command, context: Context): void {
  const command = parent
    .command("subscribe")
    .description("set the URL that webhooks are sent to, and their event types")
    .argument("<url>", "the URL, reachable from the platform", httpUrl)
    .option(
      "--event <type>",
      "an event type in addition to those of triggers; repeatable, or separated by commas",
      stringList,
    )
    .addOption(new Option("--format <format>", "the format of the bodies").choices(["V1", "V2", "V3"]))
    .option("--show-secret", "also print the signing secret")
    .option("--json", "print one line of JSON, with --show-secret including the secret")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot webhooks subscribe https://agent.example/webhook
  $ earshot webhooks subscribe https://agent.example/webhook --event composio.trigger.disabled --json
  $ COMPOSIO_WEBHOOK_SECRET=$(earshot webhooks subscribe https://agent.example/webhook --show-secret)`,
    );
  profileOption(command).action(async (url: string, options: SubscribeOptions) => {
    const { io, ending } = context;
    const toolset = await openToolset(context, options);
    const { event, format, showSecret } = options;
    const webhook = await toolset.setWebhookUrl(url, {
      ...(event !== undefined && { events: ["composio.trigger.message", ...event] }),
      ...(format !== undefined && { version: format }),
      signal: ending,
    });
    const { secret } = webhook;
    if (options.json) {
      await io.record({ ...webhook, ...(showSecret && { secret }) });
      return;
    }
    if (showSecret) await io.line(secret ?? "");
    const replaced = webhook.replaced === undefined ? "" : `, was ${sanitize(webhook.replaced)}`;
    io.note(`${io.err.green("Subscribed")} ${sanitize(webhook.url)}${replaced}`);
    if (webhook.events !== undefined) io.note(`Events: ${webhook.events.map(sanitize).join(", ")}`);
  });
}

function addDelete(parent: Command, context: Context): void {
  const command = parent
    .command("delete")
    .description("end webhooks: the platform sends none any more")
    .addHelpText("after", "\nExamples:\n  $ earshot webhooks delete");
  profileOption(command).action(async (options: ProfileOptions) => {
    const toolset = await openToolset(context, options);
    await toolset.deleteWebhook({ signal: context.ending });
    context.io.note("Webhooks are ended. `earshot webhooks subscribe URL` starts them again.");
  });
}
