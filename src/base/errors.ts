import { messageOf } from "./message-of.js";

/**
 * The codes of all errors that this package throws on purpose, with their solutions. A code does not change between
 * versions. A test compares docs/errors.md with this table.
 */
const solutions = {
  // Settings
  ERR_OPTION: "Correct the option that the message names.",
  ERR_KEY_MISSING: "Set COMPOSIO_API_KEY, or pass { apiKey }. Any non-empty key works with `earshot dev`.",
  ERR_NO_TRANSPORT:
    "Create the listener with toolset.createTriggerListener(), or give it { webhook: { … } }; without either it has no transport.",
  ERR_SECRET_MISSING:
    "Give the route its secret, or set COMPOSIO_WEBHOOK_SECRET. To accept unsigned requests on purpose, say `unsigned: true`.",
  ERR_PORT_IN_USE: "Stop the process that has the port, or choose another (0 takes any free one).",

  // Calls to the platform
  ERR_UNAUTHORIZED: "Check the API key and that it belongs to the project at this base URL.",
  ERR_NOT_FOUND: "Check the id or name in the message.",
  ERR_API: "The message has the platform's own words; with the request id its support can find the call.",
  ERR_RATE_LIMITED:
    "Call less often. The call was retried after the platform's Retry-After until its time limit.",
  ERR_TIMEOUT: "Raise the time limit that the message names, or check the network.",
  ERR_NETWORK:
    "Check the base URL, DNS, the proxy and the firewall; `cause` has the operating system's error.",
  ERR_ABORTED: "Its AbortSignal was aborted, or the listener or toolset was stopped meanwhile.",
  ERR_BAD_ANSWER: "The response is not one of the platform's API: check the base URL and the proxy.",
  ERR_TRIGGER_UNKNOWN: "Use one of the names that the message offers, or list them: toolset.listTriggers().",
  ERR_TRIGGER_CONFIG: "Correct each problem listed. toolset.getTrigger(name) has the schema in `.config`.",
  ERR_ACCOUNT_NONE:
    "Connect an account with the line in the message and open its `redirectUrl`, or pass the connectedAccountId of one.",
  ERR_WEBHOOK_ENDPOINT:
    "Create a webhook endpoint for your OAuth app, or finish its setup; the message has the lines to write.",
  ERR_ACCOUNT_AMBIGUOUS: "Pass the connectedAccountId of the account you mean; the message lists them.",
  ERR_ACCOUNT_OWNER:
    "Name the entity that the message names, leave out connectedAccountId, or connect an account for this entity.",
  ERR_ACCOUNT_FAILED: "Call toolset.connect(app) again: the person denied it, or the page has expired.",
  ERR_APP_UNKNOWN:
    "Use one of the names that the message offers, or the `appName` of a trigger: toolset.listTriggers().",
  ERR_TOOL_UNKNOWN:
    "Use one of the names that the message offers, or list them: toolset.listTools({ apps }).",
  ERR_TOOL_FAILED: "The message has the tool's own reason, which the model gets as well.",

  // Filters and callbacks
  ERR_FILTER: "Correct the filter where the message says; for an unknown key, the message lists all keys.",
  ERR_CALLBACK: "Pass a function, or use callback(filter) as a decorator.",
  ERR_LISTENER_STATE:
    "Call start() once, before anything that needs a running listener; a stopped listener cannot start again.",
  ERR_STEP:
    "Correct the step that the message names: one name each, a result that JSON can hold, awaited within its callback.",
  ERR_ALERT:
    "Look at `alerts.webhook` or `alerts.onAlert`: the alert itself is a listener event all the same.",
  ERR_CALLBACK_TIMEOUT:
    "Make the callback faster or raise `attemptTimeoutMs`; its AbortSignal is aborted at the limit.",

  // Deliveries
  ERR_SIGNATURE_MISSING:
    "The request has no signature: check that the secret is set at the sender, and that proxies forward its headers.",
  ERR_SIGNATURE_MALFORMED:
    "A signature header is not in the form that this sender uses: check the route's provider.",
  ERR_SIGNATURE_WRONG:
    "Check that the secret is the one the sender has, and that no proxy or middleware changes the body.",
  ERR_TIMESTAMP_MALFORMED: "The sender's time header is not a whole number: check the route's provider.",
  ERR_TIMESTAMP_STALE:
    "Correct this machine's clock; if the sender delays its deliveries, raise `toleranceMs`.",
  ERR_TIMESTAMP_FUTURE: "Correct this machine's clock, or the sender's.",
  ERR_HEADER_REPEATED: "A header that identifies the delivery came twice: look for a proxy that repeats it.",
  ERR_SECRET_MALFORMED: "Copy the whole secret again, without quotes or line breaks.",
  ERR_KEYS_UNAVAILABLE:
    "The sender's published keys cannot be read; the sender gets 503 and retries. Check the network, or give the source a `fetch`.",
  ERR_BODY_TOO_LARGE: "Raise `maxBodyBytes` for the route if such bodies are expected.",
  ERR_BODY_TIMEOUT:
    "The sender stopped before the end of the body and will retry. Raise `bodyTimeoutMs` for slow senders.",
  ERR_BODY_CONSUMED:
    "Mount the handler before the framework's body parser; the message has the code for yours.",
  ERR_RESPONSE_SENT:
    "Let the handler respond: `reply.hijack()` in Fastify, `ctx.respond = false` in Koa; elsewhere wait for the response.",
  ERR_BODY_ENCODING: "Send the body uncompressed; a signature covers the bytes as they are sent.",
  ERR_METHOD: "Webhooks are sent with POST.",
  ERR_ROUTE_UNKNOWN: "Send to one of the listener's paths, or add this path to `webhook.routes`.",
  ERR_REQUEST_MALFORMED:
    "The request is not valid HTTP/1.1, or its headers are too large: check the client, or the proxy before the server.",
  ERR_RECEIVE_FAILED:
    "A defect of this package or of a custom inbox: see `cause`. The sender got a 5xx response and will retry.",
  ERR_SERVER:
    "`cause` has the operating system's error. If it is about open files, raise their limit (`ulimit -n`).",
  ERR_OVERLOADED: "The sender retries by itself. Make callbacks faster, or raise `maxPending`.",
  ERR_NOT_UTF8: "Bodies are JSON in UTF-8 (RFC 8259, 8.1).",
  ERR_NOT_JSON: "Bodies are JSON; check that the route's provider matches its sender.",
  ERR_SHAPE: "The body is JSON, but has no known event shape. The dead letter has its bytes.",
  ERR_SCHEMA:
    "The payload does not match the schema of the route or callback; the issues are in the message.",
  ERR_FRAME:
    "The realtime server sent a frame that the protocol does not allow. It is skipped; the connection stays open.",
  ERR_CHUNKS:
    "Parts of a large message did not arrive. The listener backfills the gap from the platform's log.",

  // Realtime
  ERR_REALTIME_REFUSED:
    "The realtime server permanently rejects this application: check API key, base URL and realtimeUrl.",
  ERR_REALTIME_CHANNEL:
    "The platform does not allow this API key to subscribe to its project's channel: check the key.",
  ERR_MCP:
    "Correct what the message names: the URL of the MCP server, `auth`, an event's name or arguments, `webhookUrl`. What may pass is tried again.",
  ERR_GAP: "Events between the two times may be missing: compare with the platform's log.",

  // Inbox
  ERR_INBOX_UNAVAILABLE: "The store cannot be reached. Nothing is acknowledged until it can; senders retry.",
  ERR_INBOX_FULL: "The disk or the store is full. Free some space; storing resumes by itself.",
  ERR_INBOX_CORRUPT:
    "The store is damaged, is not an inbox, or has lost acknowledged events. A file was not changed: restore a copy, or give another path.",
  ERR_INBOX_RECORD:
    "The store rejects this record; the message has its reason. The listener dead-letters the event instead.",
  ERR_INBOX_VERSION:
    "The file was written by a newer version of this package. Update earshot, or use another path.",
  ERR_DEAD_LETTERS_DROPPED:
    "Process the dead-letter queue more often (`earshot inbox ls --state dead`), or raise `deadLetters`.",
  ERR_UNMATCHED_EXPIRED:
    "Look at them with `earshot inbox ls --state done`. To run them, register a callback, under its old name where it was renamed, and replay them.",
  ERR_CRASHED:
    "The process ended each time that this event ran. Check its callbacks for an exit, memory use and native code; then replay the event.",
  ERR_INBOX_WEAK:
    "Change the store's setting that the message names, or accept that acknowledged events can be lost as it says.",
  ERR_PEER_MISSING:
    "Install the package that the message names, next to earshot; for SQLite, Node 22.13 needs none.",

  // Local platform
  ERR_MODEL_RULES: "Correct the file of the scripted model's rules where the message says.",
  ERR_CATALOG: "Correct the catalog file where the message says.",
  ERR_PLATFORM_STATE:
    "Move the file away, or use another data directory; the local platform then starts empty.",
  ERR_TRIGGER_DISABLED:
    "Connect the account again, then toolset.switchTrigger(id, true); or let listener.keepEnabled(name, options) do it.",
  ERR_ACCOUNT_EXPIRED: "Let the user connect the account again; the platform enables its triggers with it.",
  ERR_TRIGGERS_OFF: "Turn on triggers in the project's settings at the platform.",
  ERR_TRIGGER_NOT_ENABLED:
    "Enable the trigger first: toolset.enableTrigger(name, { config }), or `earshot triggers enable`.",
} as const;

/** The codes of {@link EarshotError}. */
export type ErrorCode = keyof typeof solutions;

/** All codes, for documentation and tests. */
export const errorCodes = Object.keys(solutions) as readonly ErrorCode[];

/** What to do about a code, in a sentence. */
export function solutionOf(code: ErrorCode): string {
  return solutions[code];
}

/**
 * Marks a class, so that `instanceof` knows its errors from another copy of this package as well.
 *
 * One process may load the package as a module and as CommonJS: the same classes, twice.
 */
function brand(type: { readonly prototype: object }, name: string): void {
  const mark = Symbol.for(`earshot.${name}`);
  Object.defineProperty(type.prototype, mark, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      // A user's subclass inherits this method, and means its own errors only.
      if (this !== type) return Function.prototype[Symbol.hasInstance].call(this as never, value);
      try {
        return typeof value === "object" && value !== null && Reflect.get(value, mark) === true;
      } catch {
        // What was thrown may be a proxy that throws at every look.
        return false;
      }
    },
  });
}

/** The base of everything this package throws on purpose. Tell errors apart by `code`. */
export class EarshotError extends Error {
  override readonly name: string = "EarshotError";
  readonly code: ErrorCode;
  /** What to do about it. A separate member, so that Node prints it with an uncaught error. */
  readonly solution: string;

  /**
   * @param code which failure
   * @param message what was wrong, and where
   */
  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.solution = solutions[code];
  }
}

/** The platform answered with an error, or not at all. */
export class ApiError extends EarshotError {
  override readonly name = "ApiError";
  /** HTTP status; `undefined` where there was no answer. */
  declare readonly status: number | undefined;
  /** The platform's own code or error name. */
  declare readonly apiCode: string | undefined;
  /** The platform's id for the call, for its support. */
  declare readonly requestId: string | undefined;
  /** What the platform suggests. */
  declare readonly suggestion: string | undefined;
  /** The error body's further details, as they came. */
  declare readonly details: unknown;
  /** What the platform asked us to wait, milliseconds. */
  declare readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    facts: {
      readonly status?: number | undefined;
      readonly apiCode?: string | undefined;
      readonly requestId?: string | undefined;
      readonly suggestion?: string | undefined;
      readonly details?: unknown;
      readonly retryAfterMs?: number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(code, message, facts.cause === undefined ? undefined : { cause: facts.cause });
    // What is not known is no member at all: an uncaught error is printed with its members.
    const { cause: _, ...known } = facts;
    Object.assign(this, Object.fromEntries(Object.entries(known).filter(([, fact]) => fact !== undefined)));
  }
}

/** One thing wrong with a value, and where. */
export interface Problem {
  /** `owner`, `labels[2].name`; empty for the value itself. */
  readonly path: string;
  readonly message: string;
  /** What the schema says the value is for. */
  readonly description?: string | undefined;
}

/** A value does not match its schema. `problems` has every problem, not only the first. */
export class InvalidError extends EarshotError {
  override readonly name = "InvalidError";
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, problems: readonly Problem[]) {
    super(code, message);
    this.problems = problems;
  }
}

/** A delivery was rejected. The sender sees only the status; this says why. */
export class RejectedError extends EarshotError {
  override readonly name = "RejectedError";
  /** The HTTP status of the response. */
  readonly status: number;

  constructor(code: ErrorCode, status: number, message: string, options?: { readonly cause?: unknown }) {
    super(code, message, options);
    this.status = status;
  }
}

/** A verified delivery could not be read as an event. It is dead-lettered with its bytes. */
export class DecodeError extends EarshotError {
  override readonly name = "DecodeError";
}

/** Thrown by a callback: it does not run again on this event, and counts as done. */
export class Drop extends Error {
  override readonly name = "Drop";
}

/** Thrown by a callback: it runs again on this event, after at least this time. */
export class RetryAfter extends Error {
  override readonly name = "RetryAfter";
  /** Milliseconds. */
  readonly delayMs: number;

  /** @param delayMs milliseconds from now; 0 is at once */
  constructor(
    delayMs: number,
    message = `run again after ${delayMs} ms`,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    if (typeof delayMs !== "number" || !(delayMs >= 0)) {
      throw new EarshotError(
        "ERR_OPTION",
        `RetryAfter wants milliseconds of 0 or more, not ${String(delayMs)}.`,
      );
    }
    this.delayMs = delayMs;
  }
}

// After the classes: in a bundle, one that names itself would be printed as `_EarshotError`.
brand(EarshotError, "EarshotError");
brand(ApiError, "ApiError");
brand(InvalidError, "InvalidError");
brand(RejectedError, "RejectedError");
brand(DecodeError, "DecodeError");
brand(Drop, "Drop");
brand(RetryAfter, "RetryAfter");

/** Whatever decoding threw: what cannot be read is dead-lettered with its bytes. */
export function asDecodeError(thrown: unknown): DecodeError {
  if (thrown instanceof DecodeError) return thrown;
  const message = `The delivery could not be decoded: ${messageOf(thrown)}`;
  return new DecodeError("ERR_SHAPE", message, { cause: thrown });
}

/**
 * How long a `RetryAfter` asks to wait, milliseconds; `undefined` for anything else.
 *
 * A subclass may compute `delayMs`: one that throws, or gives no number of 0 or more, asks for nothing.
 */
export function retryDelayOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof RetryAfter)) return undefined;
  try {
    const { delayMs } = thrown;
    return typeof delayMs === "number" && delayMs >= 0 ? delayMs : undefined;
  } catch {
    return undefined;
  }
}
