import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { Inbox } from "./contract.js";

/** Names the value that is another after each change: what a process reads for each event. */
const VERSION = "expectations";
/** Names the value that has the last changes, oldest first. */
const LOG = "expectation-changes";
/** A process that missed more reads all open expectations. */
const MAX_CHANGES = 256;
/** Of the log. Ids have up to 256 characters. */
const MAX_CHARACTERS = 32_768;
/** As many ends of expectations wait for a change that others must know of at once. */
const MAX_ENDED = 64;

/** A change's own text, and the id of the expectation that was added or has ended. */
type Change = readonly [tag: string, id: string];

/** What a process has to do to know the open expectations. */
export interface UnreadChanges {
  /** The expectations to read again; `undefined` for all. */
  readonly ids: readonly string[] | undefined;
  /** To be called once they are read. */
  known(): void;
}

/** Tells the processes of an inbox which of its expectations have changed, so that none has to read all of them. */
export class ExpectationChanges {
  readonly #inbox: Inbox;
  /** The version that was read last. */
  #version: string | undefined;
  /** The tag of the last change that is known here. */
  #lastTag: string | undefined;
  #isKnown = false;
  #ended: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  #next: { readonly ids: string[]; readonly written: Promise<void> } | undefined;

  constructor(inbox: Inbox) {
    this.#inbox = inbox;
  }

  /** Tells of expectations, once their values are stored or removed. What is told meanwhile is written together. */
  tell(...ids: readonly string[]): Promise<void> {
    if (this.#next !== undefined) {
      this.#next.ids.push(...ids);
      return this.#next.written;
    }
    const next = { ids: [...ids] };
    const written = this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#write(next.ids.concat(this.#ended.splice(0)));
      });
    this.#writing = written;
    this.#next = { ...next, written };
    return written;
  }

  /** Tells later of one that has ended: a process that does not know runs nothing for it, and only remembers it. */
  async tellEnd(id: string): Promise<void> {
    this.#ended.push(id);
    if (this.#ended.length >= MAX_ENDED) await this.tell();
  }

  /** @returns what has changed since the changes that were read last; `undefined` for nothing */
  unread(): MaybePromise<UnreadChanges | undefined> {
    return chain(this.#inbox.readMetadata(VERSION), (version) =>
      this.#isKnown && version === this.#version ? undefined : this.#read(version),
    );
  }

  #read(version: string | undefined): MaybePromise<UnreadChanges> {
    // Before the values are read: what is added meanwhile is in a later log.
    return chain(this.#inbox.readMetadata(LOG), (text) => {
      const log = readLog(text);
      const at = log.findIndex(([tag]) => tag === this.#lastTag);
      const isWhole = this.#isKnown && at >= 0 && log.some(([tag]) => tag === version);
      return {
        ids: isWhole ? [...new Set(log.slice(at + 1).map(([, id]) => id))] : undefined,
        known: () => {
          this.#isKnown = true;
          this.#version = version;
          this.#lastTag = log.at(-1)?.[0];
        },
      };
    });
  }

  async #write(ids: readonly string[]): Promise<void> {
    const changes = ids.map((id): Change => [newTag(), id]);
    const last = changes.at(-1);
    if (last === undefined) return;
    const inbox = this.#inbox;
    for (;;) {
      const before = await inbox.readMetadata(LOG);
      const after = writeLog([...readLog(before), ...changes]);
      if (await inbox.replaceMetadata(LOG, before, after)) break;
    }
    await inbox.writeMetadata(VERSION, last[0]);
  }
}

function newTag(): string {
  return globalThis.crypto.randomUUID().slice(24);
}

/** Reads what a process wrote; of anything else, nothing. */
function readLog(text: string | undefined): readonly Change[] {
  try {
    const read: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(read) ? read.filter(isChange) : [];
  } catch {
    return [];
  }
}

function isChange(value: unknown): value is Change {
  return Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "string";
}

/** The last of the changes, as far as there is room. The newest is among them, so that a reader finds its place. */
function writeLog(changes: readonly Change[]): string {
  let first = Math.max(0, changes.length - MAX_CHANGES);
  let text = JSON.stringify(changes.slice(first));
  while (text.length > MAX_CHARACTERS && first < changes.length - 1) {
    first += Math.ceil((changes.length - first) / 4);
    text = JSON.stringify(changes.slice(first));
  }
  return text;
}
