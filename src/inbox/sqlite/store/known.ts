import type BetterSqlite3 from "better-sqlite3";
import { DIGEST_PREFIX, type Identity } from "../../../model/identity.js";
import { hash64 } from "./hash.js";
import { toColumn } from "./text.js";

/** A record that is remembered. */
export interface KnownRecord {
  readonly seq: number;
  readonly state: number;
  readonly keptAt: number;
}

/** An identity with the numbers that it is indexed by. */
export interface HashedIdentity extends Identity {
  readonly idHash: bigint;
  readonly twinHash: bigint | undefined;
}

export function hashIdentity({ id, twin }: Identity): HashedIdentity {
  return { id, twin, idHash: hash64(id), twinHash: twin === undefined ? undefined : hash64(twin) };
}

/** Whether an id is only a digest of the content. */
export function isDigest(id: string): boolean {
  return id.startsWith(DIGEST_PREFIX);
}

type Text = string | Uint8Array;

/** Finds the record that an entry is a copy of: `isCopy` of model/identity.ts, asked of the indexes. */
export class Known {
  readonly #byId: BetterSqlite3.Statement<[bigint, Text], KnownRecord>;
  readonly #byTwin: BetterSqlite3.Statement<[bigint, Text], KnownRecord>;
  readonly #digestByTwin: BetterSqlite3.Statement<[bigint, Text], KnownRecord>;

  constructor(db: BetterSqlite3.Database) {
    // In the order of the index, so that the newest of many alike is found without sorting them.
    const find = (where: string, order: string) =>
      db.prepare<[bigint, Text], KnownRecord>(
        `SELECT r.seq, r.state, r.kept_at AS keptAt FROM records r JOIN contents c ON c.seq = r.seq
         WHERE ${where} ORDER BY ${order} LIMIT 1`,
      );
    this.#byId = find("r.id_hash = ? AND c.id = ?", "r.seq DESC");
    this.#byTwin = find("r.twin_hash = ? AND c.twin = ?", "r.is_digest DESC, r.seq DESC");
    this.#digestByTwin = find("r.twin_hash = ? AND r.is_digest = 1 AND c.twin = ?", "r.seq DESC");
  }

  find({ id, twin, idHash, twinHash }: HashedIdentity): KnownRecord | undefined {
    const idText = toColumn(id);
    const found = this.#byId.get(idHash, idText) ?? this.#byTwin.get(idHash, idText);
    if (found !== undefined || twin === undefined || twinHash === undefined) return found;
    const twinText = toColumn(twin);
    // Where this event has an id of its own, another that has one is another event, however alike.
    const sameContent = isDigest(id) ? this.#byTwin : this.#digestByTwin;
    return this.#byId.get(twinHash, twinText) ?? sameContent.get(twinHash, twinText);
  }

  /** The record that has exactly this id. */
  byId(id: string): KnownRecord | undefined {
    return this.#byId.get(hash64(id), toColumn(id));
  }
}
