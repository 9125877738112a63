import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ledger } from "./ledger.js";

/** What a process is given. */
export interface ProcessOptions {
  readonly program: string;
  /** Called where it ends and nobody asked it to. */
  readonly onDied: (why: Error) => void;
  /** Where its stderr goes. */
  readonly errors: string;
  readonly env: Readonly<Record<string, string>>;
}

const UP_MS = 30_000;
const DOWN_MS = 25_000;

/** A process that receives. Whether it ended by itself is what `died` says. */
export class Receiver {
  readonly #options: ProcessOptions;
  readonly #ledger: Ledger;
  #child: ChildProcess | undefined;
  #isAsked = false;
  /** How a process ended that nobody asked to. */
  readonly died: string[] = [];

  constructor(options: ProcessOptions, ledger: Ledger) {
    this.#options = options;
    this.#ledger = ledger;
  }

  /** Starts it; resolves when it receives. @param env over the options' own */
  async start(env: Readonly<Record<string, string>>): Promise<void> {
    const { program, errors } = this.#options;
    const child = spawn(process.execPath, ["--enable-source-maps", program], {
      env: { ...process.env, NO_COLOR: "1", ...this.#options.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child = child;
    this.#isAsked = false;
    child.stderr?.pipe(createWriteStream(errors, { flags: "a" }));
    child.once("exit", (code, signal) => {
      if (this.#isAsked && (code === 0 || signal === "SIGKILL")) return;
      const why = `A process ended by itself (${signal ?? code}): ${this.#lastWords()}`;
      this.died.push(why);
      this.#options.onDied(new Error(why));
    });
    const giveUpAt = performance.now() + UP_MS;
    while (!this.#ledger.up.has(child.pid ?? -1)) {
      if (this.died.length > 0) throw new Error(this.died[0]);
      if (performance.now() > giveUpAt) throw new Error(`A process did not start: ${this.#lastWords()}`);
      await sleep(20);
      this.#ledger.read();
    }
  }

  /** Asks it to end, as a rolling restart does. It ends by itself, or this rejects. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.#isAsked = true;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const late = sleep(DOWN_MS, "late" as const, { ref: false });
    if ((await Promise.race([ended, late])) === "late")
      throw new Error("A process did not end when it was asked to.");
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    this.#isAsked = true;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  #lastWords(): string {
    return readFileSync(this.#options.errors, "utf8").slice(-3000);
  }
}
