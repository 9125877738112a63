import type { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../base/clock.js";
import type { AttemptLogLine } from "../model/dev-reports.js";
import type { AttemptFacts, Tracer } from "../model/monitor.js";

const levels = ["debug", "info", "log", "warn", "error"] as const;
/** Lines of one attempt, and characters of them all; what is beyond is counted only. */
const MAX_LINES = 50;
const MAX_TEXT = 8_000;
/** Attempts whose report has not been made yet. */
const MAX_ATTEMPTS = 1_000;

/** What one attempt has logged so far. */
interface Logged {
  readonly lines: AttemptLogLine[];
  length: number;
  isOver: boolean;
}

/** What an attempt is known by. */
type AttemptKey = Pick<AttemptFacts, "id" | "callback" | "attempt">;

/**
 * Notes what callbacks write to the console, each line for the attempt that wrote it, across `await`. For development
 * only: the console's functions are replaced by ones that also note the line, until `stop()`.
 */
export class AttemptLogs {
  readonly #clock: Clock;
  readonly #isOn: () => boolean;
  readonly #logged = new Map<string, Logged>();
  #storage: AsyncLocalStorage<Logged> | undefined;
  #restore: (() => void) | undefined;
  #isStopped = false;

  /** @param isOn whether lines are noted now; asked before each attempt */
  constructor(clock: Clock, isOn: () => boolean) {
    this.#clock = clock;
    this.#isOn = isOn;
  }

  /** Runs callbacks so that their lines are noted. */
  readonly tracer: Tracer = {
    receive: () => ({ traceparent: undefined, end: undefined }),
    attempt: (facts, run) => {
      if (this.#isStopped || !this.#isOn() || !this.#watch()) return run();
      const logged: Logged = { lines: [], length: 0, isOver: false };
      this.#logged.set(keyOf(facts), logged);
      for (const oldest of this.#logged.keys()) {
        if (this.#logged.size <= MAX_ATTEMPTS) break;
        this.#logged.delete(oldest);
      }
      return (this.#storage as AsyncLocalStorage<Logged>).run(logged, run);
    },
  };

  /** The lines of an attempt that has ended; later ones are not noted. */
  take(attempt: AttemptKey): readonly AttemptLogLine[] {
    const key = keyOf(attempt);
    const logged = this.#logged.get(key);
    if (logged === undefined) return [];
    this.#logged.delete(key);
    logged.isOver = true;
    return logged.lines;
  }

  stop(): void {
    this.#isStopped = true;
    this.#restore?.();
    this.#restore = undefined;
    this.#logged.clear();
  }

  /** @returns false in a runtime without Node's `AsyncLocalStorage` */
  #watch(): boolean {
    if (this.#restore !== undefined) return true;
    // Not imported: the package also loads in runtimes without the modules.
    const hooks = globalThis.process?.getBuiltinModule?.("node:async_hooks");
    const format = globalThis.process?.getBuiltinModule?.("node:util")?.format;
    if (hooks === undefined || format === undefined) return false;
    const storage = new hooks.AsyncLocalStorage<Logged>();
    this.#storage = storage;
    const host = globalThis.console;
    const restores = levels.map((level) => {
      const original = host[level];
      const noting = (...values: unknown[]): void => {
        const logged = storage.getStore();
        if (logged !== undefined && !logged.isOver) this.#note(logged, level, values, format);
        original.apply(host, values);
      };
      host[level] = noting;
      return () => {
        // Another program may have put its own function there since.
        if (host[level] === noting) host[level] = original;
      };
    });
    this.#restore = () => {
      for (const restore of restores) restore();
    };
    return true;
  }

  #note(
    logged: Logged,
    level: (typeof levels)[number],
    values: readonly unknown[],
    format: (...values: readonly unknown[]) => string,
  ): void {
    const room = MAX_TEXT - logged.length;
    if (logged.lines.length >= MAX_LINES || room <= 0) return;
    const text = textOf(values, format).slice(0, room);
    logged.length += text.length;
    logged.lines.push({ at: this.#clock.now(), level: level === "log" ? "info" : level, text });
  }
}

/** A value may have a getter that throws: a line of the user's never fails because of it. */
function textOf(values: readonly unknown[], format: (...values: readonly unknown[]) => string): string {
  try {
    return format(...values);
  } catch {
    return "(a value that cannot be shown)";
  }
}

function keyOf({ id, callback, attempt }: AttemptKey): string {
  return `${id} ${attempt} ${callback}`;
}
