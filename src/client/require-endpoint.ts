import { ApiError, EarshotError } from "../base/errors.js";
import { type ApiAdapter, everyAccount } from "./api-adapter.js";
import type { AppEndpoint, SetupField, Trigger } from "./types.js";

/** Endpoints that the check before an enabling looks at. */
const MOST_CHECKED = 20;

/**
 * Checks that a trigger which needs a webhook endpoint has one that is verified, unless the account was connected with
 * the platform's own OAuth app.
 *
 * @throws EarshotError ERR_WEBHOOK_ENDPOINT with the lines to write
 */
export async function requireEndpoint(
  adapter: ApiAdapter,
  trigger: Trigger,
  target: { readonly connectedAccountId: string | undefined; readonly entityId: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { appName, name } = trigger;
  const entries = (await adapter.webhookEndpoints.list(appName, signal)).filter(
    (one) => one.appName === appName,
  );
  const endpoints: AppEndpoint[] = [];
  for (const { id } of entries.slice(0, MOST_CHECKED)) {
    const endpoint = await adapter.webhookEndpoints.get(id, signal);
    if (endpoint.verifiedAt !== undefined) return;
    endpoints.push(endpoint);
  }
  if (await hasManagedAccount(adapter, appName, target, signal)) return;
  const fields = await adapter.webhookEndpoints.setupFields(appName, signal).catch((thrown: unknown) => {
    // The lines are a help: without the names of the fields, they still say what to do.
    if (thrown instanceof ApiError) return [];
    throw thrown;
  });
  const [first] = endpoints;
  const problem =
    first === undefined
      ? "and there is none"
      : `and none is verified: ${endpoints.map(({ id, fields }) => `${id} (${Object.keys(fields).length === 0 ? "no fields stored" : "not verified"})`).join(", ")}`;
  throw new EarshotError(
    "ERR_WEBHOOK_ENDPOINT",
    `${name} needs a webhook endpoint for your own OAuth app at ${appName}, ${problem}. Write:\n${setupLines(appName, first, fields)}`,
  );
}

async function hasManagedAccount(
  { accounts }: ApiAdapter,
  appName: string,
  { connectedAccountId, entityId }: { connectedAccountId: string | undefined; entityId: string },
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    if (connectedAccountId !== undefined) {
      return (await accounts.get(connectedAccountId, signal)).isManaged === true;
    }
    const query = { ...everyAccount, entityIds: [entityId], appNames: [appName] };
    for await (const page of accounts.list(query, signal)) {
      if (page.some(({ usable, isManaged }) => usable && isManaged === true)) return true;
    }
  } catch (thrown) {
    // Enabling has the same problem, after the endpoint's.
    if (!(thrown instanceof ApiError)) throw thrown;
  }
  return false;
}

function setupLines(app: string, known: AppEndpoint | undefined, fields: readonly SetupField[]): string {
  const values = fields.map(
    ({ name }) => `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: "…"`,
  );
  const stored = values.length === 0 ? "fields" : `{ ${values.join(", ")} }`;
  const id = known === undefined ? "endpoint.id" : JSON.stringify(known.id);
  const create = `  const endpoint = await toolset.webhookEndpoints.create({ app: ${JSON.stringify(app)}, clientId: "…" });`;
  return [
    ...(known === undefined ? [create] : []),
    `  await toolset.webhookEndpoints.update(${id}, ${stored});`,
    `  // Enter ${known === undefined ? "endpoint.url" : known.url} in the settings of your OAuth app, then:`,
    `  await toolset.webhookEndpoints.waitUntilVerified(${id});`,
  ].join("\n");
}
