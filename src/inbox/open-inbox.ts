import { isCallable } from "../base/callable.js";
import { systemClock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { functionOption, knownOptions } from "../base/options.js";
import { shownValue } from "../base/warning.js";
import { safeWarning } from "../base/warning-option.js";
import type { Inbox } from "./contract.js";

/** The options of {@link openInbox}. */
export interface OpenInboxOptions {
  /** Called with an error that no call returns, such as a lost connection. Default: ignored. */
  readonly onWarning?: ((error: Error) => void) | undefined;
}

const known = new Set(["onWarning"]);
const warningOption = functionOption<(error: Error) => void>("from an error");

/**
 * Opens an inbox outside of a listener: to look into it, and to replay or drop what is there. A listener on
 * the same store runs what is replayed. Close it when done.
 *
 * It forgets nothing, however old, because only the listener knows the deduplication window.
 *
 * @example
 * const inbox = await openInbox(sqliteInbox({ path: "events.db" }));
 * for await (const record of inbox.find({ state: "dead" })) console.log(record.id, record.failures.at(-1)?.message);
 * await inbox.replay({ state: "dead" });
 * await inbox.close();
 *
 * @throws EarshotError ERR_OPTION; else as `open` of the inbox does
 */
export async function openInbox<Opened extends Inbox>(
  inbox: Opened,
  options: OpenInboxOptions = {},
): Promise<Opened> {
  knownOptions("openInbox", options, known);
  const onWarning = warningOption.read("onWarning", options.onWarning) ?? (() => undefined);
  if (!isCallable((inbox as Partial<Inbox> | null)?.open)) {
    throw new EarshotError(
      "ERR_OPTION",
      `openInbox takes what sqliteInbox({ path }) or redisInbox({ connection }) returns, not ${shownValue(inbox)}.`,
    );
  }
  await inbox.open({
    clock: systemClock,
    dedupeWindowMs: Number.POSITIVE_INFINITY,
    // It stores and claims nothing, so these two limit nothing.
    maxPending: 10_000,
    leaseMs: 60_000,
    warn: safeWarning(onWarning),
  });
  return inbox;
}
