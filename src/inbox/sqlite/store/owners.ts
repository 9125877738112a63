import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type * as Sqlite from "../driver/driver.js";
import { fromColumn, toColumn } from "./record-row.js";

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
  readonly #all: Sqlite.Statement<[], OwnerRow>;
  readonly #add: Sqlite.Statement<[string | Uint8Array, string | null, number, string | null]>;
  readonly #exists: Sqlite.Statement<[number], number>;
  readonly #remove: Sqlite.Statement<[number]>;
  readonly #prune: Sqlite.Statement<[]>;
  readonly #own: ProcessIdentity;
  #ownId: number | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(db: Sqlite.Database, name: string | undefined) {
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

/** A process, as a file tells it to other processes. */
export interface ProcessIdentity {
  /** `host:pid`, or what the listener was named. */
  readonly name: string;
  /**
   * The running system, and the namespace of its process ids. Two processes know each other's ids only where this is
   * the same. `null` where the system does not tell.
   */
  readonly machine: string | null;
  readonly pid: number;
  /** When it started, as the system counts: tells a process from a later one with its id. */
  readonly started: string | null;
}

/** @param name how leases name this process; default `host:pid` */
export function thisProcess(name: string = `${hostname()}:${process.pid}`): ProcessIdentity {
  return { name, machine: thisMachine(), pid: process.pid, started: statOf(process.pid)?.started ?? null };
}

/** Whether a process has surely ended. Where that cannot be known, it has not. */
export function hasEnded(other: ProcessIdentity, own: ProcessIdentity): boolean {
  if (own.machine === null || other.machine !== own.machine) return false;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const stat = statOf(other.pid);
  if (stat === undefined) return false;
  return stat.isOver || (other.started !== null && stat.started !== other.started);
}

function thisMachine(): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return null;
  }
}

/** Of Linux: proc_pid_stat(5). */
function statOf(pid: number): { readonly started: string; readonly isOver: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name, in parentheses; anything can stand in it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [state = "", started] = [fields[0], fields[19]];
    return started === undefined ? undefined : { started, isOver: state === "Z" || state === "X" };
  } catch {
    return undefined;
  }
}
