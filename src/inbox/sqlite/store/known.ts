import type BetterSqlite3 from "better-sqlite3";
import { hash64 } from "./hash.js";
import { toColumn } from "./text.js";

/** A record that is remembered. */
export interface KnownRecord {
  readonly seq: number;
  readonly state: number;
  readonly keptAt: number;
  /** What other tables have of it: {@link HAS_KEYS}, {@link HAS_CONTENT}. */
  readonly extras: number;
  readonly bytes: number;
}

/** The record has rows in `dedup_keys`. */
export const HAS_KEYS = 1;
/** The record has a row in `matches`, and rows in `content_hashes`. */
export const HAS_CONTENT = 2;

export const knownColumns =
  "r.seq, r.state, r.kept_at AS keptAt, r.extras, r.body_bytes AS bytes FROM records r";

type Text = string | Uint8Array;

/** Finds records by their ids and deduplication keys. */
export class Known {
  readonly #byId: BetterSqlite3.Statement<[bigint, Text], KnownRecord>;
  readonly #byKey: BetterSqlite3.Statement<[bigint, Text], KnownRecord>;
  readonly #addKey: BetterSqlite3.Statement<[bigint, number, Text]>;
  readonly #removeKeys: BetterSqlite3.Statement<[number]>;
  readonly #flag: BetterSqlite3.Statement<[number, number]>;

  constructor(db: BetterSqlite3.Database) {
    // In the order of the index, so that the newest of many alike is found without sorting them.
    this.#byId = db.prepare(
      `SELECT ${knownColumns} JOIN contents c ON c.seq = r.seq
       WHERE r.id_hash = ? AND c.id = ? ORDER BY r.seq DESC LIMIT 1`,
    );
    this.#byKey = db.prepare(
      `SELECT ${knownColumns} JOIN dedup_keys k ON k.seq = r.seq
       WHERE k.hash = ? AND k.key = ? ORDER BY k.seq DESC LIMIT 1`,
    );
    this.#addKey = db.prepare("INSERT OR IGNORE INTO dedup_keys (hash, seq, key) VALUES (?, ?, ?)");
    this.#removeKeys = db.prepare("DELETE FROM dedup_keys WHERE seq = ?");
    this.#flag = db.prepare("UPDATE records SET extras = extras | ? WHERE seq = ?");
  }

  /** The record that has this text as its id or among its keys. @param hash of the text */
  find(text: string, hash: bigint): KnownRecord | undefined {
    const column = toColumn(text);
    return this.#byId.get(hash, column) ?? this.#byKey.get(hash, column);
  }

  /** The record that has exactly this id. */
  byId(id: string): KnownRecord | undefined {
    return this.#byId.get(hash64(id), toColumn(id));
  }

  /** Makes these texts keys of a record. */
  addKeys(seq: number, keys: readonly string[]): void {
    if (keys.length === 0) return;
    for (const key of keys) this.#addKey.run(hash64(key), seq, toColumn(key));
    this.#flag.run(HAS_KEYS, seq);
  }

  removeKeys(seq: number): void {
    this.#removeKeys.run(seq);
  }
}
