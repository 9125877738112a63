/**
 * Matches copies of one event by content, one for one: for copies in the shape without an event id.
 *
 * A channel (one WebSocket, the webhook endpoint, the platform's log) brings each event once. So a record that a
 * channel has brought, or has been matched with, is never a copy for that channel again: two equal messages on one
 * connection are two events.
 */
export interface ContentMatch {
  /** Content hashes, of trigger instance, trigger and payload. Where an instance has two names, there are two. */
  readonly hashes: readonly string[];
  /** What brought this copy. */
  readonly channel: string;
  /** Whether the entry's `id` is the event's. False where the id was made for this record only. */
  readonly hasId: boolean;
  /** When the event happened, as far as this copy tells, epoch milliseconds. Stored with what is matched. */
  readonly at: number;
  /** Only records whose `at` lies from `since` to `until` can be the other copy, both inclusive. */
  readonly since: number;
  readonly until: number;
}
