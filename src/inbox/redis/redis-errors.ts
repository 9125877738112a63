import type { Clock } from "../../base/clock.js";
import { EarshotError } from "../../base/errors.js";
import { messageOf } from "../../base/message-of.js";

/** How long an answer of Redis is waited for, milliseconds. A sender gets its 503 before it gives up. */
export const ANSWER_MS = 2000;

/** Redis did not answer in time. What was asked may still be done. */
export class RedisTimeout extends EarshotError {
  constructor(withinMs: number) {
    super("ERR_INBOX_UNAVAILABLE", `Redis did not answer within ${withinMs} ms.`);
  }
}

/** Redis's error replies, by the word that they begin with. */
export function toInboxError(cause: unknown): EarshotError {
  if (cause instanceof EarshotError) return cause;
  const message = [cause, ...refusedBefore(cause)].map(messageOf).join("; ");
  if (/\bOOM\b/.test(message)) {
    return new EarshotError("ERR_INBOX_FULL", `Redis has no memory left: ${message}`, { cause });
  }
  return new EarshotError("ERR_INBOX_UNAVAILABLE", `Redis: ${message}`, { cause });
}

/** Whether an error says that Redis as a whole does not take writes, or is not to be had. */
export function isStoreWide(error: unknown): boolean {
  return /^(EXECABORT|OOM|READONLY|MISCONF|NOREPLICAS|LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|CROSSSLOT|NOSCRIPT|NOAUTH|NOPERM|WRONGPASS|BUSY|UNKILLABLE|WRONGTYPE|ERR value is not an integer|ERR increment or decrement|ERR The user executing the script)\b/.test(
    messageOf(error),
  );
}

/** Whether a new connection may help: the server forgot its scripts, or is no longer the one that takes writes. */
export function needsNewConnection(error: EarshotError): boolean {
  return /\b(NOSCRIPT|READONLY|MASTERDOWN)\b/.test(error.message);
}

/** What made Redis throw away a whole transaction: the transaction's own error does not say. */
function refusedBefore(cause: unknown): readonly unknown[] {
  const errors = (cause as { readonly previousErrors?: unknown } | null | undefined)?.previousErrors;
  return Array.isArray(errors) ? errors.slice(0, 1) : [];
}

/** What Redis answers, if it answers in time. @throws EarshotError ERR_INBOX_UNAVAILABLE, ERR_INBOX_FULL */
export async function answerInTime<T>(clock: Clock, answer: Promise<T>, withinMs = ANSWER_MS): Promise<T> {
  let expire: (() => void) | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    expire = () => reject(new RedisTimeout(withinMs));
  });
  const timer = clock.after(withinMs, () => expire?.());
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    throw toInboxError(error);
  } finally {
    timer.clear();
  }
}

/** BullMQ's codes for a job that is gone, or a lock that is not ours any more. */
export function isLostLease(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return code === -1 || code === -2 || code === -3 || code === -6;
}
