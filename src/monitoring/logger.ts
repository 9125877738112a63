import { isThenable } from "../base/foreign-promise.js";
import { sentenceOf } from "../base/listener-event-emitter.js";
import type { ListenerEvent, ListenerEventType } from "../base/listener-events.js";
import { messageOf, stackOf } from "../base/message-of.js";
import { plainText } from "../base/plain-text.js";
import type { Logger, LogLevel } from "../model/logger.js";

/** The level of each listener event. What happens for each event of a sender is for debugging only. */
const levels: Readonly<Record<ListenerEventType, LogLevel>> = {
  "websocket.connecting": "debug",
  "websocket.ready": "info",
  "websocket.disconnected": "warn",
  "websocket.failed": "error",
  "webhook.listening": "info",
  "webhook.closed": "info",
  "webhook.registered": "info",
  "webhook.handshake": "info",
  "delivery.rejected": "warn",
  "delivery.undecodable": "error",
  "event.stored": "debug",
  "event.duplicate": "debug",
  "event.unmatched": "debug",
  "callback.done": "debug",
  "callback.failed": "warn",
  "callback.skipped": "debug",
  "callback.coalesced": "debug",
  "callback.paused": "error",
  "callback.resumed": "info",
  "event.done": "debug",
  "event.dead-lettered": "error",
  "trigger.enabled": "info",
  "trigger.disabled": "warn",
  "gap.opened": "warn",
  "gap.filled": "info",
  "gap.unfilled": "error",
  "inbox.full": "warn",
  "inbox.ready": "info",
  "inbox.error": "error",
  "alert.raised": "error",
  "alert.cleared": "info",
  warning: "warn",
};

/** Members that a line does not have: bytes of a sender's. */
const hidden = new Set(["type", "delivery", "error"]);
/** Characters of one field. */
const MAX_TEXT = 500;
const MAX_STACK = 4000;

type Write = (level: LogLevel, fields: Readonly<Record<string, unknown>>, message: string) => unknown;

/**
 * Writes each listener event as one structured line. Texts in it have no line breaks and no control characters.
 *
 * Returns the promise of an async logger: its rejection, unhandled, would end the process.
 */
export function logListenerEvents(logger: Logger): (event: ListenerEvent) => unknown {
  const write = writerOf(logger);
  return (event) => {
    const fields: Record<string, unknown> = { event: event.type };
    for (const [name, value] of Object.entries(event)) {
      if (!hidden.has(name) && value !== undefined) fields[name] = plain(value);
    }
    if ("error" in event) fields.error = errorFields(event.error);
    const written = write(levels[event.type], fields, sentenceOf(event));
    // winston returns itself.
    return isThenable(written) ? written : undefined;
  };
}

function plain(value: unknown): unknown {
  if (typeof value === "string") return plainText(value, MAX_TEXT);
  if (value instanceof Date) return value.toISOString();
  return typeof value === "number" || typeof value === "boolean"
    ? value
    : plainText(messageOf(value), MAX_TEXT);
}

/** Not as `err`, which pino would read once more. Other members of an error may have a request with its secrets. */
function errorFields(error: unknown): Readonly<Record<string, unknown>> {
  const stack = stackOf(error);
  return {
    type: plain(memberOf(error, "name") ?? typeof error),
    message: plainText(messageOf(error), MAX_TEXT),
    ...(memberOf(error, "code") === undefined ? {} : { code: plain(memberOf(error, "code")) }),
    ...(stack === undefined
      ? {}
      : {
          stack: stack
            .split("\n")
            .map((line) => plainText(line))
            .join("\n")
            .slice(0, MAX_STACK),
        }),
  };
}

/** A text or a number that an error has; a user's error may throw where it is read. */
function memberOf(error: unknown, name: "name" | "code"): string | number | undefined {
  try {
    const value = (error as Partial<Record<string, unknown>> | null | undefined)?.[name];
    return typeof value === "string" || typeof value === "number" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** pino takes the fields first; winston and console take them last. */
function writerOf(logger: Logger): Write {
  const isPino = typeof logger.child === "function" && typeof logger.bindings === "function";
  const levelOf = (level: LogLevel) => logger[level] ?? logger.info;
  return isPino
    ? (level, fields, message) => levelOf(level).call(logger, fields, message)
    : (level, fields, message) => levelOf(level).call(logger, message, fields);
}
