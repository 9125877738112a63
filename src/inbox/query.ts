import type { InboxQuery, InboxRecord } from "./contract.js";

/** Whether a record meets every condition of a query; `limit` is the caller's business. */
export function matchesQuery(
  record: Pick<InboxRecord, "id" | "state" | "triggerName" | "receivedAt">,
  query: InboxQuery,
): boolean {
  if (query.ids !== undefined && !query.ids.includes(record.id)) return false;
  if (query.state !== undefined && ![query.state].flat().includes(record.state)) return false;
  if (
    query.triggerName !== undefined &&
    query.triggerName.toUpperCase() !== record.triggerName.toUpperCase()
  ) {
    return false;
  }
  if (query.since !== undefined && record.receivedAt < query.since) return false;
  return query.until === undefined || record.receivedAt < query.until;
}
