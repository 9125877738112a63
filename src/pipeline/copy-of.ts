import type { AppNames } from "../decode/app-names.js";
import { decodeRecord } from "../decode/index.js";
import { isBatch } from "../inbox/batch.js";
import type { InboxRecord } from "../inbox/contract.js";
import { isExpectation } from "../inbox/expectation.js";
import type { TriggerEvent } from "../model/event.js";

/**
 * The event for one more callback, from the stored bytes: what a callback changes in its event reaches no other.
 * Never throws: where the record has no bytes of an event, it is the event itself.
 */
export function copyOf(record: InboxRecord, event: TriggerEvent, apps: AppNames): TriggerEvent {
  if (isBatch(record) || isExpectation(record)) return event;
  try {
    return { ...decodeRecord(record, apps), appName: event.appName };
  } catch {
    return event;
  }
}
