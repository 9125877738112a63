import { looksLikeCredential, namesCredential } from "./credential-names.js";

/** Headers of one event, and query parameters of one event, at most. */
const MAX_ENTRIES = 64;
/** Names and values of one event's headers together, and of its query together, in characters. */
const MAX_CHARACTERS = 8192;

/** What the HTTP request of an event said beside its body. Nothing in it carries a credential. */
export interface EventRequest {
  /** In upper case: `POST`. */
  readonly method: string;
  /** The path as the sender wrote it, without query: `/hooks/acme`. */
  readonly path: string;
  /** The listener's route that took it: `/hooks/{tenant}`. */
  readonly route: string;
  /**
   * Query parameters, decoded, in the order sent. Of a parameter that was sent more than once, the first value.
   * Parameters that carry a credential (`token`, `signature`, `key`, `code`, …) are left out.
   */
  readonly query: Readonly<Record<string, string>>;
  /**
   * Headers by lower-case name, in the order of their names. The values of a repeated header are joined by `, `.
   * There are the sender's own headers (`x-…`, `webhook-…`, `ce-…`) and a few standard ones (`content-type`,
   * `user-agent`, `host`, …). Credentials, signatures and cookies are left out, and so is what no longer fits in
   * 64 headers and 8,192 characters.
   */
  readonly headers: Readonly<Record<string, string>>;
}

/** A request as an HTTP server knows it. */
export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly route: string;
  /** Path and query. */
  readonly target: string;
  /** Names in any case, repeated where the header was. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  /** The host, for a request that has no `Host` header. */
  readonly host?: string | undefined;
  /** Lower-case names of the headers in which the route's sender proves itself. */
  readonly credentialHeaders?: readonly string[] | undefined;
}

/** Standard headers that say something about an event. Of all other standard headers none does. */
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

/** Headers of the connection, of content negotiation, of caches and of browsers: none is a sender's own. */
const foreign =
  /^(?:$|:|accept(?:-|$)|access-control-|alt-|cache-control$|cdn-loop$|connection$|content-|dnt$|expect$|forwarded$|http2-settings$|if-|keep-alive$|max-forwards$|pragma$|priority$|proxy-|range$|referer$|save-data$|sec-|te$|trailer$|transfer-encoding$|upgrade|via$|warning$|x-original-ur[il]$|x-rewrite-url$)/;

/** What an event keeps of its request. Bounded in size, and the same for Node and for Fetch requests. */
export function eventRequest(parts: RequestParts): EventRequest {
  const { method, path, route, target } = parts;
  return { method, path, route, query: queryOf(target), headers: headersOf(parts) };
}

function headersOf({ headers, host, credentialHeaders = [] }: RequestParts): Record<string, string> {
  const found = new Map<string, string>();
  for (const [written, value] of headers) {
    const name = written.toLowerCase();
    if (!isFact(name) || credentialHeaders.includes(name)) continue;
    const earlier = found.get(name);
    found.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  if (host !== undefined && host !== "" && !found.has("host")) found.set("host", host);
  // Node gives headers in the order sent, Fetch in the order of their names.
  return bounded([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isFact(name: string): boolean {
  if (standardHeaders.has(name)) return true;
  return !foreign.test(name) && !namesCredential(name);
}

function queryOf(target: string): Record<string, string> {
  const asked = target.indexOf("?");
  if (asked === -1) return bounded([]);
  const found = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(withoutFragment(target.slice(asked + 1)))) {
    if (!found.has(name) && !namesCredential(name, true)) found.set(name, value);
  }
  return bounded(found);
}

function withoutFragment(query: string): string {
  const hash = query.indexOf("#");
  return hash === -1 ? query : query.slice(0, hash);
}

/** No prototype: a sender chooses the names. */
function bounded(entries: Iterable<readonly [string, string]>): Record<string, string> {
  const kept: Record<string, string> = Object.create(null);
  let count = 0;
  let characters = 0;
  for (const [name, value] of entries) {
    if (count === MAX_ENTRIES) break;
    const size = name.length + value.length;
    if (characters + size > MAX_CHARACTERS || looksLikeCredential(value)) continue;
    kept[name] = value;
    count += 1;
    characters += size;
  }
  return kept;
}
