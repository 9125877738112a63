import type BetterSqlite3 from "better-sqlite3";
import type { ContentMatch } from "../../contract.js";
import { hash64 } from "./hash.js";
import { type KnownRecord, knownColumns } from "./known.js";

interface MatchRow {
  readonly happenedAt: number;
  readonly hasId: number;
  /** JSON, sorted. */
  readonly channels: string;
  /** JSON. */
  readonly hashes: string;
}

interface Candidate extends KnownRecord {
  readonly happenedAt: number;
}

/**
 * Finds records by their content. The index has the channels of a record before its time, so that the many records
 * that a channel has brought itself are passed over in one step.
 */
export class Alike {
  readonly #nextChannels: BetterSqlite3.Statement<[bigint, string], string>;
  readonly #oldest: BetterSqlite3.Statement<[bigint, string, number, number, number], Candidate>;
  readonly #match: BetterSqlite3.Statement<[number], MatchRow>;
  readonly #addMatch: BetterSqlite3.Statement<[number, number, number, string, string]>;
  readonly #setMatch: BetterSqlite3.Statement<[number, string, number]>;
  readonly #removeMatch: BetterSqlite3.Statement<[number]>;
  readonly #addHash: BetterSqlite3.Statement<[bigint, string, number, number, number]>;
  readonly #removeHash: BetterSqlite3.Statement<[bigint, string, number, number, number]>;

  constructor(db: BetterSqlite3.Database) {
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
  find(content: ContentMatch): KnownRecord | undefined {
    let best: Candidate | undefined;
    for (const text of new Set(content.hashes)) {
      const hash = hash64(text);
      let channels = this.#nextChannels.get(hash, "");
      for (; channels !== undefined; channels = this.#nextChannels.get(hash, channels)) {
        if ((JSON.parse(channels) as string[]).includes(content.channel)) continue;
        // Where the entry has an id of its own, a record that has one is another event, however alike.
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
