import type { ContentMatch } from "../../../model/content-match.js";
import type * as Sqlite from "../driver/driver.js";
import type { Counts } from "./counts.js";
import { DONE, DROPPED, hash64, toColumn } from "./record-row.js";

/** A record that is remembered. */
export interface RememberedRecord {
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
/** The record has rows in `steps`. */
export const HAS_STEPS = 4;
/** The record has rows in `callback_keys`. */
export const HAS_CALLBACK_KEYS = 8;
/** The record is a batch: it has rows in `batch_members`, and one in `open_batches` while it is open. */
export const HAS_MEMBERS = 16;
/** The record's event is in a batch. */
export const HAS_JOINED = 32;

export const knownColumns =
  "r.seq, r.state, r.kept_at AS keptAt, r.extras, r.body_bytes AS bytes FROM records r";

type Text = string | Uint8Array;

/** Finds records by their ids and deduplication keys. */
export class KeyIndex {
  readonly #byId: Sqlite.Statement<[bigint, Text], RememberedRecord>;
  readonly #byKey: Sqlite.Statement<[bigint, Text], RememberedRecord>;
  readonly #addKey: Sqlite.Statement<[bigint, number, Text]>;
  readonly #removeKeys: Sqlite.Statement<[number]>;
  readonly #flag: Sqlite.Statement<[number, number]>;

  constructor(db: Sqlite.Database) {
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
  find(text: string, hash: bigint): RememberedRecord | undefined {
    const column = toColumn(text);
    return this.#byId.get(hash, column) ?? this.#byKey.get(hash, column);
  }

  /** The record that has exactly this id. */
  byId(id: string): RememberedRecord | undefined {
    return this.#byId.get(hash64(id), toColumn(id));
  }

  /** Makes these texts keys of a record. */
  addKeys(seq: number, keys: readonly string[]): void {
    if (keys.length === 0) return;
    this.insertKeys(seq, keys);
    this.#flag.run(HAS_KEYS, seq);
  }

  /** The same for a record that says already that it has keys. */
  insertKeys(seq: number, keys: readonly string[]): void {
    for (const key of keys) this.#addKey.run(hash64(key), seq, toColumn(key));
  }

  removeKeys(seq: number): void {
    this.#removeKeys.run(seq);
  }
}

interface MatchRow {
  readonly happenedAt: number;
  readonly hasId: number;
  /** JSON, sorted. */
  readonly channels: string;
  /** JSON. */
  readonly hashes: string;
}

interface Candidate extends RememberedRecord {
  readonly happenedAt: number;
}

/**
 * Finds records by their content. The index has the channels of a record before its time, so that the many records
 * that a channel has brought itself are passed over in one step.
 */
export class ContentIndex {
  readonly #nextChannels: Sqlite.Statement<[bigint, string], string>;
  readonly #oldest: Sqlite.Statement<[bigint, string, number, number, number], Candidate>;
  readonly #match: Sqlite.Statement<[number], MatchRow>;
  readonly #addMatch: Sqlite.Statement<[number, number, number, string, string]>;
  readonly #setMatch: Sqlite.Statement<[number, string, number]>;
  readonly #removeMatch: Sqlite.Statement<[number]>;
  readonly #addHash: Sqlite.Statement<[bigint, string, number, number, number]>;
  readonly #removeHash: Sqlite.Statement<[bigint, string, number, number, number]>;

  constructor(db: Sqlite.Database) {
    this.#nextChannels = db
      .prepare<[bigint, string], string>(
        "SELECT channels FROM content_hashes WHERE hash = ? AND channels > ? ORDER BY channels LIMIT 1",
      )
      .pluck();
    this.#oldest = db.prepare(
      `SELECT h.happened_at AS happenedAt, ${knownColumns} JOIN content_hashes h ON h.seq = r.seq
       WHERE h.hash = ? AND h.channels = ? AND h.has_id = ? AND h.happened_at BETWEEN ? AND ?
       ORDER BY h.happened_at, h.seq`,
    );
    this.#match = db.prepare(
      "SELECT happened_at AS happenedAt, has_id AS hasId, channels, hashes FROM matches WHERE seq = ?",
    );
    this.#addMatch = db.prepare(
      "INSERT OR REPLACE INTO matches (seq, happened_at, has_id, channels, hashes) VALUES (?, ?, ?, ?, ?)",
    );
    this.#setMatch = db.prepare("UPDATE matches SET has_id = ?, channels = ? WHERE seq = ?");
    this.#removeMatch = db.prepare("DELETE FROM matches WHERE seq = ?");
    this.#addHash = db.prepare(
      "INSERT OR IGNORE INTO content_hashes (hash, channels, has_id, happened_at, seq) VALUES (?, ?, ?, ?, ?)",
    );
    this.#removeHash = db.prepare(
      `DELETE FROM content_hashes WHERE hash = ? AND channels = ? AND has_id = ? AND happened_at = ? AND seq = ?`,
    );
  }

  /** @returns the oldest record of which this can be the other copy */
  find(content: ContentMatch): RememberedRecord | undefined {
    let best: Candidate | undefined;
    for (const text of new Set(content.hashes)) {
      const hash = hash64(text);
      let channels = this.#nextChannels.get(hash, "");
      for (; channels !== undefined; channels = this.#nextChannels.get(hash, channels)) {
        if ((JSON.parse(channels) as string[]).includes(content.channel)) continue;
        // Where the entry has the sender's id, a record that has one is another event, however alike.
        for (const hasId of content.hasId ? [0] : [0, 1]) {
          const found = this.#first(text, hash, channels, hasId, content);
          if (found !== undefined && (best === undefined || isBefore(found, best))) best = found;
        }
      }
    }
    return best;
  }

  /** Remembers what a new record can be known by. */
  add(seq: number, { hashes, channel, hasId, at }: ContentMatch): void {
    const channels = JSON.stringify([channel]);
    this.#addMatch.run(seq, at, hasId ? 1 : 0, channels, JSON.stringify(hashes));
    for (const text of hashes) this.#addHash.run(hash64(text), channels, hasId ? 1 : 0, at, seq);
  }

  /** Counts the channel as one that brought the record. */
  match(seq: number, { channel, hasId }: ContentMatch): void {
    const row = this.#match.get(seq);
    if (row === undefined) return;
    const channels = JSON.stringify([...(JSON.parse(row.channels) as string[]), channel].sort());
    const isKnownById = hasId ? 1 : row.hasId;
    this.#setMatch.run(isKnownById, channels, seq);
    for (const text of JSON.parse(row.hashes) as string[]) {
      const hash = hash64(text);
      this.#removeHash.run(hash, row.channels, row.hasId, row.happenedAt, seq);
      this.#addHash.run(hash, channels, isKnownById, row.happenedAt, seq);
    }
  }

  remove(seq: number): void {
    const row = this.#match.get(seq);
    if (row === undefined) return;
    for (const text of JSON.parse(row.hashes) as string[]) {
      this.#removeHash.run(hash64(text), row.channels, row.hasId, row.happenedAt, seq);
    }
    this.#removeMatch.run(seq);
  }

  #first(
    text: string,
    hash: bigint,
    channels: string,
    hasId: number,
    { since, until }: ContentMatch,
  ): Candidate | undefined {
    for (const candidate of this.#oldest.iterate(hash, channels, hasId, since, until)) {
      // Two texts can share a number of 64 bits.
      const hashes = this.#match.get(candidate.seq)?.hashes;
      if (hashes !== undefined && (JSON.parse(hashes) as string[]).includes(text)) return candidate;
    }
    return undefined;
  }
}

function isBefore(a: Candidate, b: Candidate): boolean {
  return a.happenedAt === b.happenedAt ? a.seq < b.seq : a.happenedAt < b.happenedAt;
}

/** A table beside the records. */
interface Forgetful {
  /** Forgets what a record has there. */
  remove(seq: number): void;
}

/**
 * Removes records that are done or dropped, and were stored longer ago than the deduplication window. A walk along
 * the records in the order they were stored, a few rows with every batch, so that it never is a pause. What is
 * dead stays until it is dropped.
 */
export class Expiry {
  readonly #next: Sqlite.Statement<[number, number], RememberedRecord>;
  readonly #removeRecord: Sqlite.Statement<[number]>;
  readonly #emptyRecord: Sqlite.Statement<[number]>;
  readonly #removeContent: Sqlite.Statement<[number]>;
  readonly #keys: KeyIndex;
  readonly #contents: ContentIndex;
  readonly #steps: Forgetful;
  readonly #callbackKeys: Forgetful;
  readonly #batches: Forgetful & { detach(seq: number): void };
  readonly #counts: Counts;
  readonly #dedupeWindowMs: number;
  #walkedTo = 0;
  #walkStartedAt = Number.NEGATIVE_INFINITY;
  /** Before this, the next record along the walk is too young. */
  #statOfPath = Number.NEGATIVE_INFINITY;

  constructor(
    db: Sqlite.Database,
    parts: {
      keys: KeyIndex;
      contents: ContentIndex;
      steps: Forgetful;
      callbackKeys: Forgetful;
      batches: Forgetful & { detach(seq: number): void };
      counts: Counts;
    },
    dedupeWindowMs: number,
  ) {
    this.#next = db.prepare(`SELECT ${knownColumns} WHERE r.seq > ? ORDER BY r.seq LIMIT ?`);
    // The row that is numbered last stays, without what it is found by: its number must not be used again.
    this.#removeRecord = db.prepare(
      "DELETE FROM records WHERE seq = ? AND seq < (SELECT max(seq) FROM records)",
    );
    this.#emptyRecord = db.prepare("UPDATE records SET state = 6, extras = 0, failures = '[]' WHERE seq = ?");
    this.#removeContent = db.prepare("DELETE FROM contents WHERE seq = ?");
    this.#keys = parts.keys;
    this.#contents = parts.contents;
    this.#steps = parts.steps;
    this.#callbackKeys = parts.callbackKeys;
    this.#batches = parts.batches;
    this.#counts = parts.counts;
    this.#dedupeWindowMs = dedupeWindowMs;
  }

  isDueFor({ state, keptAt }: RememberedRecord, nowMs: number): boolean {
    return (state === DONE || state === DROPPED) && keptAt + this.#dedupeWindowMs <= nowMs;
  }

  remove({ seq, state, extras, bytes }: RememberedRecord): void {
    if (this.#removeRecord.run(seq).changes === 0) this.#emptyRecord.run(seq);
    this.#removeContent.run(seq);
    if ((extras & HAS_KEYS) !== 0) this.#keys.removeKeys(seq);
    if ((extras & HAS_CONTENT) !== 0) this.#contents.remove(seq);
    if ((extras & HAS_STEPS) !== 0) this.#steps.remove(seq);
    if ((extras & HAS_CALLBACK_KEYS) !== 0) this.#callbackKeys.remove(seq);
    if ((extras & HAS_MEMBERS) !== 0) this.#batches.remove(seq);
    if ((extras & HAS_JOINED) !== 0) this.#batches.detach(seq);
    this.#counts.move(state, undefined, bytes);
  }

  /** Looks at the next few records, where one of them can be old enough. */
  some(howMany: number, nowMs: number): void {
    if (nowMs < this.#statOfPath) return;
    const records = this.#next.all(this.#walkedTo, howMany);
    for (const record of records) {
      if (record.keptAt + this.#dedupeWindowMs > nowMs) {
        this.#rest(record.keptAt + this.#dedupeWindowMs, nowMs);
        return;
      }
      // An old record that is unfinished or dead is passed over; a later walk meets it again.
      if (this.isDueFor(record, nowMs)) this.remove(record);
      this.#walkedTo = record.seq;
    }
    if (records.length < howMany) this.#rest(nowMs + this.#dedupeWindowMs, nowMs);
  }

  /** The walk has come to the young records. Every now and then it starts again from the oldest. */
  #rest(untilMs: number, nowMs: number): void {
    this.#statOfPath = untilMs;
    if (this.#walkedTo === 0 || nowMs - this.#walkStartedAt < this.#dedupeWindowMs / 8) return;
    this.#walkedTo = 0;
    this.#walkStartedAt = nowMs;
  }
}
