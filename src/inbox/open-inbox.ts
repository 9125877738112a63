import { systemClock } from "../base/clock.js";
import type { Inbox } from "./contract.js";

/** What {@link openInbox} takes. */
export interface OpenInboxOptions {
  /** Told of trouble that no call carries, a lost connection for one. Default: nobody is. */
  readonly onWarning?: ((error: Error) => void) | undefined;
}

/**
 * Opens an inbox outside of a listener: to look into it, and to replay or drop what is there. Whoever listens on
 * the same store runs what is replayed. Close it when done.
 *
 * It forgets nothing, however old, for only the listener knows how long identities are to be remembered.
 *
 * @example
 * const inbox = await openInbox(sqliteInbox({ path: "events.db" }));
 * for await (const record of inbox.find({ state: "dead" })) console.log(record.id, record.failures.at(-1)?.message);
 * await inbox.replay({ state: "dead" });
 * await inbox.close();
 *
 * @throws EarshotError as `open` of the inbox does
 */
export async function openInbox<Opened extends Inbox>(
  inbox: Opened,
  { onWarning = () => undefined }: OpenInboxOptions = {},
): Promise<Opened> {
  await inbox.open({
    clock: systemClock,
    dedupeWindowMs: Number.POSITIVE_INFINITY,
    // It keeps and takes nothing, so these two limit nothing.
    maxPending: 10_000,
    leaseMs: 60_000,
    warn: onWarning,
  });
  return inbox;
}
