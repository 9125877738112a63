import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { Sent } from "./senders.js";

/** An event that was sent, and how often it was acknowledged. */
interface Account {
  readonly sender: string;
  readonly sent: Sent;
  /** Events that are alike are counted together. */
  acknowledged: number;
  /** Tries whose response never came: without ids, each may have been one event more. */
  unsure: number;
}

/** What is not as it was promised. Every list is empty where all is well. */
export interface Faults {
  readonly lost: readonly string[];
  readonly swallowed: readonly string[];
  readonly runAfterDone: readonly string[];
  readonly runTwice: readonly string[];
  readonly runUnasked: readonly string[];
  readonly takenForAnother: readonly string[];
}

/** So many faults are shown with all that is known of them. */
const MOST_EXPLAINED = 5;

/** The last word on what was promised: what was sent and acknowledged, against what the processes say has run. */
export class Ledger {
  readonly #file: string;
  readonly #accounts = new Map<number, Account>();
  readonly #decoder = new StringDecoder("utf8");
  #read = 0;
  #rest = "";
  /** `NUMBER CALLBACK` → how often it ran to its end. */
  readonly #completed = new Map<string, number>();
  /** `CALLBACK ID` → its newest run. */
  readonly #runs = new Map<
    string,
    { readonly number: number; readonly expected: string; readonly odd: string }
  >();
  readonly #ended = new Set<string>();
  readonly #done = new Set<string>();
  readonly #ran = new Set<number>();
  readonly #runAfterDone: string[] = [];
  readonly #runTwice: string[] = [];
  readonly #takenForAnother: string[] = [];
  /** How often each of the other lines came. */
  readonly lines = new Map<string, number>();
  readonly up = new Set<number>();
  readonly troubles: string[] = [];
  runs = 0;
  odd = 0;

  /** @param file what the processes write */
  constructor(file: string) {
    this.#file = file;
  }

  acknowledged(sender: string, events: readonly Sent[]): void {
    for (const sent of events) this.#accountOf(sender, sent).acknowledged += 1;
  }

  unsure(sender: string, events: readonly Sent[]): void {
    for (const sent of events) this.#accountOf(sender, sent).unsure += 1;
  }

  /** Events that were acknowledged. */
  get size(): number {
    let size = 0;
    for (const { acknowledged } of this.#accounts.values()) size += acknowledged;
    return size;
  }

  /** Ids of the records that are to be dead in the end. */
  get dead(): string[] {
    return this.#idsOf(({ sent }) => sent.dead === true);
  }

  /** Ids of the records that nothing asks for. */
  get unasked(): string[] {
    return this.#idsOf(({ sent }) => sent.dead !== true && sent.asks.length === 0);
  }

  /** How many events are acknowledged that only this callback asks for. */
  askedBy(name: string): number {
    let size = 0;
    for (const { sent, acknowledged } of this.#accounts.values()) {
      if (sent.asks.length === 1 && sent.asks[0] === name) size += acknowledged;
    }
    return size;
  }

  #idsOf(which: (account: Account) => boolean): string[] {
    return [...this.#accounts.values()]
      .filter(which)
      .map(({ sent }) => sent.id ?? `without an id: ${sent.number}`);
  }

  #accountOf(sender: string, sent: Sent): Account {
    let account = this.#accounts.get(sent.number);
    if (account === undefined) {
      account = { sender, sent, acknowledged: 0, unsure: 0 };
      this.#accounts.set(sent.number, account);
    }
    return account;
  }

  /** Reads what the processes have written since the last time. */
  read(): void {
    if (!existsSync(this.#file)) return;
    const file = openSync(this.#file, "r");
    const chunk = Buffer.alloc(1024 * 1024);
    for (;;) {
      const bytes = readSync(file, chunk, 0, chunk.length, this.#read);
      if (bytes === 0) break;
      this.#read += bytes;
      const lines = (this.#rest + this.#decoder.write(chunk.subarray(0, bytes))).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.#take(line);
    }
    closeSync(file);
  }

  #take(line: string): void {
    const [word = "", ...words] = line.split(" ");
    if (word === "run") this.#began(words);
    else if (word === "ok" || word === "bad") this.#finished(word, words);
    else if (word === "done") this.#done.add(words[0] ?? "");
    else if (word === "up") this.up.add(Number(words[0]));
    else if (word === "trouble" || word === "refused" || word === "unfilled") this.troubles.push(line);
    if (word === "seen") this.#count(`${word} by ${words[1]}`);
    else this.#count(word);
  }

  #began([number = "", name = "", id = "", expected = "", odd = ""]: readonly string[]): void {
    const key = `${name} ${id}`;
    this.runs += 1;
    if (odd !== "even") this.odd += 1;
    this.#ran.add(Number(number));
    if (this.#done.has(id)) this.#runAfterDone.push(`${number} ${key}`);
    if (this.#ended.has(key)) this.#runTwice.push(`${number} ${key}`);
    this.#runs.set(key, { number: Number(number), expected, odd });
  }

  #finished(word: "ok" | "bad", [name = "", id = "", code = ""]: readonly string[]): void {
    const key = `${name} ${id}`;
    const run = this.#runs.get(key);
    if (run === undefined) return;
    const { number, expected, odd } = run;
    const isExpected = word === "ok" ? expected === "succeeds" : expected !== "succeeds";
    // On a machine with much to do, any run may come to its time limit.
    if (!isExpected && code !== "ERR_CALLBACK_TIMEOUT") {
      this.#takenForAnother.push(
        `${number} ${key}: ${odd} was to end so: ${expected}; it was ${word} (${code})`,
      );
    }
    if (word === "bad" && expected !== "drops") return;
    this.#ended.add(key);
    const counted = `${number} ${name}`;
    this.#completed.set(counted, (this.#completed.get(counted) ?? 0) + 1);
  }

  #count(what: string): void {
    this.lines.set(what, (this.lines.get(what) ?? 0) + 1);
  }

  #completedBy(number: number, name: string): number {
    return this.#completed.get(`${number} ${name}`) ?? 0;
  }

  /** The lines of the file that tell of the records which some faults name. */
  linesAbout(faults: readonly string[]): string[] {
    const ids = faults.slice(0, MOST_EXPLAINED).flatMap((fault) => /\S+@\S+/.exec(fault)?.[0] ?? []);
    const lines = readFileSync(this.#file, "utf8").split("\n");
    return lines.filter((line) => ids.some((id) => line.split(" ").includes(id)));
  }

  faults(): Faults {
    const lost: string[] = [];
    const swallowed: string[] = [];
    const runUnasked: string[] = [];
    const runTwice = [...this.#runTwice];
    const asked = new Set<string>();
    for (const [number, { sender, sent, acknowledged, unsure }] of this.#accounts) {
      if (acknowledged === 0) continue;
      for (const one of sent.asks) {
        const names = typeof one === "string" ? [one] : one;
        for (const name of names) asked.add(`${number} ${name}`);
        const counts = names.map((name) => this.#completedBy(number, name));
        const count = counts.reduce((sum, of) => sum + of, 0);
        const facts = `${sender}: ${number} ran ${count} times in ${names.join(" or ")}, acknowledged ${acknowledged} times`;
        if (count < acknowledged) (this.#ran.has(number) ? swallowed : lost).push(facts);
        if (Math.max(...counts) > acknowledged + unsure) runTwice.push(facts);
      }
    }
    for (const counted of this.#completed.keys()) if (!asked.has(counted)) runUnasked.push(counted);
    return {
      lost,
      swallowed,
      runTwice,
      runUnasked,
      runAfterDone: this.#runAfterDone,
      takenForAnother: this.#takenForAnother,
    };
  }
}
