import type { Claimed, InboxRecord } from "../../src/inbox/contract.js";
import type { TriggerEvent } from "../../src/model/event.js";

/** An event as decoding makes it, with what a test wants changed. */
export function event(changes: Partial<TriggerEvent> = {}): TriggerEvent {
  return {
    id: "log_1",
    triggerName: "GITHUB_STAR_ADDED_EVENT",
    appName: "github",
    triggerId: "0b7c-uuid",
    connectionId: "conn-uuid",
    integrationId: "int-uuid",
    entityId: "default",
    payload: { action: "created", repository: { owner: "acme", topics: ["a", "b"] } },
    originalPayload: undefined,
    metadata: {},
    timestamp: new Date(0),
    receivedAt: new Date(0),
    source: "websocket",
    origin: { provider: "composio", route: undefined, signed: true },
    request: undefined,
    raw: "{}",
    ...changes,
  };
}

/** A record as an inbox hands it out. */
export function record(changes: Partial<InboxRecord> = {}): InboxRecord {
  return {
    id: "log_1",
    triggerName: "GITHUB_STAR_ADDED_EVENT",
    source: "websocket",
    origin: { provider: "composio", signed: true },
    body: "{}",
    receivedAt: 0,
    orderKey: undefined,
    event: undefined,
    state: "running",
    attempts: 0,
    done: [],
    failures: [],
    dueAt: 0,
    settledAt: undefined,
    ...changes,
  };
}

/** The record, claimed; its lease is known to no inbox. */
export function claimed(changes: Partial<InboxRecord> = {}): Claimed {
  return { record: record(changes), lease: undefined };
}
