import type { Inbox, InboxRecord } from "../../../index.js";
import { type StoreOptions, storeWords } from "./store.js";

/**
 * The records of these ids, in the order of the ids.
 *
 * @throws EarshotError ERR_NOT_FOUND that names every id without a record
 */
export async function recordsOf(
  inbox: Inbox,
  ids: readonly string[],
  options: StoreOptions,
): Promise<readonly InboxRecord[]> {
  const found = new Map<string, InboxRecord>();
  for await (const record of inbox.find({ ids })) found.set(record.id, record);
  const unknown = ids.filter((id) => !found.has(id));
  if (unknown.length > 0) {
    // Only here: with it comes the whole library, which no other command's start is to wait for.
    const { EarshotError } = await import("../../../index.js");
    throw new EarshotError(
      "ERR_NOT_FOUND",
      `No record has the id ${unknown.join(", ")}. List what there is: earshot inbox ls ${storeWords(options)}`,
    );
  }
  return [...new Set(ids)].flatMap((id) => found.get(id) ?? []);
}
