import { type Clock, sleep } from "../../base/clock.js";
import { messageOf } from "../../base/message-of.js";
import type { Inbox } from "../../inbox/contract.js";
import { type EventView, listItem } from "./event-view.js";
import { fenced } from "./fence.js";
import type { ToolParts } from "./options.js";
import { matcherOf } from "./select.js";
import { eventsAfter, markOfNow, untilNewer } from "./tail.js";

/** A message into a session. `meta` becomes attributes of its tag: nothing from outside may stand in it. */
export interface ChannelMessage {
  readonly content: string;
  readonly meta: Readonly<Record<string, string>>;
}

/** What {@link pushEvents} takes. */
export interface PushOptions extends Pick<ToolParts, "view"> {
  readonly inbox: Inbox;
  readonly clock: Clock;
  /** As {@link parsePushFilter} returns them; an event that meets one of them is pushed. */
  readonly filters: readonly ((view: EventView) => boolean)[];
  /** Shortest time between two messages, milliseconds. */
  readonly everyMs: number;
  readonly send: (message: ChannelMessage) => Promise<void>;
  readonly warn: (message: string) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Events in one message; the others are counted. */
const MAX_EVENTS = 20;
/** Bytes of a message: about 2,000 tokens. */
const MAX_BYTES = 8192;
/** Events that arrive together come in one message: how long the first waits for others, milliseconds. */
const GATHER_MS = 500;
/** Pause after an error of the inbox, milliseconds. */
const PAUSE_MS = 5000;

/**
 * Reads a filter of pushed events: `GITHUB_ISSUE_ADDED_EVENT`, `* where stars >= 100`, or both.
 *
 * @throws EarshotError ERR_FILTER
 */
export function parsePushFilter(text: string): (view: EventView) => boolean {
  const [, name = "", where] = /^\s*(\S+)(?:\s+where\s+([\s\S]+))?\s*$/i.exec(text) ?? [];
  if (name === "") return matcherOf({ where: text });
  return matcherOf({ ...(name !== "*" && { triggers: [name] }), where });
}

/**
 * Pushes new events into a session, from now on, several in one message and at most one message in `everyMs`. An error
 * of the inbox is reported, and it goes on.
 *
 * @returns once the signal is aborted
 */
export async function pushEvents(options: PushOptions): Promise<void> {
  const { clock, signal, warn } = options;
  const pusher = new Pusher(options);
  while (!signal.aborted) {
    try {
      await pusher.step();
    } catch (thrown) {
      if (signal.aborted) return;
      warn(`Events are not pushed for now: ${messageOf(thrown)}`);
      await sleep(clock, PAUSE_MS, signal).catch(() => undefined);
    }
  }
}

class Pusher {
  readonly #options: PushOptions;
  #mark: Awaited<ReturnType<typeof markOfNow>> | undefined;

  constructor(options: PushOptions) {
    this.#options = options;
  }

  async step(): Promise<void> {
    const { inbox, clock, filters, everyMs, send, signal } = this.#options;
    this.#mark ??= await markOfNow(inbox);
    await untilNewer(inbox, clock, this.#mark, Number.POSITIVE_INFINITY, signal);
    await sleep(clock, Math.min(GATHER_MS, everyMs), signal);
    const matches = (view: EventView) => filters.some((each) => each(view));
    const { events, matching, newest } = await eventsAfter(
      this.#options,
      this.#mark,
      matches,
      MAX_EVENTS,
      signal,
    );
    if (events.length > 0) await send(messageFor(events, matching));
    // After the message: one that could not be sent is sent again. Those that are not shown are counted, and passed.
    this.#mark = newest;
    if (events.length > 0) await sleep(clock, everyMs, signal);
  }
}

function messageFor(events: readonly EventView[], matching: number): ChannelMessage {
  const shown = events.map((view) => listItem(view, undefined));
  const count = matching === 1 ? "1 new event." : `${matching} new events, oldest first.`;
  const rest = matching - shown.length;
  const more = rest === 0 ? "" : ` ${rest} are not shown here: list_events has them.`;
  return {
    content: `${count}${more}\n${fenced("events", shown, MAX_BYTES)}`,
    meta: { events: String(matching) },
  };
}
