import type { MetadataList } from "../../metadata.js";
import type * as Sqlite from "../driver/driver.js";
import { sqliteCode } from "../driver/driver.js";
import type {
  Batch,
  Request,
  RequestKind,
  Results,
  SerializedError,
  StoreSettings,
  Written,
} from "../thread-protocol.js";
import { Batches } from "./batches.js";
import { Browse } from "./browse.js";
import { CallbackKeys } from "./callback-keys.js";
import { Counts } from "./counts.js";
import { isOfOneRequest, LOCK_TIMEOUT_MS, serializedRecordError } from "./database.js";
import { ContentIndex, Expiry, KeyIndex } from "./deduplication.js";
import { EntryWriter } from "./entry-writer.js";
import { type FileState, writtenOver } from "./file-watch.js";
import { Leases, LeaseTerms } from "./leases.js";
import { Limits } from "./limits.js";
import { OriginShapes } from "./origin-shapes.js";
import { Owners } from "./owners.js";
import { SqliteOrderQueues, StateLists } from "./queues.js";
import { fromColumn, toColumn } from "./record-row.js";
import { Steps } from "./steps.js";
import { DropRecords, Requeue, Settle } from "./transitions.js";

/** Old records looked at for forgetting with each batch, and for each record that the batch may add. */
const FORGET_ALWAYS = 8;
const FORGET_PER_REQUEST = 2;

/** How long a lock is waited for that was held all the time of the request before, milliseconds. */
const KNOWN_LOCK_MS = 250;

/** Of the log's format (https://sqlite.org/fileformat2.html#walformat). */
const LOG_HEAD_BYTES = 32;
const LOG_PAGE_HEAD_BYTES = 24;

/** How often and how long a checkpoint of another connection is waited for: two seconds in all. */
const MOST_TRIES = 1000;
const TRY_AGAIN_MS = 2;
/** Nothing wakes it. */
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Answers batches of requests over one open file: a batch is a transaction, and shares one flush. */
export class Store {
  readonly #db: Sqlite.Database;
  readonly #path: string;
  readonly #begin: Sqlite.Statement<[]>;
  readonly #commit: Sqlite.Statement<[]>;
  readonly #rollback: Sqlite.Statement<[]>;
  readonly #counts: Counts;
  readonly #owners: Owners;
  readonly #limits: Limits;
  readonly #expiry: Expiry;
  readonly #entries: EntryWriter;
  readonly #leases: Leases;
  readonly #settle: Settle;
  readonly #browse: Browse;
  readonly #metadata: Metadata;
  readonly #steps: Steps;
  readonly #callbackKeys: CallbackKeys;
  readonly #batches: Batches;
  readonly #shapes: OriginShapes;
  /** What SQLite waits for a lock at most, milliseconds. */
  #lockWaitMs = LOCK_TIMEOUT_MS;
  /** The file when it was written or read last by this connection; `undefined` before. */
  #known: Pick<FileState, "fileId" | "writes"> | undefined;

  constructor(db: Sqlite.Database, settings: StoreSettings) {
    this.#db = db;
    this.#path = settings.path;
    // Immediate: to read first and write later in one transaction fails where another process wrote between.
    this.#begin = db.prepare("BEGIN IMMEDIATE");
    this.#commit = db.prepare("COMMIT");
    this.#rollback = db.prepare("ROLLBACK");
    const counts = new Counts(db);
    const queues = new SqliteOrderQueues(db);
    const keys = new KeyIndex(db);
    const contents = new ContentIndex(db);
    const owners = new Owners(db, settings.owner);
    const terms = new LeaseTerms(settings.leaseMs, owners);
    const lists = new StateLists(db);
    const steps = new Steps(db);
    const callbackKeys = new CallbackKeys(db);
    const batches = new Batches(db, {
      counts,
      insert: (entry, nowMs) => this.#entries.openBatch(entry, nowMs),
    });
    const requeue = new Requeue(db, { queues, counts, lists, steps, batches });
    const drop = new DropRecords(db, { counts, lists, steps, batches });
    const forgetful = { keys, contents, counts, steps, callbackKeys, batches };
    const expiry = new Expiry(db, forgetful, settings.dedupeWindowMs);
    this.#counts = counts;
    this.#owners = owners;
    this.#shapes = new OriginShapes(db);
    this.#expiry = expiry;
    this.#limits = new Limits(db, { counts, drop, lists }, settings);
    this.#entries = new EntryWriter(
      db,
      { keys, contents, queues, counts, expiry, terms, requeue, lists, shapes: this.#shapes },
      settings,
    );
    this.#leases = new Leases(db, { keys, queues, counts, terms, lists, batches });
    this.#settle = new Settle(db, { queues, counts, lists, callbackKeys });
    this.#steps = steps;
    this.#callbackKeys = callbackKeys;
    this.#browse = new Browse(db, { keys, queues, requeue, drop, batches });
    this.#batches = batches;
    this.#metadata = new Metadata(db);
  }

  /**
   * Everything of the batch, or nothing of it. Where one request alone is at fault, the others are written.
   *
   * @throws the database's error where the file is at fault; then nothing was written
   */
  write({ requests, nowMs, stepMs }: Pick<Batch, "requests" | "nowMs" | "stepMs">): Written {
    this.#leases.stepMs = stepMs;
    try {
      return this.#transaction(requests, nowMs);
    } catch (error) {
      if (!isOfOneRequest(error)) throw error;
      return this.#oneByOne(requests, nowMs);
    }
  }

  /** What this connection has seen of the file. */
  facts(): FileState {
    if (this.#known === undefined) this.#counts.load();
    const { fileId, writes } = this.#known ?? this.#remember();
    return { fileId, writes, logBytes: this.#logBytes };
  }

  /** A checkpoint says how many pages the log has. One that cannot read them means that they are not all there. */
  readonly #logBytes = (): number => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const pages = this.#logPages();
      if (pages >= 0) {
        const pageBytes = Number(this.#db.pragma("page_size", { simple: true }));
        return pages === 0 ? 0 : LOG_HEAD_BYTES + pages * (LOG_PAGE_HEAD_BYTES + pageBytes);
      }
      Atomics.wait(pause, 0, 0, TRY_AGAIN_MS);
    }
    return Number.POSITIVE_INFINITY;
  };

  /** Below 0 while another connection makes a checkpoint: a log that was cut would go unnoticed. */
  #logPages(): number {
    try {
      const [state] = this.#db.pragma("wal_checkpoint") as readonly { readonly log: number }[];
      return state?.log ?? -1;
    } catch (error) {
      if (sqliteCode(error).startsWith("SQLITE_IOERR")) return Number.POSITIVE_INFINITY;
      throw error;
    }
  }

  /** Brings the log home through this connection, which has it open though its name may be gone. */
  bringLogHome(): void {
    this.#db.pragma("wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    this.#db.close();
  }

  #transaction(requests: readonly Request[], nowMs: number): Written {
    this.#lock();
    try {
      this.#counts.load();
      this.#expectKnown();
      this.#owners.clear(nowMs, (owner) => this.#leases.giveBackOf(owner, nowMs));
      const answers = requests.map((request) => this.#answer(request, nowMs));
      this.#expiry.some(FORGET_ALWAYS + FORGET_PER_REQUEST * requests.length, nowMs);
      this.#callbackKeys.sweep(nowMs);
      const { dropped, expired } = this.#limits.enforce(nowMs);
      this.#counts.save();
      const dueState = this.#leases.dueState(nowMs);
      this.#commit.run();
      this.#remember();
      return { answers, errors: [], dueState, dropped, expired };
    } catch (error) {
      // Some failures (a full disk) have rolled back already.
      if (this.#db.inTransaction) this.#rollback.run();
      this.#owners.forgetOwnId();
      this.#shapes.forget();
      throw error;
    }
  }

  /** Once a lock has been waited for in vain, each further request would wait as long for the same rejection. */
  #lock(): void {
    try {
      this.#begin.run();
    } catch (error) {
      if (sqliteCode(error).startsWith("SQLITE_BUSY")) this.#waitForLocks(KNOWN_LOCK_MS);
      throw error;
    }
    this.#waitForLocks(LOCK_TIMEOUT_MS);
  }

  #waitForLocks(ms: number): void {
    if (ms === this.#lockWaitMs) return;
    this.#db.pragma(`busy_timeout = ${ms}`);
    this.#lockWaitMs = ms;
  }

  #remember(): Pick<FileState, "fileId" | "writes"> {
    const { fileId, writes } = this.#counts.totals;
    this.#known = { fileId, writes };
    return this.#known;
  }

  /** SQLite's own backup can put an older copy into the file, by a transaction as any other. */
  #expectKnown(): void {
    const { fileId, writes } = this.#counts.totals;
    if (this.#known === undefined) return;
    if (fileId !== this.#known.fileId || writes < this.#known.writes) throw writtenOver(this.#path);
  }

  #oneByOne(requests: readonly Request[], nowMs: number): Written {
    const answers: Results[RequestKind][] = [];
    const errors: [number, SerializedError][] = [];
    let [dropped, expired] = [0, 0];
    for (const [at, request] of requests.entries()) {
      try {
        const written = this.#transaction([request], nowMs);
        answers.push(written.answers[0]);
        dropped += written.dropped;
        expired += written.expired;
      } catch (error) {
        if (!isOfOneRequest(error)) throw error;
        answers.push(undefined);
        errors.push([at, serializedRecordError(error, this.#path)]);
      }
    }
    const last = this.#transaction([], nowMs);
    dropped += last.dropped;
    return { answers, errors, dueState: last.dueState, dropped, expired: expired + last.expired };
  }

  #answer(request: Request, nowMs: number): Results[RequestKind] {
    switch (request.kind) {
      case "store":
        return this.#entries.store(request.entry, request.claim, nowMs);
      case "deadLetter":
        return this.#entries.deadLetter(request.entry, request.failure, nowMs);
      case "claim":
        return this.#leases.claim(request.max, nowMs);
      case "renew":
        return this.#leases.renew(request.leases, nowMs);
      case "settle":
        return this.#settle.settle(request.lease, request.outcome, nowMs);
      case "storeStep":
        return this.#steps.store(request.lease, request.step);
      case "claimKey":
        return this.#callbackKeys.claim(request.lease, request.key, nowMs);
      case "join":
        return this.#batches.join(request.lease, request.part, nowMs);
      case "openBatches":
        return this.#batches.countOpen();
      case "release":
        return this.#leases.release(request.leases, nowMs);
      case "counts":
        return this.#counts.counts;
      case "oldestPending":
        return this.#counts.oldestPending();
      case "unmatched":
        return this.#browse.unmatched(request);
      case "claimUnmatched":
        return this.#leases.claimUnmatched(request.ids, nowMs);
      case "ready":
        this.#metadata.probe();
        return this.#entries.isFull();
      case "page":
        return this.#browse.page(request);
      case "storedAfter":
        return this.#browse.storedAfter(request);
      case "replay":
        return this.#browse.replay(request, nowMs);
      case "drop":
        return this.#browse.drop(request, nowMs);
      case "readMetadata":
        return this.#metadata.read(request.name);
      case "writeMetadata":
        return this.#metadata.write(request.name, request.value);
      case "replaceMetadata":
        return this.#metadata.replace(request.name, request.expected, request.value);
      case "listMetadata":
        return this.#metadata.list(request.prefix);
      case "deleteMetadata":
        return this.#metadata.delete(request.name);
    }
  }
}

type Text = string | Uint8Array;

/** No mark of ours has this name. */
const PROBE = "earshot probe";

/** Small values beside the records. */
export class Metadata {
  readonly #read: Sqlite.Statement<[Text], { readonly value: Text }>;
  readonly #write: Sqlite.Statement<[Text, Text]>;
  readonly #probe: Sqlite.Statement<[]>;
  readonly #list: Sqlite.Statement<[string], { readonly name: Text; readonly value: Text }>;
  readonly #delete: Sqlite.Statement<[Text]>;

  constructor(db: Sqlite.Database) {
    this.#read = db.prepare("SELECT value FROM marks WHERE name = ?");
    this.#write = db.prepare(
      "INSERT INTO marks (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    this.#list = db.prepare("SELECT name, value FROM marks WHERE name >= ? ORDER BY name");
    this.#delete = db.prepare("DELETE FROM marks WHERE name = ?");
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

  /** In one step: requests run in a transaction that holds the file's lock for writing. */
  replace(name: string, expected: string | undefined, value: string): boolean {
    if (this.read(name) !== expected) return false;
    this.write(name, value);
    return true;
  }

  list(prefix: string): MetadataList {
    const found: (readonly [string, string])[] = [];
    for (const { name, value } of this.#list.iterate(prefix)) {
      // In the order of their names, those with the prefix stand together.
      if (typeof name !== "string" || !name.startsWith(prefix)) break;
      found.push([name, fromColumn(value)]);
    }
    return found;
  }

  delete(name: string): undefined {
    this.#delete.run(toColumn(name));
  }
}
