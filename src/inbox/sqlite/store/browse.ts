import { batchTrigger } from "../../batch.js";
import type { InboxQuery, InboxRecord, StoredRecord } from "../../contract.js";
import { expectationTrigger } from "../../expectation.js";
import type * as Sqlite from "../driver/driver.js";
import type { Changed, Request, Results } from "../thread-protocol.js";
import type { Batches } from "./batches.js";
import type { KeyIndex } from "./deduplication.js";
import type { SqliteOrderQueues } from "./queues.js";
import {
  DEAD,
  DONE,
  DROPPED,
  fromColumn,
  type RecordRow,
  RUNNING,
  recordColumns,
  sizeOf,
  stateName,
  UNMATCHED,
} from "./record-row.js";
import type { DropRecords, Requeue } from "./transitions.js";

/** Records looked at in one step: a walk through a large inbox blocks no other request for longer than a few ms. */
const MAX_LOOKS = 500;
/** Bytes of records handed over in one step. */
const MAX_PAGE_BYTES = 1024 * 1024;

/** Triggers of the listener's own records: that one is missing, no reader of events minds. */
const ownTriggers: readonly string[] = [expectationTrigger, batchTrigger];

interface RecordSummary {
  readonly seq: number;
  readonly state: number;
  readonly order_hash: number | null;
  readonly lease_until: number | null;
  readonly received_at: number;
  readonly trigger_name: string | Uint8Array;
  readonly body_bytes: number;
}

interface UnmatchedRow {
  readonly seq: number;
  readonly place: number;
  readonly trigger_name: string | Uint8Array;
}

interface StoredRow {
  readonly seq: number;
  readonly state: number;
  readonly trigger_name: string | Uint8Array;
}

type Walk = Request<"page" | "replay" | "drop">;

/** Walks through the records, newest first: to show them, to replay them, to drop them. */
export class Browse {
  readonly #keys: KeyIndex;
  readonly #queues: SqliteOrderQueues;
  readonly #requeue: Requeue;
  readonly #drop: DropRecords;
  readonly #batches: Batches;
  readonly #all: Sqlite.Statement<[number, number], RecordSummary>;
  readonly #few: Sqlite.Statement<[{ below: number; looks: number }], RecordSummary>;
  readonly #one: Sqlite.Statement<[number], RecordSummary>;
  readonly #unmatched: Sqlite.Statement<[number, number], UnmatchedRow>;
  readonly #row: Sqlite.Statement<[number], RecordRow>;
  readonly #after: Sqlite.Statement<[number, number], StoredRow>;
  readonly #newest: Sqlite.Statement<[], { readonly seq: number | null }>;

  constructor(
    db: Sqlite.Database,
    parts: {
      keys: KeyIndex;
      queues: SqliteOrderQueues;
      requeue: Requeue;
      drop: DropRecords;
      batches: Batches;
    },
  ) {
    this.#keys = parts.keys;
    this.#queues = parts.queues;
    this.#requeue = parts.requeue;
    this.#drop = parts.drop;
    this.#batches = parts.batches;
    const columns =
      "SELECT seq, state, order_hash, lease_until, received_at, trigger_name, body_bytes FROM records";
    this.#all = db.prepare(`${columns} WHERE seq < ? ORDER BY seq DESC LIMIT ?`);
    // Everything that is not done, each state through its own index: these are few among many that are done.
    this.#few = db.prepare(
      `${[
        "state = 0 AND crashes = 0",
        "seq IN (SELECT seq FROM crashed) AND state = 0 AND crashes > 0",
        "state = 1",
        "order_hash IS NOT NULL AND state <= 3 AND state = 2",
        "state = 3",
        "state = 5",
        "seq IN (SELECT seq FROM unmatched) AND state = 7",
      ]
        .map((condition) => `${columns} WHERE ${condition} AND seq < @below`)
        .join(" UNION ALL ")} ORDER BY seq DESC LIMIT @looks`,
    );
    this.#one = db.prepare(`${columns} WHERE seq = ?`);
    this.#row = db.prepare(`${recordColumns} WHERE r.seq = ?`);
    this.#after = db.prepare(
      "SELECT seq, state, trigger_name FROM records WHERE seq > ? ORDER BY seq LIMIT ?",
    );
    this.#newest = db.prepare("SELECT max(seq) AS seq FROM records");
    this.#unmatched = db.prepare(
      `SELECT u.seq, u.place, r.trigger_name FROM unmatched u JOIN records r ON r.seq = u.seq
       WHERE u.place > ? ORDER BY u.place LIMIT ?`,
    );
  }

  page(walk: Walk): Results["page"] {
    const records: InboxRecord[] = [];
    let room = MAX_PAGE_BYTES;
    const below = this.#step(walk, ({ seq }) => {
      const row = this.#row.get(seq);
      if (row === undefined) return "no";
      records.push(this.#batches.whole(row));
      room -= sizeOf(row);
      return room > 0 ? "yes" : "last";
    });
    return { records, below };
  }

  /** Rows are numbered without a hole, so a number that is missing is a record that was forgotten. */
  storedAfter({ after, max }: Request<"storedAfter">): Results["storedAfter"] {
    const records: StoredRecord[] = [];
    let room = MAX_PAGE_BYTES;
    let next = after;
    let isComplete = true;
    for (const { seq, state, trigger_name } of this.#after.all(after, MAX_LOOKS)) {
      if (records.length >= max || room <= 0) break;
      if (seq !== next + 1) isComplete = false;
      next = seq;
      const row = state === DROPPED ? undefined : this.#row.get(seq);
      if (row !== undefined) {
        records.push({ position: seq, record: this.#batches.whole(row) });
        room -= sizeOf(row);
      } else if (!ownTriggers.includes(fromColumn(trigger_name))) isComplete = false;
    }
    return { records, next, newest: this.#newest.get()?.seq ?? 0, isComplete };
  }

  /** Unmatched records in the order in which they became so. */
  unmatched({ after, max, triggerNames }: Request<"unmatched">): Results["unmatched"] {
    const wanted = triggerNames === undefined ? undefined : new Set(triggerNames);
    const records: InboxRecord[] = [];
    let room = MAX_PAGE_BYTES;
    let next = after;
    const summaries = this.#unmatched.all(after, MAX_LOOKS);
    for (const { seq, place, trigger_name } of summaries) {
      if (records.length >= max || room <= 0) return { records, next, isEnd: false };
      next = place;
      if (wanted !== undefined && !wanted.has(fromColumn(trigger_name).toUpperCase())) continue;
      const row = this.#row.get(seq);
      if (row === undefined) continue;
      records.push(this.#batches.whole(row));
      room -= sizeOf(row);
    }
    return { records, next, isEnd: summaries.length < MAX_LOOKS };
  }

  replay(walk: Walk, nowMs: number): Changed {
    let changed = 0;
    const below = this.#step(walk, ({ seq, state }) => {
      if (state !== DONE && state !== DEAD && state !== UNMATCHED) return "no";
      this.#requeue.replay(seq, nowMs);
      changed += 1;
      return "yes";
    });
    return { changed, below };
  }

  drop(walk: Walk, nowMs: number): Changed {
    let changed = 0;
    const below = this.#step(walk, ({ seq, state, order_hash, lease_until, body_bytes }) => {
      // The process that held it is dead; that it died of this very record may be why it is to be dropped.
      if (state === RUNNING && (lease_until ?? Number.POSITIVE_INFINITY) > nowMs) return "no";
      this.#drop.drop(seq, state, body_bytes, nowMs);
      if (order_hash !== null) this.#queues.advance(order_hash, nowMs);
      changed += 1;
      return "yes";
    });
    return { changed, below };
  }

  /**
   * Visits the records of a step that meet the query, until the visitor has had enough.
   *
   * @returns below which record the next step goes on; `undefined` where nothing is left
   */
  #step(walk: Walk, visit: (summary: RecordSummary) => "yes" | "no" | "last"): number | undefined {
    let { left } = walk;
    const summaries = this.#summaries(walk);
    for (const summary of summaries) {
      if (left <= 0) return undefined;
      if (!meets(summary, walk.query)) continue;
      const visited = visit(summary);
      if (visited !== "no") left -= 1;
      if (visited === "last") return summary.seq;
    }
    return summaries.length < MAX_LOOKS ? undefined : summaries.at(-1)?.seq;
  }

  #summaries({ query, below }: Walk): readonly RecordSummary[] {
    if (query.ids !== undefined) {
      const seqs = new Set(query.ids.map((id) => this.#keys.byId(id)?.seq ?? -1));
      return [...seqs]
        .filter((seq) => seq >= 0 && seq < below)
        .sort((a, b) => b - a)
        .slice(0, MAX_LOOKS)
        .flatMap((seq) => this.#one.get(seq) ?? []);
    }
    const wanted = query.state === undefined ? ["done"] : [query.state].flat();
    return wanted.includes("done")
      ? this.#all.all(below, MAX_LOOKS)
      : this.#few.all({ below, looks: MAX_LOOKS });
  }
}

function meets(summary: RecordSummary, { state, triggerName, since, until }: InboxQuery): boolean {
  const name = stateName(summary.state);
  if (name === undefined) return false;
  if (state !== undefined && ![state].flat().includes(name)) return false;
  if (since !== undefined && summary.received_at < since) return false;
  if (until !== undefined && summary.received_at >= until) return false;
  return (
    triggerName === undefined || fromColumn(summary.trigger_name).toUpperCase() === triggerName.toUpperCase()
  );
}
