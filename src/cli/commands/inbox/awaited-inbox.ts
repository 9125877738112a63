import { stat } from "node:fs/promises";
import type { InboxView } from "../../../dev/index.js";
import type { Inbox } from "../../../index.js";
import type { Context } from "../../context.js";
import { errorText } from "../../errors.js";
import { sanitize } from "../../terminal/sanitize.js";
import { openStore } from "./store.js";

/** Interval of checks for the file, milliseconds. */
const POLL_MS = 500;

/** Whether a file is missing or empty: SQLite creates an empty file and fills it at the first write. */
export async function isMissing(file: string): Promise<boolean> {
  try {
    const found = await stat(file);
    return found.isFile() && found.size === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

/**
 * An inbox in a file that a listener will create; empty until then. It never creates the file. It prints once that it
 * waits, and once that the file exists.
 */
export class AwaitedInbox implements InboxView {
  readonly kind = "sqlite";
  readonly #file: string;
  readonly #context: Pick<Context, "io" | "ending">;
  #inbox: Inbox | undefined;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> = Promise.resolve();
  #isClosed = false;
  #lastProblem = "";

  constructor(file: string, context: Pick<Context, "io" | "ending">) {
    this.#file = file;
    this.#context = context;
  }

  wait(): void {
    const { io } = this.#context;
    io.note(`Waiting for ${sanitize(this.#file)}: no listener has created this inbox yet.`);
    this.#checkLater();
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    return (await this.#inbox?.counts()) ?? { waiting: 0, running: 0, done: 0, dead: 0 };
  }

  async *find(query: Parameters<InboxView["find"]>[0]) {
    if (this.#inbox !== undefined) yield* this.#inbox.find(query);
  }

  async replay(query: Parameters<InboxView["replay"]>[0]): Promise<number> {
    return (await this.#inbox?.replay(query)) ?? 0;
  }

  async drop(query: { readonly state: "dead"; readonly ids: readonly string[] }): Promise<number> {
    return (await this.#inbox?.drop(query)) ?? 0;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#checking;
    await this.#inbox?.close();
  }

  #checkLater(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#checking = this.#check();
    }, POLL_MS);
  }

  async #check(): Promise<void> {
    const { io } = this.#context;
    if (!(await isMissing(this.#file))) {
      try {
        this.#inbox = await openStore({ db: this.#file }, this.#context);
        io.note(`Opened the inbox ${sanitize(this.#file)}: the dashboard lists its dead-lettered events.`);
        return;
      } catch (thrown) {
        // The listener may be creating it: the first problem is not printed, and the check is repeated.
        const problem = errorText(thrown);
        if (this.#lastProblem !== "" && problem !== this.#lastProblem)
          io.note(io.err.yellow(sanitize(problem)));
        this.#lastProblem = problem;
      }
    }
    this.#checkLater();
  }
}
