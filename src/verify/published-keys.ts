import { RejectedError } from "../base/errors.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import { messageOf } from "../base/message-of.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import { unauthorized } from "./outcome.js";

/** Age from which keys are fetched again, milliseconds. */
const MAX_AGE_MS = 3_600_000;
/** Age up to which keys are used while their host does not respond, milliseconds. */
const MAX_STALE_MS = 24 * 3_600_000;
/** Least time between two fetches of one document, milliseconds: a burst of unknown keys is one fetch. */
const MIN_INTERVAL_MS = 30_000;
/** Delay after a failed fetch, milliseconds. */
const RETRY_MS = 5_000;
const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;
/** Documents in memory, and fetches in a minute: a request can name many URLs of an allowed host. */
const MAX_DOCUMENTS = 16;
const MAX_FETCHES = 12;
const MAX_KEYS = 100;

/** Fetches documents with keys. Default: the runtime's `fetch`. */
export type FetchKeys = (url: string, init: RequestInit) => Promise<Response>;

interface Entry<Value> {
  value: Value | undefined;
  /** When `value` was fetched, epoch milliseconds. */
  fetchedAt: number;
  /** When the last fetch began, epoch milliseconds. */
  triedAt: number;
  pending: Promise<Value> | undefined;
}

/**
 * Documents that a sender publishes, each read once: bounded in size, time, number and rate. While a host does not
 * respond, what it said within the last day is used. One copy belongs to one source.
 */
export class PublishedDocuments<Value> {
  readonly #provider: string;
  readonly #fetch: FetchKeys;
  readonly #read: (text: string) => MaybePromise<Value>;
  readonly #entries = new Map<string, Entry<Value>>();
  #fetches: number[] = [];

  /** @param read makes a value of a document; throws where it is malformed */
  constructor(provider: string, fetch: FetchKeys | undefined, read: (text: string) => MaybePromise<Value>) {
    this.#provider = provider;
    this.#fetch = fetch ?? ((url, init) => globalThis.fetch(url, init));
    this.#read = read;
  }

  /**
   * @param isEnough whether a value that is still fresh has what is wanted; else it is fetched again, if that is not
   *   too soon
   * @throws RejectedError ERR_KEYS_UNAVAILABLE, status 503: the sender tries again
   */
  get(
    url: string,
    nowMs: number,
    isEnough: (value: Value) => boolean = () => true,
    init: RequestInit = {},
    key = url,
  ): MaybePromise<Value> {
    const entry = this.#entries.get(key);
    if (entry?.value !== undefined) {
      const ageMs = nowMs - entry.fetchedAt;
      const isFresh = ageMs < MAX_AGE_MS && isEnough(entry.value);
      const isTooSoon = nowMs - entry.triedAt < MIN_INTERVAL_MS && entry.pending === undefined;
      if (isFresh || (isTooSoon && ageMs < MAX_STALE_MS)) return entry.value;
    }
    return this.#fetched(url, nowMs, entry, init, key);
  }

  async #fetched(
    url: string,
    nowMs: number,
    known: Entry<Value> | undefined,
    init: RequestInit,
    key: string,
  ): Promise<Value> {
    const entry = known ?? {
      value: undefined,
      fetchedAt: 0,
      triedAt: Number.NEGATIVE_INFINITY,
      pending: undefined,
    };
    if (known === undefined) this.#remember(key, entry);
    try {
      if (entry.pending === undefined) {
        if (entry.value === undefined && nowMs - entry.triedAt < RETRY_MS)
          throw new Error("it failed just now");
        this.#admit(nowMs);
        entry.triedAt = nowMs;
        entry.pending = this.#load(url, init);
        entry.pending.catch(() => {});
      }
      const value = await entry.pending;
      entry.value = value;
      entry.fetchedAt = Math.max(entry.fetchedAt, nowMs);
      return value;
    } catch (cause) {
      if (entry.value !== undefined && nowMs - entry.fetchedAt < MAX_STALE_MS) return entry.value;
      const message = `The keys of ${this.#provider} at ${url} could not be read: ${messageOf(cause)}`;
      throw new RejectedError("ERR_KEYS_UNAVAILABLE", 503, message, { cause });
    } finally {
      entry.pending = undefined;
    }
  }

  /** The oldest document without a value goes first: it is likely an attacker's. */
  #remember(key: string, entry: Entry<Value>): void {
    if (this.#entries.size >= MAX_DOCUMENTS) {
      const [empty] = [...this.#entries].find(([, { value }]) => value === undefined) ?? [];
      const [oldest] = this.#entries.keys();
      this.#entries.delete(empty ?? oldest ?? "");
    }
    this.#entries.set(key, entry);
  }

  #admit(nowMs: number): void {
    this.#fetches = this.#fetches.filter((at) => Math.abs(nowMs - at) < 60_000);
    if (this.#fetches.length >= MAX_FETCHES) {
      throw new Error(`more than ${MAX_FETCHES} documents were asked for within a minute`);
    }
    this.#fetches.push(nowMs);
  }

  async #load(url: string, init: RequestInit): Promise<Value> {
    // A redirect would lead to a host that is not pinned. Some runtimes know no `redirect: "error"`.
    const response = await this.#fetch(url, {
      redirect: "manual",
      ...init,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the response was ${response.status}`);
    }
    return this.#read(await boundedText(response));
  }
}

async function boundedText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_BYTES) {
      await reader.cancel().catch(() => {});
      throw new Error(`it has more than ${MAX_BYTES} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** The keys of a JSON Web Key Set. @throws Error where it is none */
export function readKeySet(text: string): readonly JsonObject[] {
  const value: unknown = JSON.parse(text);
  const keys = isJsonObject(value) ? value.keys : undefined;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw new Error("it is no JSON Web Key Set");
  return keys.filter(isJsonObject);
}

/**
 * A certificate's URL, checked before anything is fetched from it.
 *
 * @throws RejectedError ERR_SIGNATURE_WRONG
 */
export function certificateUrl(given: string, hosts: RegExp): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  // Each query would be one more document of the same certificate, and push others out of memory.
  const isBare = url?.port === "" && url.username === "" && url.search === "" && url.hash === "";
  const isAllowed = isBare && url.protocol === "https:" && hosts.test(url.hostname);
  if (!isAllowed || url === undefined) {
    throw unauthorized(
      "ERR_SIGNATURE_WRONG",
      `The certificate's URL is not one of this sender's hosts: ${JSON.stringify(given.slice(0, 200))}.`,
    );
  }
  return url.href;
}
