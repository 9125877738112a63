import { type Clock, sleep } from "../base/clock.js";
import { ApiError, EarshotError } from "../base/errors.js";
import { number, type OptionTable, readOptions, withoutDefault } from "../base/options.js";
import { equalJitterMs } from "../base/retry.js";
import { nearestFew } from "../base/suggest.js";
import { shownValue } from "../base/warning.js";
import { isJsonObject } from "../model/json.js";
import type { ApiAdapter, AppCalls, LinkedAccount, LinkRequest } from "./api-adapter.js";
import { Deadline } from "./deadline.js";
import { idOption } from "./enable.js";
import type {
  ConnectedAccount,
  ConnectionRequest,
  ConnectionWaitOptions,
  ConnectOptions,
  ConnectWithKeyOptions,
} from "./types.js";

const signal = withoutDefault<AbortSignal>();

export const connectTable = {
  // The toolset has the default.
  entityId: withoutDefault(idOption),
  callbackUrl: withoutDefault(callbackOption),
  // Without one, the app's integration is looked up.
  integrationId: withoutDefault(idOption),
  signal,
} satisfies OptionTable<ConnectOptions>;

export const connectWithKeyTable = {
  entityId: withoutDefault(idOption),
  integrationId: withoutDefault(idOption),
  signal,
} satisfies OptionTable<ConnectWithKeyOptions>;

export const waitTable = {
  timeoutMs: number(300_000, 0),
  signal,
} satisfies OptionTable<ConnectionWaitOptions>;

/** Pauses between two looks at an account: a person takes longer than a second. */
const pauses = { baseMs: 1000, capMs: 4000 };

/** States in which an account can still become active. */
const pending = new Set(["INITIALIZING", "INITIATED"]);

interface Connecting {
  readonly adapter: ApiAdapter;
  readonly clock: Clock;
  /** In lower case. */
  readonly appName: string;
  readonly signal: AbortSignal | undefined;
}

interface Wanted {
  readonly entityId: string;
  /** Without one, the app's integration is looked up. */
  readonly integrationId: string | undefined;
}

/**
 * Begins the connection of an account: finds the app's integration, or creates one, and makes the page.
 *
 * @throws EarshotError ERR_APP_UNKNOWN with the nearest names
 */
export async function beginConnection(
  { adapter, clock, appName, signal }: Connecting,
  { entityId, callbackUrl, integrationId }: Wanted & Pick<LinkRequest, "callbackUrl">,
): Promise<ConnectionRequest> {
  const id = integrationId ?? (await integrationOf(adapter.apps, appName, undefined, signal));
  const linked = await adapter.accounts.link({ entityId, callbackUrl, integrationId: id }, signal);
  return requestOf(adapter, clock, linked, appName);
}

/** Connects an account with credentials that the caller has. */
export async function connectWithKey(
  { adapter, appName, signal }: Connecting,
  credentials: string | Readonly<Record<string, string>>,
  { entityId, integrationId }: Wanted,
): Promise<ConnectedAccount> {
  const known = await adapter.apps.keyScheme(appName, signal);
  const scheme = known?.scheme ?? "API_KEY";
  const given = isJsonObject(credentials) ? credentials : keyAlone(appName, credentials, known?.fields);
  const id = integrationId ?? (await integrationOf(adapter.apps, appName, scheme, signal));
  const request = { entityId, integrationId: id, scheme, credentials: given };
  const { connectedAccountId } = await adapter.accounts.create(request, signal);
  return adapter.accounts.get(connectedAccountId, signal);
}

/** The credentials where only a key is given: the app's only required field. */
function keyAlone(
  appName: string,
  key: string,
  fields: readonly string[] = [],
): Readonly<Record<string, string>> {
  if (typeof key !== "string" || key.trim() === "") {
    throw new EarshotError("ERR_OPTION", `The key for ${appName} is a string that is not empty.`);
  }
  if (fields.length > 1) {
    const message = `${appName} needs ${fields.length} credentials: pass an object with ${fields.join(", ")}.`;
    throw new EarshotError("ERR_OPTION", message);
  }
  return { [fields[0] ?? "generic_api_key"]: key };
}

/** The app's integration for a scheme, created where there is none. */
async function integrationOf(
  apps: AppCalls,
  appName: string,
  scheme: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const found = (await apps.integrations(appName, signal)).find(
    (one) => one.enabled && (scheme === undefined || one.scheme === undefined || one.scheme === scheme),
  );
  if (found !== undefined) return found.id;
  try {
    return await apps.createIntegration(appName, scheme, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || ![400, 404, 422].includes(error.status ?? 0)) throw error;
    await rejectUnknownApp(apps, appName, signal);
    throw error;
  }
}

/** @throws EarshotError ERR_APP_UNKNOWN where the platform has no such app */
export async function rejectUnknownApp(
  apps: AppCalls,
  appName: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const names = await apps.names(signal);
  if (names.includes(appName)) return;
  const offers = nearestFew(appName, names, 5);
  const hint = offers.length === 0 ? "" : ` Nearest: ${offers.join(", ")}.`;
  throw new EarshotError("ERR_APP_UNKNOWN", `There is no app ${JSON.stringify(appName)}.${hint}`);
}

function requestOf(
  { accounts }: ApiAdapter,
  clock: Clock,
  { connectedAccountId, redirectUrl }: LinkedAccount,
  appName: string,
): ConnectionRequest {
  return {
    connectedAccountId,
    redirectUrl,
    async waitUntilActive(options: ConnectionWaitOptions = {}) {
      const { timeoutMs, signal } = readOptions("waitUntilActive", waitTable, options);
      const what = `Account ${connectedAccountId} of ${appName}`;
      const expired = () =>
        new EarshotError("ERR_TIMEOUT", `${what} was not connected within ${timeoutMs} ms (\`timeoutMs\`).`);
      const limit = new Deadline(clock, timeoutMs, expired);
      limit.follow(
        signal,
        ({ reason }) =>
          new EarshotError("ERR_ABORTED", `Waiting for ${what} was aborted.`, { cause: reason }),
      );
      try {
        for (let looks = 1; ; looks += 1) {
          limit.signal.throwIfAborted();
          const account = await accounts.get(connectedAccountId, limit.signal).catch((error) => {
            limit.signal.throwIfAborted();
            throw error;
          });
          if (account.usable) return account;
          if (!pending.has(account.status.toUpperCase())) throw failed(what, account);
          await sleep(clock, equalJitterMs(pauses, looks), limit.signal);
        }
      } finally {
        limit.clear();
      }
    },
  };
}

function failed(what: string, { status, statusReason }: ConnectedAccount): EarshotError {
  const reason = statusReason === undefined ? "" : ` ${statusReason}`;
  return new EarshotError("ERR_ACCOUNT_FAILED", `${what} cannot be used: its status is ${status}.${reason}`);
}

/** @throws EarshotError ERR_OPTION */
function callbackOption(name: string, given: string): string {
  if (typeof given === "string" && URL.canParse(given)) return given;
  throw new EarshotError("ERR_OPTION", `\`${name}\` is a URL, not ${shownValue(given)}.`);
}
