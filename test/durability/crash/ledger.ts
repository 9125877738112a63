import { readFileSync } from "node:fs";

/** What a receiver's file says, read once everything has ended. */
export interface Ledger {
  /** Ids whose record was recorded done. */
  readonly done: ReadonlySet<string>;
  /** Runs that began after their event had been recorded done. */
  readonly runAfterDone: readonly string[];
  /** Runs beyond the first of an event: what crashes forced. */
  readonly reruns: number;
  readonly dead: readonly string[];
  /** Ids that ran and of whose end there is no line. */
  readonly unfinished: readonly string[];
}

export function readLedger(file: string): Ledger {
  const done = new Set<string>();
  const ran = new Set<string>();
  const runAfterDone: string[] = [];
  const dead: string[] = [];
  let reruns = 0;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [word, id = ""] = line.split(" ");
    if (word === "done") done.add(id);
    if (word === "dead") dead.push(line);
    if (word !== "run") continue;
    if (done.has(id)) runAfterDone.push(id);
    if (ran.has(id)) reruns += 1;
    ran.add(id);
  }
  return { done, runAfterDone, reruns, dead, unfinished: [...ran].filter((id) => !done.has(id)) };
}
