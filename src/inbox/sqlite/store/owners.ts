import type BetterSqlite3 from "better-sqlite3";
import { hasEnded, type ProcessIdentity, thisProcess } from "./processes.js";
import { fromColumn, toColumn } from "./text.js";

/** Rows of processes of other machines, or of other boots of this one, that are left. */
const MAX_ROWS = 1000;
/** How often to look for processes that have ended, milliseconds. */
const LOOK_EVERY_MS = 500;

interface OwnerRow extends Omit<ProcessIdentity, "name"> {
  readonly id: number;
  readonly name: string | Uint8Array;
}

/** The processes that hold leases on this file. */
export class Owners {
  readonly #all: BetterSqlite3.Statement<[], OwnerRow>;
  readonly #add: BetterSqlite3.Statement<[string | Uint8Array, string | null, number, string | null]>;
  readonly #exists: BetterSqlite3.Statement<[number], number>;
  readonly #remove: BetterSqlite3.Statement<[number]>;
  readonly #prune: BetterSqlite3.Statement<[]>;
  readonly #own: ProcessIdentity;
  #ownId: number | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(db: BetterSqlite3.Database, name: string | undefined) {
    this.#own = thisProcess(name);
    this.#all = db.prepare("SELECT id, name, machine, pid, started FROM owners");
    this.#add = db.prepare("INSERT INTO owners (name, machine, pid, started) VALUES (?, ?, ?, ?)");
    this.#exists = db.prepare<[number], number>("SELECT id FROM owners WHERE id = ?").pluck();
    this.#remove = db.prepare("DELETE FROM owners WHERE id = ?");
    this.#prune = db.prepare(
      `DELETE FROM owners WHERE id <= (SELECT max(id) FROM owners) - ${MAX_ROWS}
         AND id NOT IN (SELECT lease_owner FROM records WHERE state = 3 AND lease_owner IS NOT NULL)`,
    );
  }

  /** This process's row; to be called within a transaction. */
  ownId(): number {
    this.#ownId ??= this.#find() ?? this.#insert();
    return this.#ownId;
  }

  /** A transaction was rolled back, and with it a row that it may have added. */
  forgetOwnId(): void {
    if (this.#ownId !== undefined && this.#exists.get(this.#ownId) === undefined) this.#ownId = undefined;
  }

  /**
   * The processes that have ended since; asked of the system every now and then.
   *
   * @param giveBack gives back what the process of this row held
   */
  clear(nowMs: number, giveBack: (ownerId: number) => void): void {
    if (Math.abs(nowMs - this.#lookedAt) < LOOK_EVERY_MS) return;
    if (this.#lookedAt === Number.NEGATIVE_INFINITY) this.#prune.run();
    this.#lookedAt = nowMs;
    for (const row of this.#all.all()) {
      if (row.id === this.#ownId || !hasEnded({ ...row, name: fromColumn(row.name) }, this.#own)) continue;
      giveBack(row.id);
      this.#remove.run(row.id);
    }
  }

  #find(): number | undefined {
    const own = this.#own;
    return this.#all
      .all()
      .find(
        ({ name, machine, pid, started }) =>
          fromColumn(name) === own.name &&
          machine === own.machine &&
          pid === own.pid &&
          started === own.started,
      )?.id;
  }

  #insert(): number {
    const { name, machine, pid, started } = this.#own;
    return Number(this.#add.run(toColumn(name), machine, pid, started).lastInsertRowid);
  }
}
