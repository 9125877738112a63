import { batchBody, isBatch, type StoredMember } from "../batch.js";
import type { InboxRecord } from "../contract.js";
import type { StoredEntry } from "./stored-record.js";

/**
 * The record of a batch, with its members.
 *
 * @param fields the job's hash
 */
export function withMembers(record: InboxRecord, fields: Readonly<Record<string, string>>): InboxRecord {
  if (!isBatch(record)) return record;
  const places = new Map<string, StoredMember>();
  for (const [name, value] of Object.entries(fields)) {
    const [kind, place] = name.split(":");
    if (place === undefined || (kind !== "member" && kind !== "superseded")) continue;
    // The event that is kept is there twice.
    if (kind === "superseded" && places.has(place)) continue;
    places.set(place, memberOf(JSON.parse(value) as StoredEntry));
  }
  const members = [...places].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, member]) => member);
  const dueAt = fields.closed === undefined ? Number(fields.batchDueAt ?? record.dueAt) : record.dueAt;
  return { ...record, dueAt, body: batchBody(record.body, members) };
}

function memberOf({
  id,
  triggerName,
  source,
  origin,
  receivedAt,
  text,
  utf8,
  base64,
}: StoredEntry): StoredMember {
  return { id, triggerName, source, origin, receivedAt, text, utf8, base64 };
}
