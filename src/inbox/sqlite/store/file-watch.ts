import { readdirSync, renameSync, rmSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { EarshotError } from "../../../base/errors.js";
import { linkedFile } from "./linked-file.js";

/** What happened to the file under its connection. */
export type FileEvent =
  /** Nothing is at its path, or its path cannot be looked at; what is open is as it was. */
  | "gone"
  /** Another file, or an older copy, is at its path. */
  | "replaced"
  /** The write-ahead log or its index is gone; the connection still has what is in it. */
  | "log"
  /** The write-ahead log was cut short: what was in it is lost. */
  | "cut"
  /** It was cut short or written over. */
  | "damaged";

/** What an operator, or another program, did to the file. */
export class FileError extends EarshotError {
  readonly event: FileEvent;

  constructor(event: FileEvent, message: string) {
    super(event === "damaged" || event === "cut" ? "ERR_INBOX_CORRUPT" : "ERR_INBOX_UNAVAILABLE", message);
    this.event = event;
  }
}

/** The events that were acknowledged since the copy are lost. */
export function writtenOver(path: string): FileError {
  return new FileError(
    "replaced",
    `The inbox ${path} was written over with an older copy, or with another inbox. It is opened anew.`,
  );
}

/** What a new connection sees of the file; or why it cannot be used. */
export type Probe = (
  isThorough: boolean,
) => { readonly fileId: string; readonly writes: number } | { readonly damage: string } | undefined;

/** What our own connection knows of the file. */
export interface FileState {
  readonly fileId: string;
  /** Counts up with each transaction of any process. */
  readonly writes: number;
  /** How many bytes the log has, by its index. Asks SQLite: only for a log that has become shorter. */
  readonly logBytes: () => number;
}

/** Every byte of the file is looked at no more often than this after changes from outside, milliseconds. */
const THOROUGH_EVERY_MS = 10_000;

/** More than the file system's clock takes for a tick, milliseconds. */
const TICK_MS = 250;

type FileStat = Pick<Stats, "dev" | "ino" | "size" | "ctimeMs">;

/**
 * Notices what happens to the open file behind SQLite's back: SQLite goes on writing to a file that was deleted.
 *
 * The file is looked at by name only: to open and close it outside SQLite would drop this process's locks on it.
 */
export class FileWatch {
  readonly #path: string;
  /** The file itself, where the path is a link: its log lies beside it. */
  readonly #file: string;
  readonly #folder: string;
  readonly #probe: Probe;
  #main: FileStat;
  readonly #log: FileStat | undefined;
  readonly #index: FileStat | undefined;
  /** Of the log, when it was looked at last, bytes. */
  #logSize: number;
  /** When names in the directory changed last, as it was when the log was looked at. */
  #names = { ctimeMs: Number.NaN, seenAt: 0, isSettled: false };
  #thoroughAt = Number.NEGATIVE_INFINITY;
  /** A change from outside was not looked at thoroughly yet. */
  #owesThorough = false;
  /** What the file looked like when it was found damaged, and the damage. */
  #damaged: { readonly look: FileStat; readonly failure: FileError } | undefined;

  /**
   * To be made once the connection has read from the file.
   *
   * @param isOpenedAnew whether other processes may still have the index of a log that was cut
   * @throws FileError where it is gone already
   */
  constructor(path: string, probe: Probe, isOpenedAnew: boolean) {
    this.#path = path;
    this.#file = linkedFile(path);
    this.#folder = dirname(this.#file);
    this.#probe = probe;
    this.#main = this.#statMain();
    this.#log = statOfPath(`${this.#file}-wal`);
    this.#index = statOfPath(`${this.#file}-shm`);
    this.#logSize = isOpenedAnew ? Number.POSITIVE_INFINITY : (this.#log?.size ?? 0);
  }

  /** Before a transaction. @throws FileError where what is written now would be lost */
  checkBefore(nowMs: number, facts: FileState): void {
    const main = this.#identify();
    this.#checkNames(nowMs);
    this.#checkLogSize(facts);
    const isChanged = main.ctimeMs !== this.#main.ctimeMs || main.size !== this.#main.size;
    if (!isChanged && !this.#owesThorough) return;
    if (this.#damaged !== undefined && isSame(this.#damaged.look, main)) throw this.#damaged.failure;
    const isThorough =
      main.size < this.#main.size ||
      this.#damaged !== undefined ||
      Math.abs(nowMs - this.#thoroughAt) >= THOROUGH_EVERY_MS;
    if (!isChanged && !isThorough) return;
    this.#compare(main, facts, isThorough);
    if (isThorough) this.#thoroughAt = nowMs;
    this.#owesThorough = !isThorough;
    this.#main = main;
    if (this.#damaged !== undefined) {
      throw new FileError(
        "replaced",
        `The inbox ${this.#path} was damaged and is sound again. It is opened anew.`,
      );
    }
  }

  /** After a transaction. @throws FileError where what was written now may be lost */
  checkAfter(facts: FileState): void {
    const main = this.#identify();
    this.#checkLogSize(facts);
    if (main.ctimeMs === this.#main.ctimeMs && main.size === this.#main.size) return;
    // The transaction brought the log home, most likely.
    this.#compare(main, facts, main.size < this.#main.size);
    this.#main = main;
  }

  /**
   * Closes without harm to what is at the path now.
   *
   * @param bringLogHome writes the log to the file
   */
  closeAround(close: () => void, bringLogHome: () => void): void {
    const main = quietly(() => statOfPath(this.#file));
    if (main !== undefined && isSameFile(main, this.#main)) {
      this.#withForeignLogAside(close);
      return;
    }
    // A file that was moved elsewhere is complete without its log; of a deleted one, the log is what is left.
    if (isLinkedSomewhere(this.#main)) quietly(bringLogHome);
    // Where its file is not at its path, SQLite removes no log.
    close();
    if (main !== undefined) this.#putLogAside();
  }

  /** SQLite removes the log by its name, whosever it is. */
  #withForeignLogAside(close: () => void): void {
    const aside: [from: string, to: string][] = [];
    for (const [end, own] of this.#ownEnds()) {
      const path = this.#file + end;
      const there = quietly(() => statOfPath(path));
      if (there === undefined || (own !== undefined && isSameFile(there, own))) continue;
      const to = `${path}.${process.pid}.aside`;
      if (quietly(() => renameSync(path, to) ?? true) === true) aside.push([path, to]);
    }
    try {
      close();
    } finally {
      for (const [from, to] of aside) quietly(() => renameSync(to, from));
    }
  }

  /** Another file is at the path: SQLite would take this file's log for its log. */
  #putLogAside(): void {
    for (const [end, own] of this.#ownEnds()) {
      const path = this.#file + end;
      const there = quietly(() => statOfPath(path));
      if (there === undefined || own === undefined || !isSameFile(there, own)) continue;
      // The index is made anew from a log; an empty log has nothing to lose.
      if (end === "-shm" || there.size === 0) quietly(() => rmSync(path));
      else quietly(() => renameSync(path, freeName(`${path}.replaced`)));
    }
  }

  #ownEnds(): readonly (readonly [end: string, own: FileStat | undefined])[] {
    return [
      ["-wal", this.#log],
      ["-shm", this.#index],
    ];
  }

  /** Whether a log of another connection is at the path. */
  get hasForeignLog(): boolean {
    const there = quietly(() => statOfPath(`${this.#file}-wal`));
    return there !== undefined && (this.#log === undefined || !isSameFile(there, this.#log));
  }

  /** Before another file is opened at the path. @throws FileError where SQLite would take this file's log for its */
  expectNoOwnLog(): void {
    const main = quietly(() => statOfPath(this.#file));
    const log = quietly(() => statOfPath(`${this.#file}-wal`));
    if (main === undefined || isSameFile(main, this.#main)) return;
    if (log === undefined || this.#log === undefined || !isSameFile(log, this.#log)) return;
    throw new FileError(
      "gone",
      `The inbox ${this.#path} was replaced, and its log is still that of the file before. Stop every process that uses it, and remove ${this.#file}-wal and -shm.`,
    );
  }

  #identify(): FileStat {
    const main = this.#statMain();
    if (!isSameFile(main, this.#main)) {
      throw new FileError(
        "replaced",
        `The inbox ${this.#path} was replaced by another file. It is opened anew if it is a sound inbox; what its log still held lies at ${this.#file}-wal.replaced.`,
      );
    }
    if (main.size === 0) {
      throw new FileError(
        "damaged",
        `The inbox ${this.#path} was emptied by another program. Restore a copy.`,
      );
    }
    return main;
  }

  /** The log and its index are looked at where names in their directory have changed. */
  #checkNames(nowMs: number): void {
    // A name can go within the tick of the clock in which the directory was looked at.
    const { ctimeMs } = statOfPath(this.#folder) ?? { ctimeMs: Number.NaN };
    const isSame = ctimeMs === this.#names.ctimeMs;
    if (isSame && this.#names.isSettled) return;
    this.#checkLog();
    if (!isSame) this.#names = { ctimeMs, seenAt: nowMs, isSettled: false };
    else this.#names.isSettled = nowMs - this.#names.seenAt > TICK_MS;
  }

  /** A checkpoint empties the log, too. Else SQLite would go on behind the end, and a crash would lose all of it. */
  #checkLogSize(facts: FileState): void {
    const size = this.#sizeOfLog();
    if (size < this.#logSize && facts.logBytes() > this.#sizeOfLog()) {
      throw new FileError(
        "cut",
        `The file ${this.#file}-wal was cut short by another program: the events that were acknowledged last may be lost. What the inbox still has is opened anew.`,
      );
    }
    this.#logSize = size;
  }

  #sizeOfLog(): number {
    return statOfPath(`${this.#file}-wal`)?.size ?? 0;
  }

  #checkLog(): void {
    for (const [end, own] of this.#ownEnds()) {
      const there = statOfPath(this.#file + end);
      if (own === undefined || (there !== undefined && isSameFile(there, own))) continue;
      throw new FileError(
        "log",
        `The file ${this.#file}${end} was ${there === undefined ? "removed" : "replaced"} while the inbox was open. It is opened anew.`,
      );
    }
  }

  #statMain(): FileStat {
    let why: string;
    try {
      const main = statOfPath(this.#path);
      if (main !== undefined) return main;
      why = "it was deleted or moved";
    } catch (error) {
      why = (error as NodeJS.ErrnoException).code ?? String(error);
    }
    throw new FileError(
      "gone",
      `The inbox ${this.#path} is gone (${why}). Put the file back, or restart to begin with a new one.`,
    );
  }

  #compare(main: FileStat, facts: FileState, isThorough: boolean): void {
    const seen = this.#probe(isThorough);
    if (seen === undefined) return;
    if ("damage" in seen) {
      const failure = new FileError(
        "damaged",
        `The inbox ${this.#path} was written over by another program: ${seen.damage}. Restore a copy.`,
      );
      this.#damaged = { look: main, failure };
      throw failure;
    }
    if (seen.fileId === facts.fileId && seen.writes >= facts.writes) return;
    throw writtenOver(this.#path);
  }
}

/** @throws where the path cannot be looked at */
function statOfPath(path: string): FileStat | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** Whether an open file has a name still. Of Linux; elsewhere that is not known. */
function isLinkedSomewhere(file: FileStat): boolean {
  const open = quietly(() => readdirSync("/proc/self/fd")) ?? [];
  return open.some((fd) => {
    const stats = quietly(() => statSync(`/proc/self/fd/${fd}`));
    return stats !== undefined && isSameFile(stats, file) && stats.nlink > 0;
  });
}

function freeName(wanted: string): string {
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? wanted : `${wanted}.${n}`;
    if (statOfPath(name) === undefined) return name;
  }
}

function isSameFile(a: FileStat, b: FileStat): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

function isSame(a: FileStat, b: FileStat): boolean {
  return isSameFile(a, b) && a.size === b.size && a.ctimeMs === b.ctimeMs;
}

function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
