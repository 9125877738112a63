import type { BatchJoin, BatchPart } from "../../../model/batch.js";
import { sourceOf } from "../../../model/delivery.js";
import {
  type BatchProgress,
  batchBody,
  batchDueAt,
  batchEntry,
  isFullBatch,
  type StoredMember,
  storedMember,
} from "../../batch.js";
import type { InboxRecord } from "../../contract.js";
import type * as Sqlite from "../driver/driver.js";
import { unpackOrigin } from "../packed-origin.js";
import type { SqliteLease, StorableEntry } from "../thread-protocol.js";
import type { Counts } from "./counts.js";
import { HAS_JOINED, HAS_MEMBERS } from "./deduplication.js";
import { fromColumn, type RecordRow, recordOf, toColumn } from "./record-row.js";

type Text = string | Uint8Array;

interface OpenRow extends BatchProgress {
  readonly seq: number;
  /** The row of the member whose body is kept; `null` where all are. */
  readonly kept: number | null;
  /** The place of that member. */
  readonly keptPlace: number | null;
  readonly id: Text;
}

interface MemberRow {
  readonly id: Text;
  readonly trigger_name: Text;
  readonly source: string;
  readonly origin_facts: string;
  readonly origin_shape: string | null;
  readonly body_is_text: number;
  readonly body: Text | null;
  readonly received_at: number;
}

type Open = [group: string, seq: number, opened: number, last: number, events: number, bytes: number];

/** The batches of coalescing callbacks: which are open, and the members of each. */
export class Batches {
  readonly #counts: Counts;
  /** Stores a batch's record. @returns its row */
  readonly #insert: (entry: StorableEntry, nowMs: number) => number;
  readonly #bytesOfHeld: Sqlite.Statement<[number, number], number>;
  readonly #isKnown: Sqlite.Statement<[number, Text], number>;
  readonly #open: Sqlite.Statement<[string], OpenRow>;
  readonly #setOpen: Sqlite.Statement<[...Open, number | null]>;
  readonly #close: Sqlite.Statement<[number]>;
  readonly #countOpen: Sqlite.Statement<[], number>;
  readonly #addMember: Sqlite.Statement<[number, Text, number]>;
  readonly #emptyMember: Sqlite.Statement<[number]>;
  readonly #members: Sqlite.Statement<[number], MemberRow>;
  readonly #removeMembers: Sqlite.Statement<[number]>;
  readonly #detach: Sqlite.Statement<[number]>;
  readonly #flag: Sqlite.Statement<[number, number]>;
  readonly #move: Sqlite.Statement<[number, number, number, number, number]>;

  constructor(
    db: Sqlite.Database,
    parts: { counts: Counts; insert: (entry: StorableEntry, nowMs: number) => number },
  ) {
    this.#counts = parts.counts;
    this.#insert = parts.insert;
    this.#bytesOfHeld = db
      .prepare<[number, number], number>(
        "SELECT body_bytes FROM records WHERE seq = ? AND lease_token = ? AND state = 3",
      )
      .pluck();
    this.#isKnown = db
      .prepare<[number, Text], number>("SELECT 1 FROM batch_members WHERE event = ? AND callback = ?")
      .pluck();
    this.#open = db.prepare(
      `SELECT b.seq, b.opened_at AS openedAt, b.last_at AS lastAt, b.events, b.bytes, b.kept,
         m.place AS keptPlace, c.id
       FROM open_batches b JOIN contents c ON c.seq = b.seq LEFT JOIN batch_members m ON m.member = b.kept
       WHERE b.group_hash = ?`,
    );
    this.#setOpen = db.prepare(
      `INSERT OR REPLACE INTO open_batches (group_hash, seq, opened_at, last_at, events, bytes, kept)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#close = db.prepare("DELETE FROM open_batches WHERE seq = ?");
    this.#countOpen = db.prepare<[], number>("SELECT count(*) FROM open_batches").pluck();
    this.#addMember = db.prepare(
      `INSERT INTO batch_members (batch, callback, place, event, id, trigger_name, source, origin_facts, shape_id,
         received_at, body_is_text, body)
       SELECT ?, ?, r.seq, r.seq, c.id, r.trigger_name, r.source, c.origin_facts, c.shape_id, r.received_at,
         c.body_is_text, c.body
       FROM records r JOIN contents c ON c.seq = r.seq WHERE r.seq = ?`,
    );
    this.#emptyMember = db.prepare("UPDATE batch_members SET body = NULL WHERE member = ?");
    this.#members = db.prepare(
      `SELECT m.id, trigger_name, source, origin_facts, s.shape AS origin_shape, body_is_text, body, received_at
       FROM batch_members m LEFT JOIN origin_shapes s ON s.id = m.shape_id
       WHERE batch = ? ORDER BY place, member`,
    );
    this.#removeMembers = db.prepare("DELETE FROM batch_members WHERE batch = ?");
    this.#detach = db.prepare("UPDATE batch_members SET event = NULL WHERE event = ?");
    this.#flag = db.prepare("UPDATE records SET extras = extras | ? WHERE seq = ?");
    // Behind an earlier batch of its group it stays behind.
    this.#move = db.prepare(
      `UPDATE records SET due_at = ?, body_bytes = body_bytes + ?,
         state = iif(state = 2, 2, iif(? <= ?, 0, 1)) WHERE seq = ?`,
    );
  }

  join({ seq, token }: SqliteLease, part: BatchPart, nowMs: number): BatchJoin {
    const bytes = this.#bytesOfHeld.get(seq, token);
    if (bytes === undefined) return { state: "lost" };
    const { group, limits } = part;
    const callback = toColumn(part.callback);
    if (this.#isKnown.get(seq, callback) !== undefined) return { state: "known" };
    const open = this.#open.get(group) ?? this.#begin(part, nowMs);
    const member = Number(this.#addMember.run(open.seq, callback, seq).lastInsertRowid);
    this.#flag.run(HAS_JOINED, seq);
    const { kept, held } = this.#supersede(open, member, seq, bytes, limits.keep);
    const progress = {
      openedAt: open.openedAt,
      lastAt: Math.max(open.lastAt, nowMs),
      events: open.events + 1,
      bytes: held,
    };
    const dueAt = batchDueAt(progress, limits);
    const { openedAt, lastAt, events } = progress;
    if (isFullBatch(progress, limits)) this.#close.run(open.seq);
    else this.#setOpen.run(group, open.seq, openedAt, lastAt, events, held, kept);
    this.#move.run(dueAt, held - open.bytes, dueAt, nowMs, open.seq);
    this.#counts.grew(held - open.bytes);
    return { state: "joined", batch: fromColumn(open.id), events, dueAt };
  }

  /** The record of a row, with the members of a batch. */
  whole(row: RecordRow): InboxRecord {
    const record = recordOf(row);
    if ((row.extras & HAS_MEMBERS) === 0) return record;
    return { ...record, body: batchBody(record.body, this.#members.all(row.seq).map(memberOf)) };
  }

  /** A record is claimed: no more events join it. */
  close({ seq, extras }: RecordRow): void {
    if ((extras & HAS_MEMBERS) !== 0) this.#close.run(seq);
  }

  countOpen(): number {
    return this.#countOpen.get() ?? 0;
  }

  /** Forgets what a batch has. */
  remove(seq: number): void {
    this.#close.run(seq);
    this.#removeMembers.run(seq);
  }

  /** An event is replayed, or forgotten: its row is in no batch any more, though its copy is. */
  detach(seq: number): void {
    this.#detach.run(seq);
  }

  #begin(part: BatchPart, nowMs: number): OpenRow {
    const progress = { openedAt: nowMs, lastAt: nowMs, events: 0, bytes: 0 };
    const entry = batchEntry(part, nowMs, batchDueAt(progress, part.limits));
    const { keys: _keys, content: _content, redelivers: _redelivers, dueAt: _dueAt, ...facts } = entry;
    const { dueAt = nowMs } = entry;
    const seq = this.#insert(
      { ...facts, origin: JSON.stringify(entry.origin), dueAt: Math.floor(dueAt) },
      nowMs,
    );
    this.#flag.run(HAS_MEMBERS, seq);
    return { seq, id: entry.id, kept: null, keptPlace: null, ...progress };
  }

  /** @returns the member whose body is kept where only one is, and the bytes that the batch has now */
  #supersede(open: OpenRow, member: number, place: number, bytes: number, keep: BatchPart["limits"]["keep"]) {
    if (keep === "all") return { kept: null, held: open.bytes + bytes };
    const { kept, keptPlace } = open;
    if (kept === null || keptPlace === null) return { kept: member, held: bytes };
    const isKept = keep === "latest" ? place >= keptPlace : place < keptPlace;
    this.#emptyMember.run(isKept ? kept : member);
    return isKept ? { kept: member, held: bytes } : { kept, held: open.bytes };
  }
}

function memberOf(row: MemberRow): StoredMember {
  const facts = {
    id: fromColumn(row.id),
    triggerName: fromColumn(row.trigger_name),
    source: sourceOf(row.source),
    origin: unpackOrigin(row.origin_shape, row.origin_facts),
    receivedAt: row.received_at,
  };
  if (row.body === null) return storedMember(facts, undefined);
  return storedMember(facts, row.body_is_text === 1 ? fromColumn(row.body) : (row.body as Uint8Array));
}
