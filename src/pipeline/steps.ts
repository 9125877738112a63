import { asError } from "../base/as-error.js";
import { type Clock, sleep } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { handle } from "../base/foreign-promise.js";
import type { ListenerEvent } from "../base/listener-events.js";
import { equalJitterMs } from "../base/retry.js";
import { runInStep } from "../base/step-context.js";
import { shownValue } from "../base/warning.js";
import type { Claimed, Inbox, StepResult } from "../inbox/contract.js";
import type { HeldRecords } from "./held-records.js";
import { storedJson } from "./stored-json.js";

/** What storing the results of steps works with. */
export interface StepStore {
  readonly inbox: Pick<Inbox, "storeStep" | "renew">;
  readonly clock: Clock;
  readonly leaseMs: number;
  /** Has the newest lease of each record that runs here. */
  readonly held: HeldRecords;
  readonly send: (event: ListenerEvent) => void;
}

/** Of a step's name, in characters. */
const MAX_NAME = 256;
/** Of the results of one callback for one event, in characters of JSON, and how many there may be. */
const MAX_TOTAL = 4 * 1024 * 1024;
const MAX_STEPS = 1000;
/** Between tries to store a result that the inbox did not take. */
const storePauses = { baseMs: 100, capMs: 5000 };

/** The steps of one attempt of one callback. */
export class CallbackSteps {
  readonly #callback: string;
  readonly #claimed: Claimed;
  readonly #store: StepStore;
  /** Running or ended; one that failed may run again. */
  readonly #names = new Set<string>();
  readonly #running = new Set<string>();
  /** Of earlier attempts, by name. */
  readonly #earlier: ReadonlyMap<string, StepResult>;
  #length = 0;
  #isOver = false;

  constructor(callback: string, claimed: Claimed, store: StepStore) {
    this.#callback = callback;
    this.#claimed = claimed;
    this.#store = store;
    const own = (claimed.record.steps ?? []).filter((step) => step.callback === callback);
    this.#earlier = new Map(own.map((step) => [step.name, step]));
    for (const { result = "" } of own) this.#length += result.length;
  }

  /** Runs a step: see `CallbackContext.step`. */
  readonly run = <Result>(name: string, fn: () => Result): Promise<Awaited<Result>> => {
    const running = this.#run(name, fn) as Promise<Awaited<Result>>;
    // A callback may not await it: its rejection, unhandled, would end the process.
    handle(running);
    return running;
  };

  /** The attempt is over: what still runs is not stored. A callback that succeeds has forgotten to await it. */
  end(hasSucceeded: boolean): void {
    this.#isOver = true;
    if (!hasSucceeded) return;
    for (const name of this.#running) {
      const message = `${this.#shown(name)} had not ended when the callback had: its result is not stored. Await it.`;
      this.#store.send({ type: "warning", error: new EarshotError("ERR_STEP", message) });
    }
  }

  async #run(name: string, fn: () => unknown): Promise<unknown> {
    this.#check(name, fn);
    this.#names.add(name);
    const earlier = this.#earlier.get(name);
    if (earlier !== undefined) return parsed(earlier.result);
    this.#running.add(name);
    try {
      if (this.#isLeaseInDoubt) await this.#checkLease(name);
      const { id } = this.#claimed.record;
      const value = await runInStep({ eventId: id, step: `${this.#callback}/${name}` }, fn);
      const result = storedJson(`The result of ${this.#shown(name)}`, value, "ERR_STEP");
      await this.#keep(name, result);
      return parsed(result);
    } catch (thrown) {
      this.#names.delete(name);
      throw thrown;
    } finally {
      this.#running.delete(name);
    }
  }

  async #keep(name: string, result: string | undefined): Promise<void> {
    const { length } = result ?? "";
    if (this.#length + length > MAX_TOTAL) {
      throw new EarshotError(
        "ERR_STEP",
        `The result of ${this.#shown(name)} cannot be stored: the results of one callback for one event have ${MAX_TOTAL} characters of JSON at the most.`,
      );
    }
    this.#length += length;
    const { clock, leaseMs } = this.#store;
    const step: StepResult = { callback: this.#callback, name, at: clock.now(), result };
    const giveUpAt = clock.monotonic() + leaseMs;
    // What has run is not run again because of an outage that ends soon.
    for (let failures = 1; ; failures += 1) {
      try {
        if (this.#isOver) throw this.#tooLate(name);
        const claimed = this.#newest();
        if (await this.#store.inbox.storeStep(claimed, step)) return;
        this.#store.held.lose(claimed);
        throw this.#lost(name);
      } catch (thrown) {
        if (clock.monotonic() >= giveUpAt || isOwn(thrown)) {
          this.#length -= length;
          throw thrown;
        }
        this.#store.send({ type: "inbox.error", error: asError(thrown) });
        await sleep(clock, equalJitterMs(storePauses, failures));
      }
    }
  }

  get #isLeaseInDoubt(): boolean {
    const { held, clock, leaseMs } = this.#store;
    return held.isLost(this.#claimed.record.id) || held.areInDoubt(clock, leaseMs);
  }

  /** After a sleep, another process may have run this very step. */
  async #checkLease(name: string): Promise<void> {
    const { held, inbox, send } = this.#store;
    const claimed = this.#newest();
    const { id } = claimed.record;
    if (!held.isLost(id)) {
      try {
        for (const lost of await inbox.renew([claimed])) held.lose(lost);
      } catch (thrown) {
        send({ type: "inbox.error", error: asError(thrown) });
      }
    }
    if (held.isLost(id)) throw this.#lost(name);
  }

  #newest(): Claimed {
    return this.#store.held.newest(this.#claimed.record.id) ?? this.#claimed;
  }

  #check(name: unknown, fn: unknown): asserts name is string {
    if (typeof name !== "string" || name.trim() === "" || name.length > MAX_NAME || !name.isWellFormed()) {
      throw new EarshotError(
        "ERR_STEP",
        `step(name, fn) in the callback "${this.#callback}": \`name\` is a string of 1 to ${MAX_NAME} characters, not ${shownValue(name)}.`,
      );
    }
    if (typeof fn !== "function") {
      throw new EarshotError(
        "ERR_STEP",
        `${this.#shown(name)}: \`fn\` is a function, not ${shownValue(fn)}.`,
      );
    }
    if (this.#isOver) throw this.#tooLate(name);
    if (this.#names.has(name)) {
      throw new EarshotError(
        "ERR_STEP",
        `${this.#shown(name)} is there twice in one attempt. Give each step its own name; in a loop, one with the item's id.`,
      );
    }
    if (this.#names.size >= MAX_STEPS) {
      throw new EarshotError("ERR_STEP", `${this.#shown(name)} is one too many: ${MAX_STEPS} are the most.`);
    }
  }

  #tooLate(name: string): EarshotError {
    return new EarshotError(
      "ERR_STEP",
      `${this.#shown(name)} came after its attempt had ended: nothing of it is stored.`,
    );
  }

  #lost(name: string): EarshotError {
    return new EarshotError(
      "ERR_STEP",
      `${this.#shown(name)} came after the lease of its event had ended: another process may run the event now, and nothing of it is stored.`,
    );
  }

  #shown(name: string): string {
    return `the step "${name}" of the callback "${this.#callback}"`;
  }
}

function parsed(result: string | undefined): unknown {
  return result === undefined ? undefined : JSON.parse(result);
}

function isOwn(thrown: unknown): boolean {
  return thrown instanceof EarshotError && thrown.code === "ERR_STEP";
}
