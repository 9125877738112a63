import { createInterface } from "node:readline";
import type { ListenerEvent, ListenerEventType, TriggerEvent } from "../../../index.js";
import { errorText } from "../../errors.js";
import type { Io } from "../../terminal/io.js";
import { sanitize } from "../../terminal/sanitize.js";
import { shorten } from "../../terminal/table.js";
import type { ForwardResult } from "./forwarder.js";

/** Events that can still be expanded; older ones are forgotten. */
const MAX_EXPANDABLE = 1_000;

export interface OutputOptions {
  /** JSON Lines instead of text. */
  readonly json: boolean;
  /** Print every payload in full. */
  readonly expand: boolean;
  /** Columns of fixed width. */
  readonly table: boolean;
}

/**
 * Prints events: JSON Lines, or a line of text each. On a terminal, a line's number and Enter prints that event in
 * full; Enter without a number prints the latest.
 */
export class EventOutput {
  readonly #io: Io;
  readonly #options: OutputOptions;
  readonly #recent = new Map<number, TriggerEvent>();
  #count = 0;
  #close: () => void = () => undefined;

  constructor(io: Io, options: OutputOptions) {
    this.#io = io;
    this.#options = options;
    if (!this.canExpand) return;
    // Reads lines, not keys: the terminal stays in its mode, and Ctrl-C stays a signal.
    const reader = createInterface({ input: io.stdin });
    reader.on("line", (text) => void this.#expand(text.trim()));
    this.#close = () => reader.close();
  }

  /** Whether a user can request an event in full. */
  get canExpand(): boolean {
    const isTerminal = Number.isFinite(this.#io.width) && this.#io.canPrompt;
    const { json, expand, table } = this.#options;
    return isTerminal && !json && !expand && !table;
  }

  async print(event: TriggerEvent, forwarded?: ForwardResult): Promise<void> {
    if (this.#options.json) {
      const { raw: _, ...rest } = event;
      await this.#io.record(forwarded === undefined ? rest : { ...rest, forwarded });
      return;
    }
    this.#count += 1;
    if (this.canExpand) {
      this.#recent.set(this.#count, event);
      this.#recent.delete(this.#count - MAX_EXPANDABLE);
    }
    if (this.#options.table) {
      if (this.#count === 1) await this.#io.line(this.#io.out.dim(rowOf(headings)));
      await this.#io.line(this.#rowOfEvent(event));
      return;
    }
    await this.#io.line(this.#lineOf(event, forwarded));
    if (this.#options.expand) await this.#io.line(fullText(event));
  }

  close(): void {
    this.#close();
  }

  #rowOfEvent(event: TriggerEvent): string {
    const { triggerName, connectionId = "", id, timestamp, payload } = event;
    const time = timestamp.toISOString().slice(11, 19);
    const row = rowOf([time, triggerName, connectionId, id].map(sanitize));
    const room = this.#io.width - row.length - 2;
    return room < 8 ? row : `${row}  ${shorten(sanitize(JSON.stringify(payload)), room)}`;
  }

  #lineOf(event: TriggerEvent, forwarded: ForwardResult | undefined): string {
    const { bold, dim, green, red } = this.#io.out;
    const parts: [string, (text: string) => string][] = [
      [event.timestamp.toISOString().slice(11, 19), dim],
      [`#${this.#count}`, dim],
      [sanitize(event.triggerName), bold],
      [sanitize(event.id), dim],
    ];
    if (forwarded !== undefined && "status" in forwarded) {
      const attempt = forwarded.attempt === 1 ? "" : `, attempt ${forwarded.attempt}`;
      parts.push([`→ ${forwarded.status} ${Math.round(forwarded.durationMs)} ms${attempt}`, green]);
    } else if (forwarded !== undefined) {
      parts.push([`→ given up after ${forwarded.attempt} attempts: ${sanitize(forwarded.error)}`, red]);
    }
    const used = parts.reduce((sum, [text]) => sum + text.length + 2, 0);
    const head = parts.map(([text, paint]) => paint(text)).join("  ");
    const room = this.#io.width - used;
    if (this.#options.expand || room < 8) return head;
    return `${head}  ${shorten(sanitize(JSON.stringify(event.payload)), room)}`;
  }

  async #expand(text: string): Promise<void> {
    const number = text === "" ? this.#count : Number(text.replace(/^#/, ""));
    const event = this.#recent.get(number);
    if (event === undefined) this.#io.note(this.#io.err.dim("There is no event with this number."));
    else await this.#io.line(`${this.#io.out.dim(`#${number}`)}\n${fullText(event)}`);
  }
}

const headings = ["TIME", "TRIGGER", "ACCOUNT", "ID"];
/** Characters of each column but the last, which takes the rest. */
const widths = [8, 32, 18, 24];

function rowOf(cells: readonly string[]): string {
  return cells.map((cell, at) => shorten(cell, widths[at] ?? 0).padEnd(widths[at] ?? 0)).join("  ");
}

/** An event without its raw bytes, as indented JSON. */
function fullText({ raw: _, receivedAt, ...event }: TriggerEvent): string {
  const shown = { ...event, receivedAt };
  return JSON.stringify(shown, undefined, 2)
    .split("\n")
    .map((line) => `  ${sanitize(line)}`)
    .join("\n");
}

/** Listener events that become process warnings without a subscriber. */
export const problemTypes = [
  "websocket.failed",
  "delivery.rejected",
  "delivery.undecodable",
  "callback.failed",
  "event.dead-lettered",
  "gap.unfilled",
  "inbox.error",
  "warning",
] as const satisfies readonly ListenerEventType[];

/** Prints the listener events that a user who waits for events needs to know of. */
export function printListenerEvent(io: Io, event: ListenerEvent): void {
  const { dim, yellow, red, green } = io.err;
  switch (event.type) {
    case "websocket.ready":
      io.note(`${green("Listening.")} ${dim("Press Ctrl-C to stop.")}`);
      return;
    case "websocket.disconnected": {
      const retry = event.retryInMs === undefined ? "" : ` Reconnecting in ${event.retryInMs} ms.`;
      io.note(yellow(`Connection lost: ${sanitize(event.detail)}.${retry}`));
      return;
    }
    case "gap.filled":
      io.note(dim(`Backfill: ${event.missed} missed events were received from the platform's log.`));
      return;
    case "gap.unfilled":
      io.note(
        red(`Events may be missing since ${event.from.toISOString()}: ${sanitize(event.error.message)}`),
      );
      return;
    case "callback.failed": {
      const retry = event.retryInMs === undefined ? "Given up." : `Retry in ${event.retryInMs} ms.`;
      const name = sanitize(event.triggerName);
      io.note(red(`${name} ${sanitize(event.id)}: ${sanitize(errorText(event.error))}. ${retry}`));
      return;
    }
    case "delivery.undecodable":
    case "inbox.error":
    case "warning":
      io.note(yellow(sanitize(event.error.message)));
      return;
    default:
  }
}
