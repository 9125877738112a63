import { systemClock } from "../../src/base/clock.js";
import type { Entry, InboxContext } from "../../src/inbox/contract.js";

/** What an inbox is opened with, on the machine's own time. */
export function contextFor(own: Partial<InboxContext> = {}): InboxContext {
  return {
    clock: systemClock,
    dedupeWindowMs: 86_400_000,
    maxPending: 1_000_000,
    leaseMs: 60_000,
    warn: () => undefined,
    ...own,
  };
}

/** An entry with a body of some 200 bytes. */
export function entryOf(name: number | string, own: Partial<Entry> = {}): Entry {
  return {
    id: `event-${name}`,
    triggerName: "TEST_EVENT",
    source: "webhook",
    origin: { provider: "test", signed: true },
    body: Buffer.from(JSON.stringify({ name, filling: "f".repeat(180) })),
    receivedAt: Date.now(),
    orderKey: undefined,
    event: undefined,
    ...own,
  };
}
