import { type Kind, type KindName, kindNames, kinds } from "./kinds.js";

const ACKNOWLEDGED = 1;
const DONE = 2;
const DEAD = 4;
/** The bit of the first of a kind's `runs`; the second has the next one. */
const FIRST_RUN = 8;

/** What was promised, counted. Every list is empty where all is well. */
export interface Account {
  readonly sent: number;
  readonly acknowledged: number;
  readonly done: number;
  readonly deadAsIntended: number;
  /** Acknowledged, and no callback matches them. */
  readonly unmatched: number;
  /** Acknowledged, and something that has to happen has not. */
  readonly lost: readonly string[];
  readonly runAfterDone: readonly string[];
  /** Succeeded twice in one callback. */
  readonly runTwice: readonly string[];
  /** Done though it fails always, dead-lettered though it succeeds, or run by what does not match it. */
  readonly unintended: readonly string[];
}

/** What was sent and acknowledged, against what the receiver says has run. Two bytes for each event. */
export class Ledger {
  #kinds = new Uint8Array(1024);
  #states = new Uint8Array(1024);
  #sent = 0;
  readonly #runAfterDone: string[] = [];
  readonly #runTwice: string[] = [];
  readonly #unintended: string[] = [];

  /** @returns the number of a new event */
  add(kind: KindName): number {
    const number = this.#sent;
    if (number === this.#kinds.length) {
      this.#kinds = larger(this.#kinds);
      this.#states = larger(this.#states);
    }
    this.#kinds[number] = kindNames.indexOf(kind);
    this.#sent += 1;
    return number;
  }

  get sent(): number {
    return this.#sent;
  }

  acknowledged(number: number): void {
    this.#set(number, ACKNOWLEDGED);
  }

  kindOf(number: number): KindName {
    return kindNames[this.#kinds[number] ?? 0] as KindName;
  }

  /** One line of the receiver: `run NUMBER CALLBACK`, `ok NUMBER CALLBACK`, `done NUMBER` or `dead NUMBER`. */
  take(line: string): void {
    const [word = "", digits = "", callback = ""] = line.split(" ");
    const number = Number(digits);
    const what = `${this.kindOf(number)} ${number} ${callback}`;
    const { runs, ends } = kinds[this.kindOf(number)];
    if (word === "run" && this.#has(number, DONE)) this.#runAfterDone.push(what);
    if (word === "run" && ends === "unmatched") this.#unintended.push(`run: ${what}`);
    if (word === "done") {
      this.#set(number, DONE);
      if (ends !== "done") this.#unintended.push(`done: ${what}`);
    }
    if (word === "dead") {
      this.#set(number, DEAD);
      if (ends !== "dead") this.#unintended.push(`dead: ${what}`);
    }
    if (word !== "ok") return;
    const at = (runs as readonly string[]).indexOf(callback);
    if (at === -1) this.#unintended.push(`ok: ${what}`);
    else if (this.#has(number, FIRST_RUN << at)) this.#runTwice.push(what);
    else this.#set(number, FIRST_RUN << at);
  }

  /** Events of which something that has to happen has not happened yet. */
  unfinished(): readonly string[] {
    const found: string[] = [];
    for (let number = 0; number < this.#sent; number += 1) {
      const missing = expectedOf(this.kindOf(number)) & ~(this.#states[number] ?? 0);
      if (missing !== 0) found.push(`${this.kindOf(number)} ${number}: missing ${namesOf(missing)}`);
    }
    return found;
  }

  account(): Account {
    const count = (bit: number, ends?: Kind["ends"]) => {
      let total = 0;
      for (let number = 0; number < this.#sent; number += 1) {
        const isCounted = ends === undefined || kinds[this.kindOf(number)].ends === ends;
        if (isCounted && this.#has(number, bit)) total += 1;
      }
      return total;
    };
    return {
      sent: this.#sent,
      acknowledged: count(ACKNOWLEDGED),
      done: count(DONE),
      deadAsIntended: count(DEAD, "dead"),
      unmatched: count(ACKNOWLEDGED, "unmatched"),
      lost: this.unfinished(),
      runAfterDone: this.#runAfterDone,
      runTwice: this.#runTwice,
      unintended: this.#unintended,
    };
  }

  #has(number: number, bit: number): boolean {
    return ((this.#states[number] ?? 0) & bit) !== 0;
  }

  #set(number: number, bit: number): void {
    this.#states[number] = (this.#states[number] ?? 0) | bit;
  }
}

function larger(full: Uint8Array): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(full.length * 2);
  more.set(full);
  return more;
}

function expectedOf(kind: KindName): number {
  const { runs, ends } = kinds[kind];
  const end = { done: DONE, dead: DEAD, unmatched: 0 }[ends];
  return runs.reduce((bits, _, at) => bits | (FIRST_RUN << at), ACKNOWLEDGED | end);
}

function namesOf(bits: number): string {
  const names = ["acknowledged", "done", "dead", "its first run", "its second run"];
  return names.filter((_, at) => (bits & (1 << at)) !== 0).join(", ");
}
