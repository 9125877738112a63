import type { HttpFacts } from "../../model/delivery.js";
import type { EventRequest } from "../../model/event-request.js";
import { looksLikeCredential, namesCredential } from "./credential-names.js";

/** Headers of one event, and query parameters of one event, at most. */
const MAX_ENTRIES = 64;
/** Names and values of one event's headers together, and of its query together, in characters. */
const MAX_CHARACTERS = 8192;
/** Headers and query parameters that are looked at: thousands of names cost more than the rest of an unsigned request. */
const MAX_SEEN = 256;
/** Characters of a content type, which is stored whatever else there is. */
const LONGEST_TYPE = 512;

/** Standard headers that describe an event. No other standard header is stored. */
const standardHeaders = new Set([
  "content-type",
  "content-language",
  "user-agent",
  "date",
  "from",
  "host",
  "origin",
  "link",
  "traceparent",
  "tracestate",
]);

/** Headers of the connection, of content negotiation, of caches and of browsers: no sender sets them. */
const connectionHeaders =
  /^(?:$|:|accept(?:-|$)|access-control-|alt-|cache-control$|cdn-loop$|connection$|content-|dnt$|expect$|forwarded$|http2-settings$|if-|keep-alive$|max-forwards$|pragma$|priority$|proxy-|range$|referer$|save-data$|sec-|te$|trailer$|transfer-encoding$|upgrade|via$|warning$|x-original-ur[il]$|x-rewrite-url$)/;

/**
 * Reads the part of a request that its event stores: bounded in size, without credentials, and the same for Node and for
 * Fetch requests. One reader serves one endpoint.
 *
 * A sender's requests have the same header names in the same order, and some values never change. Both are checked once:
 * classifying every header of every request would cost half as much as the rest of a webhook.
 */
export class EventRequestReader {
  readonly #route: string;
  readonly #credentialHeaders: readonly string[];
  #plan: Plan = { names: [], picked: [], hasHost: false };

  /** @param credentialHeaders names of the headers, or query parameters, in which the endpoint's sender verifies itself */
  constructor(route: string, credentialHeaders: readonly string[] = []) {
    this.#route = route;
    this.#credentialHeaders = credentialHeaders.map((name) => name.toLowerCase());
  }

  /**
   * @param raw names and values in turn, as they were sent
   * @param host for a request that has no `Host` header
   */
  read({ method, path, target }: HttpFacts, raw: readonly string[], host: string | undefined): EventRequest {
    return {
      method,
      path,
      route: this.#route,
      query: queryOf(target, this.#credentialHeaders),
      headers: this.#headers(raw, host),
    };
  }

  #headers(raw: readonly string[], host: string | undefined): Readonly<Record<string, string>> {
    const plan = hasNames(raw, this.#plan.names) ? this.#plan : this.#planFor(raw);
    if (plan === undefined || (host !== undefined && !plan.hasHost)) {
      return headersOf(raw, host, this.#credentialHeaders);
    }
    const headers = new Entries();
    let characters = 0;
    for (const one of plan.picked) {
      let value = raw[one.at] ?? "";
      characters += one.name.length + value.length;
      if (value === one.value) value = one.value;
      else if (looksLikeCredential(value)) return headersOf(raw, host, this.#credentialHeaders);
      else one.value = value;
      headers[one.name] = value;
    }
    return characters > MAX_CHARACTERS ? headersOf(raw, host, this.#credentialHeaders) : headers;
  }

  /** `undefined` where a header came twice, since its values are joined, or where there are too many. */
  #planFor(raw: readonly string[]): Plan | undefined {
    if (raw.length > MAX_ENTRIES * 2) return undefined;
    const names = raw.filter((_, at) => at % 2 === 0);
    const lower = names.map((name) => name.toLowerCase());
    if (new Set(lower).size < names.length) return undefined;
    const picked = lower
      .map((name, at): Picked => ({ name, at: at * 2 + 1, value: undefined }))
      .filter(({ name }) => isStored(name, this.#credentialHeaders))
      .sort(byName);
    this.#plan = { names, picked, hasHost: lower.includes("host") };
    return this.#plan;
  }
}

/** Which headers an event stores of a request with these names, in the order of their names. */
interface Plan {
  readonly names: readonly string[];
  readonly picked: readonly Picked[];
  readonly hasHost: boolean;
}

interface Picked {
  readonly name: string;
  /** Index of the value. */
  readonly at: number;
  /** The last request's. Records with an equal value share it. */
  value: string | undefined;
}

function hasNames(raw: readonly string[], names: readonly string[]): boolean {
  if (raw.length !== names.length * 2) return false;
  for (let at = 0; at < names.length; at += 1) if (raw[at * 2] !== names[at]) return false;
  return true;
}

function headersOf(
  raw: readonly string[],
  host: string | undefined,
  credentialHeaders: readonly string[],
): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  const end = Math.min(raw.length, MAX_SEEN * 2);
  for (let at = 0; at + 1 < end; at += 2) {
    const name = (raw[at] ?? "").toLowerCase();
    const value = raw[at + 1] ?? "";
    if (!isStored(name, credentialHeaders)) continue;
    const earlier = found.get(name);
    found.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  if (host !== undefined && host !== "" && !found.has("host")) found.set("host", host);
  // Node gives headers in the order sent, Fetch in the order of their names.
  return bounded([...found].map(([name, value]) => ({ name, value })).sort(byName));
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function isStored(name: string, credentialHeaders: readonly string[]): boolean {
  if (credentialHeaders.includes(name)) return false;
  return standardHeaders.has(name) || (!connectionHeaders.test(name) && !namesCredential(name));
}

const noQuery: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

function queryOf(target: string, credentials: readonly string[]): Readonly<Record<string, string>> {
  const start = target.indexOf("?");
  if (start === -1) return noQuery;
  const found = new Map<string, string>();
  let seen = 0;
  for (const [name, value] of new URLSearchParams(withoutFragment(target.slice(start + 1)))) {
    seen += 1;
    if (seen > MAX_SEEN || found.size === MAX_ENTRIES) break;
    if (!found.has(name) && !namesCredential(name, true) && !credentials.includes(name.toLowerCase()))
      found.set(name, value);
  }
  return bounded([...found].map(([name, value]) => ({ name, value })));
}

function withoutFragment(query: string): string {
  const hash = query.indexOf("#");
  return hash === -1 ? query : query.slice(0, hash);
}

function bounded(entries: readonly { readonly name: string; readonly value: string }[]) {
  const stored = new Entries();
  // Has its place before all others: by it, a stored body is read again.
  const type = entries.find(({ name, value }) => name === "content-type" && value.length < LONGEST_TYPE);
  let count = type === undefined ? 0 : 1;
  let characters = type === undefined ? 0 : type.name.length + type.value.length;
  for (const entry of entries) {
    const { name, value } = entry;
    if (entry !== type) {
      const size = name.length + value.length;
      if (count === MAX_ENTRIES || characters + size > MAX_CHARACTERS || looksLikeCredential(value)) continue;
      count += 1;
      characters += size;
    }
    stored[name] = value;
  }
  return stored;
}

/**
 * Names come from a sender, so nothing is inherited. Instances have a hidden class; objects without a prototype are hash
 * tables, which cost five times as much to make.
 */
const Entries = function Entries() {} as unknown as new () => Record<string, string>;
Entries.prototype = Object.freeze(Object.create(null));
