import { type Clock, systemClock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import type { RetryPolicy } from "../base/retry.js";
import type { Inbox, InboxContext } from "../inbox/contract.js";
import type { TriggerEvent } from "../model/event.js";
import type { Complete, Optional } from "../model/optional.js";
import { type Environment, readEnvironment } from "./environment.js";
import { knownOptions } from "./known-options.js";
import { booleanOption, countOption, limitOption, numberOption } from "./number-option.js";
import { type SocketTuning, socketTuning } from "./socket.js";
import { type WebhookOptions, type WebhookSettings, webhookSettings } from "./webhook.js";

/** What `createTriggerListener(options)` and `new TriggerListener(options)` take. */
export interface ListenerOptions {
  /**
   * Replaces the listener of this name in this process, as a hot reload needs it. The predecessor is stopped, and
   * `start()` waits until its running callbacks have ended. Default: none, and nothing is replaced.
   */
  readonly name?: string | undefined;
  /** Whether to listen over the WebSocket. Default: true, unless `webhook` is given. Needs a toolset. */
  readonly websocket?: boolean | undefined;
  /** When a connection counts as dead, and how soon the next is tried. */
  readonly socket?: SocketTuning | undefined;
  readonly webhook?: WebhookOptions | undefined;
  /** Default `memoryInbox()`. */
  readonly inbox?: Inbox | undefined;
  /** Records run at one time. Default 100. */
  readonly concurrency?: number | undefined;
  /** Events of one key run one after the other, in the order they came. Default: no order is kept. */
  readonly orderBy?: ((event: TriggerEvent) => string | undefined) | undefined;
  /**
   * What makes two events one, beside their ids: events with the same key are copies. `undefined`: only ids count.
   * Asked once for each event when it is received.
   */
  readonly dedupeKey?: ((event: TriggerEvent) => string | undefined) | undefined;
  /** Limit for one run of one callback, milliseconds. Default 300,000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Default 5 attempts, pauses from 1,000 to 300,000 ms. */
  readonly retry?: Optional<RetryPolicy> | undefined;
  /**
   * How long an event's identity is remembered, milliseconds. Default 4 days, and never less than the time
   * window of any route (twice its `toleranceMs`): within it, a copy would be believed again.
   */
  readonly dedupeWindowMs?: number | undefined;
  /** Unfinished records before the door answers 503 and the socket stops reading. Default 10,000. */
  readonly maxPending?: number | undefined;
  /** Bytes of the bodies of waiting and running records before the door answers 503. Default 256 MiB. */
  readonly maxPendingBytes?: number | undefined;
  /**
   * How often the process may end while it runs a record, before the record is dead-lettered. Over a durable inbox.
   * Default 3.
   */
  readonly maxCrashes?: number | undefined;
  /**
   * Over a durable inbox, how long an event that no callback asks for is left for a callback that is registered later,
   * in any process, milliseconds. Default 345,600,000 (4 days).
   */
  readonly unmatchedForMs?: number | undefined;
  /**
   * How many dead letters are kept at most, how many bytes of bodies, and for how long (milliseconds); what is beyond
   * is dropped, oldest first, and reported. Default: 100,000 records, 1 GiB, no limit of age.
   */
  readonly deadLetters?:
    | {
        readonly records?: number | undefined;
        readonly bytes?: number | undefined;
        readonly ageMs?: number | undefined;
      }
    | undefined;
  /** How long a record is held without a sign of life, milliseconds. Default 60,000. */
  readonly leaseMs?: number | undefined;
  /** How long `stop` waits for running callbacks, milliseconds. Default 10,000. */
  readonly drainTimeoutMs?: number | undefined;
  /** Whether `waitForever` ends on SIGINT and SIGTERM. Default true. */
  readonly signals?: boolean | undefined;
  /** For tests. Default: the machine's own time. */
  readonly clock?: Clock | undefined;
}

/** A listener's options with every default filled in, frozen. */
export interface ListenerSettings
  extends Omit<
    Complete<ListenerOptions>,
    "name" | "webhook" | "inbox" | "orderBy" | "dedupeKey" | "deadLetters" | "retry"
  > {
  readonly name: string | undefined;
  /** Absent where there is no door. */
  readonly webhook: WebhookSettings | undefined;
  readonly inbox: Inbox | undefined;
  readonly orderBy: ((event: TriggerEvent) => string | undefined) | undefined;
  readonly dedupeKey: ((event: TriggerEvent) => string | undefined) | undefined;
  readonly deadLetters: Readonly<Record<"records" | "bytes" | "ageMs", number>>;
  readonly retry: RetryPolicy;
  readonly environment: Environment;
}

const listenerOptions = new Set([
  "name",
  "websocket",
  "socket",
  "webhook",
  "inbox",
  "concurrency",
  "orderBy",
  "dedupeKey",
  "maxPendingBytes",
  "maxCrashes",
  "unmatchedForMs",
  "deadLetters",
  "attemptTimeoutMs",
  "retry",
  "dedupeWindowMs",
  "maxPending",
  "leaseMs",
  "drainTimeoutMs",
  "signals",
  "clock",
]);

const DAY_MS = 24 * 60 * 60 * 1000;
/** Stripe, OpenAI and GitHub may deliver again for about 3 days. */
const REMEMBER_MS = 4 * DAY_MS;

/** @throws EarshotError ERR_OPTION */
export function listenerSettings(
  options: ListenerOptions,
  environment: Environment = readEnvironment(),
): ListenerSettings {
  knownOptions("The listener", options, listenerOptions);
  const webhook = options.webhook === undefined ? undefined : webhookSettings(options.webhook);
  if (options.orderBy !== undefined && typeof options.orderBy !== "function") {
    throw new EarshotError("ERR_OPTION", "`orderBy` is a function from an event to its order key.");
  }
  if (options.dedupeKey !== undefined && typeof options.dedupeKey !== "function") {
    throw new EarshotError("ERR_OPTION", "`dedupeKey` is a function from an event to its deduplication key.");
  }
  checkInbox(options.inbox);
  const { name } = options;
  if (name !== undefined && (typeof name !== "string" || name.trim() === "")) {
    throw new EarshotError("ERR_OPTION", "`name` is a text that is not empty.");
  }
  return Object.freeze({
    name,
    websocket: booleanOption("websocket", options.websocket, webhook === undefined),
    socket: socketTuning(options.socket),
    webhook,
    inbox: options.inbox,
    concurrency: countOption("concurrency", options.concurrency, 100, 1),
    orderBy: options.orderBy,
    dedupeKey: options.dedupeKey,
    maxPendingBytes: countOption("maxPendingBytes", options.maxPendingBytes, 256 * 1024 * 1024, 1),
    maxCrashes: countOption("maxCrashes", options.maxCrashes, 3, 1),
    unmatchedForMs: numberOption("unmatchedForMs", options.unmatchedForMs, REMEMBER_MS, 0),
    deadLetters: deadLetterLimits(options.deadLetters ?? {}),
    attemptTimeoutMs: numberOption("attemptTimeoutMs", options.attemptTimeoutMs, 300_000, 1),
    retry: retrySettings(options.retry ?? {}),
    dedupeWindowMs: rememberOption(options.dedupeWindowMs, webhook),
    maxPending: countOption("maxPending", options.maxPending, 10_000, 1),
    leaseMs: numberOption("leaseMs", options.leaseMs, 60_000, 10),
    drainTimeoutMs: numberOption("drainTimeoutMs", options.drainTimeoutMs, 10_000, 0),
    signals: booleanOption("signals", options.signals, true),
    clock: options.clock ?? systemClock,
    environment,
  });
}

/** A path or a URL in its place would fail at the start only, and in other words. */
function checkInbox(inbox: Inbox | undefined): void {
  if (inbox === undefined || typeof (inbox as Partial<Inbox> | null)?.open === "function") return;
  throw new EarshotError(
    "ERR_OPTION",
    `\`inbox\` is what memoryInbox(), sqliteInbox({ path }) or redisInbox({ connection }) returns, not a ${typeof inbox}.`,
  );
}

function deadLetterLimits(
  options: NonNullable<ListenerOptions["deadLetters"]>,
): ListenerSettings["deadLetters"] {
  knownOptions("`deadLetters`", options, new Set(["records", "bytes", "ageMs"]));
  const { records, bytes, ageMs } = options;
  return Object.freeze({
    records: countOption("deadLetters.records", records, 100_000, 0),
    bytes: countOption("deadLetters.bytes", bytes, 1024 * 1024 * 1024, 0),
    ageMs: ageMs === undefined ? Number.POSITIVE_INFINITY : numberOption("deadLetters.ageMs", ageMs, 0, 0),
  });
}

/** How long one `stop` waits, milliseconds. @throws EarshotError ERR_OPTION */
export function stopTimeoutMs(
  options: { readonly timeoutMs?: number | undefined },
  byDefault: number,
): number {
  knownOptions("stop()", options, new Set(["timeoutMs"]));
  return limitOption("timeoutMs", options.timeoutMs, byDefault, 0);
}

/** What the inbox is opened with. */
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

/** A delivery that was signed ahead of our clock is believed from one end of its window to the other. */
function rememberOption(given: number | undefined, webhook: WebhookSettings | undefined): number {
  const routes = [...(webhook?.routes.values() ?? [])];
  const tolerances = [webhook?.toleranceMs ?? 0, ...routes.map(({ source }) => source.toleranceMs ?? 0)];
  const windowMs = 2 * Math.max(...tolerances);
  const dedupeWindowMs = numberOption("dedupeWindowMs", given, Math.max(REMEMBER_MS, windowMs), 0);
  if (dedupeWindowMs >= windowMs) return dedupeWindowMs;
  throw new EarshotError(
    "ERR_OPTION",
    `\`dedupeWindowMs\` is ${windowMs} or more here, not ${dedupeWindowMs}: that is twice the largest \`toleranceMs\`, the time for which a copy of a delivery is believed.`,
  );
}

/** The retry policy of the listener, or of one callback over it. */
export function retrySettings(
  options: Optional<RetryPolicy>,
  base: RetryPolicy = { attempts: 5, baseMs: 1000, capMs: 300_000 },
): RetryPolicy {
  knownOptions("`retry`", options, new Set(["attempts", "baseMs", "capMs"]));
  return Object.freeze({
    attempts: countOption("retry.attempts", options.attempts, base.attempts, 1),
    baseMs: numberOption("retry.baseMs", options.baseMs, base.baseMs, 0),
    capMs: numberOption("retry.capMs", options.capMs, base.capMs, 0),
  });
}
