import { EarshotError } from "../../base/errors.js";
import type { InboxRecord } from "../../inbox/contract.js";
import { isJsonObject } from "../../model/json.js";

/** A place between the records of an inbox. */
export interface Mark {
  /** When the record there was received, epoch milliseconds; 0 for the place before all records. */
  readonly at: number;
  /** Ids of the record there and of some older ones: one may be dropped meanwhile. */
  readonly ids: readonly string[];
}

/** The place before all records. */
export const beginning: Mark = { at: 0, ids: [] };

/** Ids in a mark. */
const MOST_IDS = 3;

/** The place after a record. @param older what was stored before it, newest first */
export function markAfter(record: InboxRecord, older: readonly string[] = []): Mark {
  return { at: record.receivedAt, ids: [record.id, ...older].slice(0, MOST_IDS) };
}

/** A mark as opaque text: nothing that a sender wrote can be read in it. */
export function cursorOf({ at, ids }: Mark): string {
  return Buffer.from(JSON.stringify([at, ...ids])).toString("base64url");
}

/**
 * @param tool that returned it
 * @throws EarshotError ERR_OPTION
 */
export function markOf(cursor: string, tool: string): Mark {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(value) && !isJsonObject(value)) {
      const [at, ...ids] = value as unknown[];
      const isMark = typeof at === "number" && Number.isFinite(at) && ids.length <= MOST_IDS;
      if (isMark && ids.every((id) => typeof id === "string")) return { at, ids: ids as string[] };
    }
  } catch {
    // Said below.
  }
  const message = `\`cursor\` is not one that ${tool} returned: copy it whole, or leave it out to begin anew.`;
  throw new EarshotError("ERR_OPTION", message);
}
