import type { Clock, Timer } from "../../base/clock.js";
import { isJsonObject } from "../../model/json.js";
import type { Marks } from "../backfill/cursor.js";

/** How far a subscription is, as it is stored. */
export interface StoredPlace {
  /** Everything up to here is stored, or was given up by the server; `null` where the server has no replay. */
  readonly cursor: string | null;
  /** When that was so, epoch milliseconds. */
  readonly at: number;
  /** Webhooks: up to here nothing can have been given up. */
  readonly base?: { readonly cursor: string | null; readonly at: number } | undefined;
  /** Whether nothing is to be asked for from before: the server has rejected the cursor. */
  readonly isReset?: boolean | undefined;
  /** Webhooks: what the deliveries are signed with. All processes on the inbox share it. */
  readonly secret?: string | undefined;
}

/** What {@link Place} takes. */
export interface PlaceOptions {
  readonly marks: Marks;
  readonly clock: Clock;
  /** Identifies the subscription among all that share an inbox. */
  readonly key: string;
  readonly onError: (error: unknown) => void;
}

/** How often a cursor is written, milliseconds. A restart gets that much again at most, and runs none of it twice. */
const WRITE_EVERY_MS = 250;

/** The cursor of a subscription, in the inbox beside the events. */
export class Place {
  readonly #options: PlaceOptions;
  readonly #name: string;
  #stored: StoredPlace | undefined;
  #isChanged = false;
  #isStopped = false;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: PlaceOptions) {
    this.#options = options;
    this.#name = `mcp-client:${options.key}`;
  }

  /** Absent before the first subscription. */
  get now(): StoredPlace | undefined {
    return this.#stored;
  }

  /** Reads it from the inbox, where another process may have written it. @throws the inbox's error */
  async load(): Promise<StoredPlace | undefined> {
    const stored = placeOf(await this.#options.marks.readMetadata(this.#name));
    // What this process knows and has not written yet is newer.
    if (stored !== undefined && (!this.#isChanged || stored.secret !== this.#stored?.secret)) {
      this.#stored = stored;
      this.#isChanged = false;
    }
    return this.#stored;
  }

  /** Everything up to the cursor is stored. It is written a moment later. */
  note(cursor: string | null): void {
    this.#stored = { ...this.#stored, cursor, at: this.#options.clock.now(), isReset: undefined };
    this.#isChanged = true;
    if (this.#isStopped || this.#timer !== undefined) return;
    this.#timer = this.#options.clock.after(WRITE_EVERY_MS, () => {
      this.#timer = undefined;
      this.#write().catch(this.#options.onError);
    });
  }

  /** Replaces all of it, at once. @throws the inbox's error */
  async put(place: StoredPlace): Promise<void> {
    this.#stored = place;
    this.#isChanged = true;
    await this.#write(true);
  }

  /** Everything up to now was seen: a message without a cursor says so where there is no replay. */
  see(cursor: string | null | undefined): void {
    if (cursor !== undefined) this.note(cursor);
    else if (this.#stored?.cursor === null) this.note(null);
  }

  /** The server rejects the cursor: begins anew. @throws the inbox's error */
  async reset(): Promise<void> {
    await this.put({ cursor: null, at: this.#options.clock.now(), isReset: true });
  }

  /** Writes what is not written, at once. @throws the inbox's error */
  async flush(): Promise<void> {
    await this.#write();
  }

  /** Writes what is not written. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.clear();
    this.#timer = undefined;
    await this.#write().catch(this.#options.onError);
  }

  #write(isOwn = false): Promise<void> {
    const write = async () => {
      const place = this.#stored;
      if (!this.#isChanged || place === undefined) return;
      const { marks } = this.#options;
      // Another process has subscribed anew meanwhile: its cursor counts.
      const other = isOwn ? undefined : placeOf(await marks.readMetadata(this.#name));
      if (other !== undefined && other.secret !== place.secret) return;
      await marks.writeMetadata(this.#name, JSON.stringify(place));
      if (this.#stored === place) this.#isChanged = false;
    };
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }
}

/** @returns `undefined` for a text that another program wrote */
function placeOf(text: string | undefined): StoredPlace | undefined {
  if (text === undefined) return undefined;
  try {
    const place = JSON.parse(text) as unknown;
    if (!isJsonObject(place) || typeof place.at !== "number") return undefined;
    return typeof place.cursor === "string" || place.cursor === null
      ? (place as unknown as StoredPlace)
      : undefined;
  } catch {
    return undefined;
  }
}
