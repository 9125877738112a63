import { isCallable } from "../base/callable.js";
import { type Clock, systemClock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import {
  boolean,
  booleanOption,
  clockOption,
  count,
  countOption,
  functionOption,
  knownOptions,
  limitOption,
  number,
  numberOption,
  type OptionTable,
  readOptions,
  type SettingsOf,
  value,
  withoutDefault,
} from "../base/options.js";
import {
  type CallbackRetry,
  type CallbackRetryOptions,
  type CallbackRetryPolicy,
  type RetryProfile,
  retryProfiles,
} from "../base/retry.js";
import { shownValue } from "../base/warning.js";
import type { Inbox, InboxContext } from "../inbox/contract.js";
import type { TriggerEvent } from "../model/event.js";
import type { Logger } from "../model/logger.js";
import type { ListenerMonitor } from "../model/monitor.js";
import type { PolledSource } from "../model/sender-log.js";
import { type AlertOptions, alertSettings } from "./alerts.js";
import { type Environment, readEnvironment } from "./environment.js";
import { checkMcpPaths, type McpSettings, type McpSourceOptions, mcpOption } from "./mcp.js";
import { loggerOption, monitorsOption } from "./monitors.js";
import { providerName } from "./provider-name.js";
import { type SocketTuning, socketTuning } from "./socket.js";
import { type WebhookOptions, type WebhookSettings, webhookSettings } from "./webhook.js";

/** Options of `toolset.createTriggerListener(options)` and `new TriggerListener(options)`. */
export interface ListenerOptions {
  /**
   * Replaces the listener of this name in this process, as a hot reload needs it. The predecessor is stopped, and
   * `start()` waits until its running callbacks have ended. Default: no name, and no listener is replaced.
   */
  readonly name?: string | undefined;
  /** Whether to receive events over the WebSocket. Needs a toolset. Default: true, unless `webhook`, `poll` or `mcp` is given. */
  readonly websocket?: boolean | undefined;
  /** Timeouts and reconnect backoff of the WebSocket. Default: see `socket`. */
  readonly socket?: SocketTuning | undefined;
  /** Receives events at a webhook server, or at a handler that you mount. Default: no webhook endpoint. */
  readonly webhook?: WebhookOptions | undefined;
  /**
   * Senders that hand out their messages when they are asked: `svixPoller({ … })`. They need no public URL. Default:
   * none.
   */
  readonly poll?: PolledSource | readonly PolledSource[] | undefined;
  /** Servers of the Model Context Protocol whose events are received. See `mcp`. Default: none. */
  readonly mcp?: McpSourceOptions | readonly McpSourceOptions[] | undefined;
  /**
   * Where events are stored before they are acknowledged. A memory inbox does not survive the process; a durable one
   * does (`sqliteInbox`, `redisInbox`). Default: `memoryInbox()`.
   */
  readonly inbox?: Inbox | undefined;
  /** Records that run at the same time. Default: 100. */
  readonly concurrency?: number | undefined;
  /** Events with the same key run one after the other, in the order received. Default: in no order. */
  readonly orderBy?: ((event: TriggerEvent) => string | undefined) | undefined;
  /**
   * The deduplication key of an event: two events with the same key are duplicates. Called once for each received
   * event. For `undefined`, only the ids count. Default: the event's ids.
   */
  readonly dedupeKey?: ((event: TriggerEvent) => string | undefined) | undefined;
  /** Limit for one run of one callback, milliseconds. Default: 300,000. */
  readonly attemptTimeoutMs?: number | undefined;
  /**
   * Retries of callbacks that failed: `"quick"` (5 attempts within 15 s), `"standard"` (20 within 24 hours: after 5 s,
   * 30 s, 2 min, 10 min, 30 min, 1 h, …), `"patient"` (32 within 3 days), or custom pauses. Default: `"standard"`.
   */
  readonly retry?: CallbackRetry | undefined;
  /**
   * Pauses a callback that fails with the same error for several events in a row, because a service that it needs is
   * unreachable or broken.
   * One event at a time then finds out whether it works again; no attempts are counted meanwhile. `false`: never.
   * Default: see `breaker`.
   */
  readonly breaker?: BreakerOptions | false | undefined;
  /**
   * How long an event's ids and deduplication key are stored, milliseconds. At least twice the `toleranceMs` of any
   * route, because a copy of a delivery stays valid for that long. Default: 345,600,000 (4 days).
   */
  readonly dedupeWindowMs?: number | undefined;
  /**
   * Unfinished records that the inbox holds. Beyond it the webhook server responds 503 and the WebSocket stops
   * reading. Default: 10,000.
   */
  readonly maxPending?: number | undefined;
  /**
   * Bytes of the bodies of waiting and running records. Beyond it the webhook server responds 503. Default:
   * 268,435,456 (256 MiB).
   */
  readonly maxPendingBytes?: number | undefined;
  /**
   * How often the process may crash while it runs a record, before the record is dead-lettered. Needs a durable
   * inbox. Default: 3.
   */
  readonly maxCrashes?: number | undefined;
  /**
   * How long a durable inbox stores an event that matches no callback, milliseconds. A callback that any process
   * registers later can still run it. Default: 345,600,000 (4 days).
   */
  readonly unmatchedForMs?: number | undefined;
  /**
   * Limits of the dead-letter queue. Beyond them the oldest dead letters are deleted, with a listener event. Default:
   * 100,000 records, 1 GiB, no limit of age.
   */
  readonly deadLetters?:
    | {
        /** Dead letters that are stored. Default: 100,000. */
        readonly records?: number | undefined;
        /** Bytes of their bodies. Default: 1,073,741,824 (1 GiB). */
        readonly bytes?: number | undefined;
        /** How long a dead letter is stored, milliseconds. Default: no limit. */
        readonly ageMs?: number | undefined;
      }
    | undefined;
  /**
   * How long a claimed record stays leased without a renewal, milliseconds. After that another worker may claim it.
   * Default: 60,000.
   */
  readonly leaseMs?: number | undefined;
  /** How long `stop()` waits for requests in flight and running callbacks together, milliseconds. Default: 10,000. */
  readonly drainTimeoutMs?: number | undefined;
  /**
   * Gets each listener event as a structured line, in place of process warnings: pino's, winston's, `console`, or an
   * object with `debug`, `info`, `warn` and `error`. Default: no logger; problems are process warnings.
   */
  readonly logger?: Logger | undefined;
  /**
   * Metrics and traces: `prometheus({ registry })` of `earshot/prometheus`, `openTelemetry()` of `earshot/otel`.
   * Default: those of the toolset, or none.
   */
  readonly monitors?: ListenerMonitor | readonly ListenerMonitor[] | undefined;
  /** Alerts over time: error rate, latency, silence, dead letters, rejected deliveries, gaps. Default: none. */
  readonly alerts?: AlertOptions | undefined;
  /**
   * Before `stop()` closes the webhook server, milliseconds. In this time `/readyz` responds 503 while deliveries are
   * still accepted, so that a load balancer sends them elsewhere before the port closes. SIGTERM under
   * `waitForever()` does the same. Default: 0.
   */
  readonly shutdownDelayMs?: number | undefined;
  /** Whether `waitForever()` ends on SIGINT and SIGTERM. Default: true. */
  readonly signals?: boolean | undefined;
  /** The source of time, for tests. Default: the system clock. */
  readonly clock?: Clock | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Stripe, OpenAI and GitHub may deliver again for about 3 days. */
const DEDUPE_WINDOW_MS = 4 * DAY_MS;

/** Their defaults depend on each other, and on the listener's. */
export const retryTable = {
  attempts: withoutDefault((name, given: number) => countOption(name, given, 1, 1)),
  baseMs: withoutDefault((name, given: number) => numberOption(name, given, 0, 0)),
  capMs: withoutDefault((name, given: number) => numberOption(name, given, 0, 0)),
  delaysMs: withoutDefault(delaysOption),
} satisfies OptionTable<CallbackRetryOptions>;

/** Options of `breaker`. */
export interface BreakerOptions {
  /** Events that have to fail in a row with the same error. Default: 5. */
  readonly failures?: number | undefined;
  /** The first pause, milliseconds. Then one event is tried; while it fails, each pause is twice as long. Default: 5,000. */
  readonly probeMs?: number | undefined;
  /** No pause is longer than this, milliseconds. Default: 30,000. */
  readonly maxProbeMs?: number | undefined;
}

export const breakerTable = {
  failures: count(5, 1),
  probeMs: number(5000, 1),
  maxProbeMs: number(30_000, 1),
} satisfies OptionTable<BreakerOptions>;

/** {@link BreakerOptions} with every default filled in; `false` for none. */
export type BreakerSettings = SettingsOf<typeof breakerTable> | false;

export const deadLetterTable = {
  records: count(100_000, 0),
  bytes: count(1024 * 1024 * 1024, 0),
  // No limit where none is given.
  ageMs: { default: Number.POSITIVE_INFINITY, read: ageLimit },
} satisfies OptionTable<NonNullable<ListenerOptions["deadLetters"]>>;

export const listenerTable = {
  name: withoutDefault(nameOption),
  // Depends on `webhook`, `poll` and `mcp`.
  websocket: withoutDefault((name, given: boolean) => booleanOption(name, given)),
  socket: { default: undefined, read: (_, given) => socketTuning(given) },
  webhook: withoutDefault((_, given: WebhookOptions) => webhookSettings(given)),
  poll: withoutDefault(pollOption),
  mcp: withoutDefault<McpSourceOptions | readonly McpSourceOptions[], readonly McpSettings[]>(mcpOption),
  inbox: withoutDefault(inboxOption),
  concurrency: count(100, 1),
  orderBy: functionOption<(event: TriggerEvent) => string | undefined>("from an event to its order key"),
  dedupeKey: functionOption<(event: TriggerEvent) => string | undefined>(
    "from an event to its deduplication key",
  ),
  maxPendingBytes: count(256 * 1024 * 1024, 1),
  maxCrashes: count(3, 1),
  unmatchedForMs: number(DEDUPE_WINDOW_MS, 0),
  deadLetters: { default: undefined, read: (_, given = {}) => deadLetterLimits(given) },
  attemptTimeoutMs: number(300_000, 1),
  retry: { default: "standard", read: (_, given = {}) => retrySettings(given) },
  breaker: { default: undefined, read: (_, given = {}) => breakerSettings(given) },
  dedupeWindowMs: number(DEDUPE_WINDOW_MS, 0),
  maxPending: count(10_000, 1),
  leaseMs: number(60_000, 10),
  drainTimeoutMs: number(10_000, 0),
  shutdownDelayMs: number(0, 0),
  logger: withoutDefault(loggerOption),
  monitors: withoutDefault(monitorsOption),
  alerts: withoutDefault((_, given: AlertOptions) => alertSettings(given)),
  signals: boolean(true),
  clock: value<Clock>(systemClock, clockOption),
} satisfies OptionTable<ListenerOptions>;

/** A listener's options with every default filled in, frozen. */
export interface ListenerSettings extends Omit<SettingsOf<typeof listenerTable>, "websocket"> {
  readonly websocket: boolean;
  readonly environment: Environment;
}

/** @throws EarshotError ERR_OPTION */
export function listenerSettings(
  options: ListenerOptions,
  environment: Environment = readEnvironment(),
): ListenerSettings {
  const settings = readOptions("The listener", listenerTable, options);
  const { webhook, poll, mcp } = settings;
  const { websocket = (webhook ?? poll ?? mcp) === undefined } = settings;
  checkMcpPaths(mcp, webhook);
  const dedupeWindowMs = dedupeWindow(options.dedupeWindowMs, webhook);
  return Object.freeze({ ...settings, websocket, dedupeWindowMs, environment });
}

/** A path or a URL in its place would fail at the start only, and in other words. */
function inboxOption(name: string, given: Inbox): Inbox {
  if (typeof (given as Partial<Inbox> | null)?.open === "function") return given;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is what memoryInbox(), sqliteInbox({ path }) or redisInbox({ connection }) returns, not ${shownValue(given)}.`,
  );
}

function pollOption(name: string, given: PolledSource | readonly PolledSource[]): readonly PolledSource[] {
  const sources = [given].flat() as readonly PolledSource[];
  const isSource = (one: PolledSource) => isCallable(one?.poll) && isNonEmpty(one.name);
  if (sources.length === 0 || !sources.every(isSource)) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` is what svixPoller() returns, or { provider, name, poll }; or a list of them.`,
    );
  }
  for (const [at, { provider, name: own, timeoutMs }] of sources.entries()) {
    providerName(`\`${name}\``, provider);
    limitOption(`${name}.timeoutMs`, timeoutMs, 1, 1);
    // They would have one iterator.
    if (sources.findIndex((other) => other.name === own) !== at) {
      throw new EarshotError("ERR_OPTION", `Two sources of \`${name}\` have the name ${shownValue(own)}.`);
    }
  }
  return Object.freeze([...sources]);
}

/** How long one `stop` waits, milliseconds. @throws EarshotError ERR_OPTION */
export function stopTimeoutMs(
  options: { readonly timeoutMs?: number | undefined },
  byDefault: number,
): number {
  knownOptions("stop()", options, new Set(["timeoutMs"]));
  return limitOption("timeoutMs", options.timeoutMs, byDefault, 0);
}

function nameOption(name: string, given: string): string {
  if (typeof given === "string" && given.trim() !== "") return given;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is a string that is not empty, not ${shownValue(given)}.`,
  );
}

function isNonEmpty(text: unknown): boolean {
  return typeof text === "string" && text !== "";
}

function ageLimit(name: string, given: number | undefined): number {
  return given === undefined ? Number.POSITIVE_INFINITY : numberOption(name, given, 0, 0);
}

function deadLetterLimits(options: NonNullable<ListenerOptions["deadLetters"]>) {
  return Object.freeze(readOptions("`deadLetters`", deadLetterTable, options, (key) => `deadLetters.${key}`));
}

/** The settings that an inbox is opened with. */
export function inboxContext(
  {
    clock,
    dedupeWindowMs,
    maxPending,
    maxPendingBytes,
    maxCrashes,
    unmatchedForMs,
    deadLetters,
    leaseMs,
  }: ListenerSettings,
  warn: InboxContext["warn"],
): InboxContext {
  const limits = { maxPending, maxPendingBytes, maxCrashes, unmatchedForMs, deadLimits: deadLetters };
  return { clock, dedupeWindowMs, leaseMs, ...limits, warn };
}

/** A delivery that was signed ahead of our clock stays valid from one end of its window to the other. */
function dedupeWindow(given: number | undefined, webhook: WebhookSettings | undefined): number {
  const routes = [...(webhook?.routes.values() ?? [])];
  const tolerances = [webhook?.toleranceMs ?? 0, ...routes.map(({ source }) => source.toleranceMs ?? 0)];
  const windowMs = 2 * Math.max(...tolerances);
  const dedupeWindowMs = given ?? Math.max(DEDUPE_WINDOW_MS, windowMs);
  if (dedupeWindowMs >= windowMs) return dedupeWindowMs;
  throw new EarshotError(
    "ERR_OPTION",
    `\`dedupeWindowMs\` is ${windowMs} or more here, not ${dedupeWindowMs}: a copy of a delivery stays valid for twice the largest \`toleranceMs\`.`,
  );
}

/**
 * The retry policy of the listener, or of one callback over it.
 *
 * @throws EarshotError ERR_OPTION
 */
export function retrySettings(given: CallbackRetry, base = retryProfiles.standard): CallbackRetryPolicy {
  if (typeof given === "string") return profileOf(given);
  const options = readOptions("`retry`", retryTable, given, (key) => `retry.${key}`);
  const { attempts, baseMs, capMs, delaysMs } = options;
  if (baseMs === undefined && capMs === undefined) {
    if (delaysMs === undefined) return Object.freeze({ ...base, attempts: attempts ?? base.attempts });
    return Object.freeze({ baseMs: 0, capMs: 0, delaysMs, attempts: attempts ?? delaysMs.length + 1 });
  }
  if (delaysMs !== undefined) {
    throw new EarshotError("ERR_OPTION", "`retry.delaysMs` excludes `retry.baseMs` and `retry.capMs`.");
  }
  const rest = base.delaysMs === undefined ? base : retryProfiles.quick;
  return Object.freeze({
    attempts: attempts ?? rest.attempts,
    baseMs: baseMs ?? rest.baseMs,
    capMs: capMs ?? rest.capMs,
  });
}

function profileOf(given: RetryProfile): CallbackRetryPolicy {
  if (Object.hasOwn(retryProfiles, given)) return retryProfiles[given];
  const words = Object.keys(retryProfiles).map((word) => `"${word}"`);
  throw new EarshotError(
    "ERR_OPTION",
    `\`retry\` is ${words.join(" or ")}, or an object of options, not ${shownValue(given)}.`,
  );
}

/** The circuit breaker of the listener, or of one callback over it. @throws EarshotError ERR_OPTION */
export function breakerSettings(given: BreakerOptions | false, base?: BreakerSettings): BreakerSettings {
  if (given === false) return false;
  knownOptions("`breaker`", given, new Set(Object.keys(breakerTable)));
  // `{}` changes nothing, neither does it switch one on.
  if (base === false && Object.keys(given).length === 0) return false;
  const options = base ? { ...base, ...given } : given;
  return Object.freeze(readOptions("`breaker`", breakerTable, options, (key) => `breaker.${key}`));
}

function delaysOption(name: string, given: readonly number[]): readonly number[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw new EarshotError("ERR_OPTION", `\`${name}\` is a list of milliseconds, not ${shownValue(given)}.`);
  }
  // A missing one would be no pause.
  return Object.freeze(
    Array.from(given, (one, at) => numberOption(`${name}[${at}]`, one ?? Number.NaN, 0, 0)),
  );
}
