import type { Command } from "commander";
import { openToolset, type ProfileOptions, profileOption } from "../config/connection.js";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { jsonObject } from "../options/values.js";
import { sanitize } from "../terminal/sanitize.js";
import { table } from "../terminal/table.js";

interface ListOptions extends ProfileOptions {
  readonly app?: string;
  readonly json?: true;
}

interface SetUpOptions extends ProfileOptions {
  readonly fields?: string;
  readonly json?: true;
}

/** Endpoints at the platform for the events of one's own OAuth apps. */
export function addWebhookEndpoints(webhooks: Command, context: Context): void {
  addList(webhooks, context);
  addSetUp(webhooks, context);
}

function addList(parent: Command, context: Context): void {
  const command = parent
    .command("endpoints")
    .description("list the platform's endpoints for the events of your own OAuth apps")
    .option("--app <app>", "only those of this app")
    .option("--json", "print one line of JSON per endpoint")
    .addHelpText(
      "after",
      "\nExamples:\n  $ earshot webhooks endpoints\n  $ earshot webhooks endpoints --app slack --json | jq -r .url",
    );
  profileOption(command).action(async ({ app, json, ...options }: ListOptions) => {
    const { io, ending } = context;
    const { webhookEndpoints } = await openToolset(context, options);
    const rows: string[][] = [];
    for (const { id } of await webhookEndpoints.list({ app, signal: ending })) {
      const endpoint = await webhookEndpoints.get(id, { signal: ending });
      if (json) await io.record(endpoint);
      const { appName, clientId = "", verifiedAt, url } = endpoint;
      rows.push([id, appName, clientId, verifiedAt === undefined ? "not verified" : "verified", url]);
    }
    if (json) return;
    const columns = [
      { heading: "ID", paint: io.out.bold },
      { heading: "APP" },
      { heading: "CLIENT ID" },
      { heading: "STATE" },
      { heading: "URL" },
    ];
    for (const line of table(columns, rows, io.width, io.out.dim)) await io.line(line);
  });
}

function addSetUp(parent: Command, context: Context): void {
  const command = parent
    .command("endpoint")
    .description("create the endpoint of an OAuth app, or store fields of the one that is there")
    .argument("<app>", "the app, such as slack")
    .argument("<client-id>", "the client id of your OAuth app")
    .option(
      "--fields <json>",
      "values from the settings of your OAuth app: a JSON object, @FILE, or @- for stdin. Others stay as they are",
    )
    .option("--json", "print one line of JSON")
    .addHelpText(
      "after",
      `
Prints the URL to enter in the settings of your OAuth app. The fields that are missing are on stderr.

Examples:
  $ earshot webhooks endpoint slack 1234.5678
  $ earshot webhooks endpoint slack 1234.5678 --fields @slack-app.json`,
    );
  profileOption(command).action(async (app: string, clientId: string, options: SetUpOptions) => {
    const { io, ending } = context;
    const call = { signal: ending };
    const fields = options.fields === undefined ? undefined : await fieldsOf(options.fields, io);
    const { webhookEndpoints } = await openToolset(context, options);
    const created = await webhookEndpoints.create({ app, clientId, ...call });
    const endpoint = fields === undefined ? created : await webhookEndpoints.update(created.id, fields, call);
    if (options.json) await io.record(endpoint);
    else await io.line(sanitize(endpoint.url));
    const wanted = await webhookEndpoints.setupFields(app, call);
    const missing = wanted.filter(({ name, required }) => required && !Object.hasOwn(endpoint.fields, name));
    if (missing.length > 0) {
      io.note(`Missing fields: ${missing.map(({ name }) => sanitize(name)).join(", ")} (--fields)`);
    } else if (endpoint.verifiedAt === undefined) {
      io.note("Enter the URL in the settings of your OAuth app: it verifies the endpoint.");
    } else {
      io.note(io.err.green("Verified"));
    }
  });
}

/** @throws UsageError */
async function fieldsOf(text: string, io: Context["io"]): Promise<Record<string, string>> {
  const given = Object.entries(await jsonObject("--fields", text, io));
  return Object.fromEntries(
    given.map(([name, value]) => {
      if (typeof value === "string") return [name, value];
      throw new UsageError(`--fields: ${name} must be a string`);
    }),
  );
}
