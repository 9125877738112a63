import type BetterSqlite3 from "better-sqlite3";
import type { Answers, Batch, Kind, Request, StoreSettings, Trouble, Written } from "../requests.js";
import { Alike } from "./alike.js";
import { Browse } from "./browse.js";
import { Drop } from "./drop.js";
import type { FileFacts } from "./file-watch.js";
import { Forget } from "./forget.js";
import { Keep } from "./keep.js";
import { Known } from "./known.js";
import { LeaseTerms } from "./lease-terms.js";
import { Leases } from "./leases.js";
import { Limits } from "./limits.js";
import { Lines } from "./lines.js";
import { Marks } from "./marks.js";
import { Owners } from "./owners.js";
import { Places } from "./places.js";
import { Revive } from "./revive.js";
import { Settle } from "./settle.js";
import { Tally } from "./tally.js";
import { isOfOneRequest, recordTroubleOf } from "./trouble.js";

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
