import { stat } from "node:fs/promises";
import type { InboxView } from "../../../dev/index.js";
import type { Inbox } from "../../../index.js";
import { openStore } from "./store.js";
import type { Context } from "../../context.js";
import { plain } from "../../terminal/sanitize.js";

/** How often a file that is not there yet is looked for, milliseconds. */
const LOOK_MS = 500;

/** Whether a file is not there, or is empty: SQLite makes it so, and fills it at the first write. */
export async function isStillToCome(file: string): Promise<boolean> {
  try {
    const found = await stat(file);
    return found.isFile() && found.size === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

/**
 * An inbox in a file that a listener has still to make: empty until then. It never makes the file itself.
 * Says once that it waits, and once that the file is there.
 */
export class LateInbox implements InboxView {
  readonly kind = "sqlite";
  readonly #file: string;
  readonly #context: Pick<Context, "io" | "ending">;
  #inbox: Inbox | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** The last problem that was said. */
  #said = "";

  constructor(file: string, context: Pick<Context, "io" | "ending">) {
    this.#file = file;
    this.#context = context;
  }

  wait(): void {
    const { io } = this.#context;
    io.note(`Waiting for ${plain(this.#file)}: no listener has used it as its inbox yet.`);
    this.#lookLater();
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

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await this.#inbox?.close();
  }

  #lookLater(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, LOOK_MS);
  }

  async #look(): Promise<void> {
    const { io } = this.#context;
    if (!(await isStillToCome(this.#file))) {
      try {
        this.#inbox = await openStore({ db: this.#file }, this.#context);
        io.note(`The inbox ${plain(this.#file)} is there: the dashboard shows its dead events.`);
        return;
      } catch (thrown) {
        // The listener may be at making it: said once, tried again.
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        if (this.#said !== "" && reason !== this.#said) io.note(io.err.yellow(plain(reason)));
        this.#said = reason;
      }
    }
    this.#lookLater();
  }
}
