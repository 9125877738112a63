import { createInterface } from "node:readline";
import type { TriggerEvent } from "../../../index.js";
import type { Forwarded } from "../../forward/forward.js";
import type { Io } from "../../terminal/io.js";
import { plain } from "../../terminal/sanitize.js";
import { shorten } from "../../terminal/table.js";

/** What became of an event where it was posted to. */
export type ForwardResult = Forwarded | { readonly error: string; readonly attempt: number };

/** So many can still be expanded. */
const REMEMBERED = 1_000;

/** How the view is to be. */
export interface ViewOptions {
  readonly json: boolean;
  /** Whether each event's payload is printed whole. */
  readonly expand: boolean;
}

/**
 * Events as they come: JSON Lines, or one line each for people. On a terminal, a line's number and Enter shows that
 * event whole; Enter alone shows the latest.
 */
export class LiveView {
  readonly #io: Io;
  readonly #options: ViewOptions;
  readonly #recent = new Map<number, TriggerEvent>();
  #count = 0;
  #close: () => void = () => undefined;

  constructor(io: Io, options: ViewOptions) {
    this.#io = io;
    this.#options = options;
    if (!this.canExpand) return;
    // Lines, not keys: the terminal stays as it is, and Ctrl-C stays a signal.
    const reader = createInterface({ input: process.stdin });
    reader.on("line", (text) => void this.#expand(text.trim()));
    this.#close = () => reader.close();
  }

  /** Whether somebody can ask for an event to be shown whole. */
  get canExpand(): boolean {
    const isTerminal = Number.isFinite(this.#io.width) && this.#io.canAsk;
    return isTerminal && !this.#options.json && !this.#options.expand;
  }

  async show(event: TriggerEvent, forwarded?: ForwardResult): Promise<void> {
    if (this.#options.json) {
      const { raw: _, ...rest } = event;
      await this.#io.record(forwarded === undefined ? rest : { ...rest, forwarded });
      return;
    }
    this.#count += 1;
    if (this.canExpand) {
      this.#recent.set(this.#count, event);
      this.#recent.delete(this.#count - REMEMBERED);
    }
    await this.#io.line(this.#lineOf(event, forwarded));
    if (this.#options.expand) await this.#io.line(wholeOf(event));
  }

  close(): void {
    this.#close();
  }

  #lineOf(event: TriggerEvent, forwarded: ForwardResult | undefined): string {
    const { bold, dim, green, red } = this.#io.out;
    const parts: [string, (text: string) => string][] = [
      [event.timestamp.toISOString().slice(11, 19), dim],
      [`#${this.#count}`, dim],
      [plain(event.triggerName), bold],
      [plain(event.id), dim],
    ];
    if (forwarded !== undefined && "status" in forwarded) {
      const tries = forwarded.attempt === 1 ? "" : `, attempt ${forwarded.attempt}`;
      parts.push([`→ ${forwarded.status} ${Math.round(forwarded.durationMs)} ms${tries}`, green]);
    } else if (forwarded !== undefined) {
      parts.push([`→ given up after ${forwarded.attempt} attempts: ${plain(forwarded.error)}`, red]);
    }
    const taken = parts.reduce((sum, [text]) => sum + text.length + 2, 0);
    const head = parts.map(([text, paint]) => paint(text)).join("  ");
    const room = this.#io.width - taken;
    if (this.#options.expand || room < 8) return head;
    return `${head}  ${shorten(plain(JSON.stringify(event.payload)), room)}`;
  }

  async #expand(text: string): Promise<void> {
    const number = text === "" ? this.#count : Number(text.replace(/^#/, ""));
    const event = this.#recent.get(number);
    if (event === undefined) this.#io.note(this.#io.err.dim("There is no such line to show."));
    else await this.#io.line(`${this.#io.out.dim(`#${number}`)}\n${wholeOf(event)}`);
  }
}

/** All of an event but its bytes, for people. */
function wholeOf({ raw: _, receivedAt, ...event }: TriggerEvent): string {
  const shown = { ...event, receivedAt };
  return JSON.stringify(shown, undefined, 2)
    .split("\n")
    .map((line) => `  ${plain(line)}`)
    .join("\n");
}
