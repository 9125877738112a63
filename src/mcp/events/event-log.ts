import type { Clock } from "../../base/clock.js";
import { messageOf } from "../../base/message-of.js";
import { AppNames } from "../../decode/app-names.js";
import { decodeRecord } from "../../decode/index.js";
import type { Inbox, InboxRecord, StoredPage } from "../../inbox/contract.js";
import { isOwnRecord } from "../../inbox/own-event.js";
import type { TriggerEvent } from "../../model/event.js";
import type { JsonObject } from "../../model/json.js";
import type { McpPrincipal } from "../principal.js";
import { cursorText, type EventCursor } from "./cursor.js";
import type { EventType } from "./event-type.js";

/** The metadata that names the store, for cursors. */
const STORE = "mcp:store";
/** Records read at once. */
const PAGE = 100;
/** Pages that readers at the same place share, until the next look. */
const MOST_SHARED = 32;

/** An event as hosts get it. */
export interface Occurrence {
  readonly eventId: string;
  readonly name: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly data: JsonObject;
}

/** What a reader wants of the log. */
export interface EventQuery {
  readonly type: EventType;
  readonly args: JsonObject;
  readonly principal: McpPrincipal | undefined;
  /** Only events received at or after this, epoch milliseconds. */
  readonly notBefore?: number | undefined;
}

/** Some events of the log, and how far it was read for them. */
export interface InboxLogPage {
  readonly events: readonly { readonly position: number; readonly occurrence: Occurrence }[];
  readonly next: number;
  readonly newest: number;
  /** Whether events between may be missing. */
  readonly isComplete: boolean;
}

/** Where a reader begins. */
export interface LogStart {
  readonly position: number;
  /** Whether events after the cursor are missing. */
  readonly truncated: boolean;
}

interface DecodedPage extends Omit<StoredPage, "records"> {
  readonly events: readonly { readonly position: number; readonly event: TriggerEvent }[];
}

/** The events of an inbox in the order in which they were stored. */
export class InboxLog {
  readonly #inbox: Inbox;
  readonly #warn: (message: string) => void;
  readonly #apps: AppNames;
  readonly #shared = new Map<number, Promise<DecodedPage>>();
  #store: string | undefined;

  constructor(inbox: Inbox, clock: Clock, warn: (message: string) => void) {
    this.#inbox = inbox;
    this.#warn = warn;
    this.#apps = new AppNames({ clock });
  }

  /** Reads, or makes, the name of the store. To be called when the inbox is open. */
  async open(): Promise<void> {
    const known = await this.#inbox.readMetadata(STORE);
    if (known !== undefined) this.#store = known;
    else {
      this.#store = crypto.randomUUID();
      await this.#inbox.writeMetadata(STORE, this.#store);
    }
  }

  /** There may be new records. */
  look(): void {
    this.#shared.clear();
  }

  cursor(position: number): string {
    return cursorText({ store: this.#store ?? "", position });
  }

  /** Where a reader with this cursor begins. */
  async start(cursor: EventCursor | undefined): Promise<LogStart> {
    const newest = await this.newest();
    if (cursor === undefined) return { position: newest, truncated: false };
    // Another store: all that this one has is after the cursor, and what was in the other is gone.
    if (cursor.store !== this.#store) return { position: 0, truncated: true };
    // A copy of an older file was restored: nothing says what its newer records would have been.
    if (cursor.position > newest) return { position: newest, truncated: true };
    const { isComplete, events, next } = await this.#page(cursor.position);
    if (isComplete) return { position: cursor.position, truncated: false };
    // Behind what is missing, so that it is told once.
    return { position: (events[0]?.position ?? next + 1) - 1, truncated: true };
  }

  async newest(): Promise<number> {
    this.look();
    return (await this.#page(Number.MAX_SAFE_INTEGER)).newest;
  }

  /** Some of the events after a position. None do not mean that the end was reached: `next` is `newest` there. */
  async read(after: number, query: EventQuery): Promise<InboxLogPage> {
    const { events, next, newest, isComplete } = await this.#page(after);
    const found: { position: number; occurrence: Occurrence }[] = [];
    for (const { position, event } of events) {
      const occurrence = this.#occurrence(event, query);
      if (occurrence !== undefined) found.push({ position, occurrence });
    }
    return { events: found, next, newest, isComplete };
  }

  #page(after: number): Promise<DecodedPage> {
    const known = this.#shared.get(after);
    if (known !== undefined) return known;
    if (this.#shared.size >= MOST_SHARED) this.#shared.clear();
    const page = this.#load(after);
    this.#shared.set(after, page);
    const forget = () => {
      if (this.#shared.get(after) === page) this.#shared.delete(after);
    };
    // At the end of the log, the next read may find more.
    page.then(({ next, newest }) => (next >= newest ? forget() : undefined), forget);
    return page;
  }

  async #load(after: number): Promise<DecodedPage> {
    const { storedAfter } = this.#inbox;
    if (storedAfter === undefined) throw new TypeError("The inbox has no `storedAfter`.");
    const { records, ...rest } = await storedAfter.call(this.#inbox, after, PAGE);
    const events = records.flatMap(({ position, record }) => {
      const event = isOwnRecord(record) ? undefined : this.#decoded(record);
      return event === undefined ? [] : [{ position, event }];
    });
    return { ...rest, events };
  }

  /** What cannot be decoded is a dead letter, and no event. */
  #decoded(record: InboxRecord): TriggerEvent | undefined {
    try {
      return decodeRecord(record, this.#apps);
    } catch {
      return undefined;
    }
  }

  /** An error of the user's functions must neither stop the log nor let an event through. */
  #occurrence(event: TriggerEvent, query: EventQuery): Occurrence | undefined {
    const { type, args, principal, notBefore } = query;
    const { name } = type.descriptor;
    if (notBefore !== undefined && event.receivedAt.getTime() < notBefore) return undefined;
    try {
      if (!type.select(event, args, principal)) return undefined;
      const timestamp = event.timestamp.toISOString();
      const data = JSON.parse(JSON.stringify(type.dataOf(event))) as JsonObject;
      return { eventId: event.id, name, timestamp, data };
    } catch (error) {
      this.#warn(`The MCP event ${name} leaves out ${event.id}: ${messageOf(error)}`);
      return undefined;
    }
  }
}
