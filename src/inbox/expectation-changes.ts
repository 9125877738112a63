import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { Inbox } from "./contract.js";

/** Names the value that is another after each change: what a process reads for each event. */
const VERSION = "expectations";
/** Names the value that has the last changes, oldest first. */
const LOG = "expectation-changes";
/** Of the log: some hundred changes. A process that missed more reads all open expectations. */
const MAX_CHARACTERS = 16_384;
/** As many ends of expectations wait for a change that others must know of at once. */
const MAX_ENDED = 64;

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
    return chain(this.#inbox.readMetadata(LOG), (log = "") => ({
      // A version that stands in no log is of an earlier release, or of a log that was damaged.
      ids: this.#isKnown && idsAfter(version, log) !== undefined ? idsAfter(this.#lastTag, log) : undefined,
      known: () => {
        this.#isKnown = true;
        this.#version = version;
        this.#lastTag = log.slice(log.lastIndexOf("\n", log.length - 2) + 1).split(" ", 1)[0];
      },
    }));
  }

  async #write(ids: readonly string[]): Promise<void> {
    const inbox = this.#inbox;
    const changes = [...new Set(ids)].map((id) => ({ tag: newTag(), id }));
    const last = changes.at(-1);
    if (last === undefined) return;
    const lines = changes.map(({ tag, id }) => `${tag} ${JSON.stringify(id)}\n`).join("");
    for (;;) {
      const before = await inbox.readMetadata(LOG);
      if (await inbox.replaceMetadata(LOG, before, shortened((before ?? "\n") + lines))) break;
    }
    await inbox.writeMetadata(VERSION, last.tag);
  }
}

function newTag(): string {
  return globalThis.crypto.randomUUID().slice(24);
}

/** The ids behind a change, each once. @returns `undefined` where the log does not have the change, or is damaged */
function idsAfter(tag: string | undefined, log: string): readonly string[] | undefined {
  const at = tag ? log.lastIndexOf(`\n${tag} `) : -1;
  if (at < 0) return undefined;
  const [, ...lines] = log.slice(at + 1, -1).split("\n");
  try {
    return [...new Set(lines.map((line) => JSON.parse(line.slice(line.indexOf(" ") + 1)) as string))];
  } catch {
    return undefined;
  }
}

/** The log begins with a line break, as each line does. Half of it goes at once, so that most changes are only added. */
function shortened(log: string): string {
  if (log.length <= MAX_CHARACTERS) return log;
  const last = log.lastIndexOf("\n", log.length - 2);
  const middle = log.indexOf("\n", log.length - MAX_CHARACTERS / 2);
  return log.slice(Math.min(middle < 0 ? last : middle, last));
}
