import type BetterSqlite3 from "better-sqlite3";
import type { Answers, Batch, Kind, Request, StoreSettings, Trouble, Written } from "../thread-protocol.js";
import { Browse } from "./browse.js";
import { Limits, Tally } from "./counts.js";
import { isOfOneRequest, recordTroubleOf } from "./database.js";
import { Alike, Forget, Known } from "./deduplication.js";
import { Keep } from "./entry-writer.js";
import type { FileFacts } from "./file-watch.js";
import { Leases, LeaseTerms } from "./leases.js";
import { Owners } from "./owners.js";
import { Lines, Places } from "./queues.js";
import { fromColumn, toColumn } from "./record-row.js";
import { Drop, Revive, Settle } from "./transitions.js";

/** Old records looked at for forgetting with each batch, and for each record that the batch may add. */
const FORGET_ALWAYS = 8;
const FORGET_PER_REQUEST = 2;

/** Answers batches of requests over one open file: a batch is a transaction, and shares one flush. */
export class Store {
  readonly #db: BetterSqlite3.Database;
  readonly #path: string;
  readonly #begin: BetterSqlite3.Statement<[]>;
  readonly #commit: BetterSqlite3.Statement<[]>;
  readonly #rollback: BetterSqlite3.Statement<[]>;
  readonly #fileId: BetterSqlite3.Statement<[], string>;
  readonly #tally: Tally;
  readonly #owners: Owners;
  readonly #limits: Limits;
  readonly #forget: Forget;
  readonly #store: Keep;
  readonly #leases: Leases;
  readonly #settle: Settle;
  readonly #browse: Browse;
  readonly #marks: Marks;
  #knownFileId: string | undefined;

  constructor(db: BetterSqlite3.Database, settings: StoreSettings) {
    this.#db = db;
    this.#path = settings.path;
    // Immediate: to read first and write later in one transaction fails where another process wrote between.
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
    this.#rollback = db.prepare("ROLLBACK");
    this.#fileId = db.prepare<[], string>("SELECT file_id FROM totals").pluck();
    const tally = new Tally(db);
    const lines = new Lines(db);
    const known = new Known(db);
    const alike = new Alike(db);
    const owners = new Owners(db, settings.owner);
    const terms = new LeaseTerms(settings.leaseMs, owners);
    const places = new Places(db);
    const revive = new Revive(db, { lines, tally, places });
    const drop = new Drop(db, { tally, places });
    const forget = new Forget(db, { known, alike, tally }, settings.dedupeWindowMs);
    this.#tally = tally;
    this.#owners = owners;
    this.#forget = forget;
    this.#limits = new Limits(db, { tally, drop, places }, settings);
    this.#store = new Keep(db, { known, alike, lines, tally, forget, terms, revive, places }, settings);
    this.#leases = new Leases(db, { known, lines, tally, terms, places });
    this.#settle = new Settle(db, { lines, tally, places });
    this.#browse = new Browse(db, { known, lines, revive, drop });
    this.#marks = new Marks(db);
  }

  /**
   * Everything of the batch, or nothing of it. Where one request alone is at fault, the others are written.
   *
   * @throws the database's error where the file is at fault; then nothing was written
   */
  write({ requests, nowMs }: Pick<Batch, "requests" | "nowMs">): Written {
    try {
      return this.#transaction(requests, nowMs);
    } catch (error) {
      if (!isOfOneRequest(error)) throw error;
      return this.#oneByOne(requests, nowMs);
    }
  }

  /** What this connection has seen of the file. */
  facts(): FileFacts {
    this.#knownFileId ??= this.#fileId.get() ?? "";
    return { fileId: this.#knownFileId, writes: this.#tally.totals.writes };
  }

  /** Brings the log home through this connection, which has it open though its name may be gone. */
  bringLogHome(): void {
    this.#db.pragma("wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    this.#db.close();
  }

  #transaction(requests: readonly Request[], nowMs: number): Written {
    this.#begin.run();
    try {
      this.#tally.load();
      this.#owners.clear(nowMs, (owner) => this.#leases.giveBackOf(owner, nowMs));
      const answers = requests.map((request) => this.#answer(request, nowMs));
      this.#forget.some(FORGET_ALWAYS + FORGET_PER_REQUEST * requests.length, nowMs);
      const dropped = this.#limits.enforce(nowMs);
      this.#tally.save();
      const horizon = this.#leases.horizon(nowMs);
      this.#commit.run();
      return { answers, troubles: [], horizon, dropped };
    } catch (error) {
      // Some failures (a full disk) have rolled back already.
      if (this.#db.inTransaction) this.#rollback.run();
      this.#owners.forgetOwnId();
      throw error;
    }
  }

  #oneByOne(requests: readonly Request[], nowMs: number): Written {
    const answers: Answers[Kind][] = [];
    const troubles: [number, Trouble][] = [];
    let dropped = 0;
    for (const [at, request] of requests.entries()) {
      try {
        const written = this.#transaction([request], nowMs);
        answers.push(written.answers[0]);
        dropped += written.dropped;
      } catch (error) {
        if (!isOfOneRequest(error)) throw error;
        answers.push(undefined);
        troubles.push([at, recordTroubleOf(error, this.#path)]);
      }
    }
    const last = this.#transaction([], nowMs);
    return { answers, troubles, horizon: last.horizon, dropped: dropped + last.dropped };
  }

  #answer(request: Request, nowMs: number): Answers[Kind] {
    switch (request.kind) {
      case "store":
        return this.#store.store(request.entry, request.claim, nowMs);
      case "deadLetter":
        return this.#store.deadLetter(request.entry, request.failure, nowMs);
      case "claim":
        return this.#leases.claim(request.max, nowMs);
      case "renew":
        return this.#leases.renew(request.leases, nowMs);
      case "settle":
        return this.#settle.settle(request.lease, request.outcome, nowMs);
      case "release":
        return this.#leases.release(request.leases, nowMs);
      case "counts":
        return this.#tally.counts;
      case "unmatched":
        return this.#browse.unmatched(request);
      case "claimUnmatched":
        return this.#leases.claimUnmatched(request.ids, nowMs);
      case "ready":
        this.#marks.probe();
        return this.#store.isFull();
      case "page":
        return this.#browse.page(request);
      case "replay":
        return this.#browse.replay(request, nowMs);
      case "drop":
        return this.#browse.drop(request, nowMs);
      case "readMetadata":
        return this.#marks.read(request.name);
      case "writeMetadata":
        return this.#marks.write(request.name, request.value);
    }
  }
}

type Text = string | Uint8Array;

/** No mark of ours has this name. */
const PROBE = "earshot probe";

/** Small values beside the records. */
export class Marks {
  readonly #read: BetterSqlite3.Statement<[Text], { readonly value: Text }>;
  readonly #write: BetterSqlite3.Statement<[Text, Text]>;
  readonly #probe: BetterSqlite3.Statement<[]>;

  constructor(db: BetterSqlite3.Database) {
    this.#read = db.prepare("SELECT value FROM marks WHERE name = ?");
    this.#write = db.prepare(
      "INSERT INTO marks (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    this.#probe = db.prepare(
      `INSERT OR REPLACE INTO marks (name, value) VALUES ('${PROBE}', zeroblob(16384))`,
    );
  }

  /** Writes about as much as a record takes, to learn whether one would be stored. */
  probe(): void {
    this.#probe.run();
  }

  read(name: string): string | undefined {
    const row = this.#read.get(toColumn(name));
    return row === undefined ? undefined : fromColumn(row.value);
  }

  write(name: string, value: string): undefined {
    this.#write.run(toColumn(name), toColumn(value));
  }
}
