import type { HeaderReader } from "../../model/delivery.js";

const SLASH = 47;

/**
 * Where the path begins in a request target: at 0, or after the authority where the target is an absolute URL
 * (RFC 9112, 3.2.2; a proxy may send that, and a Fetch `Request` always has it).
 */
export function pathStart(target: string): number {
  if (target.charCodeAt(0) === SLASH) return 0;
  const scheme = target.indexOf("://");
  if (scheme === -1) return 0;
  const from = scheme + 3;
  const end = target.slice(from).search(/[/?#]/);
  return end === -1 ? target.length : from + end;
}

/** The path of a request target, as it was sent: without query, nothing decoded, nothing resolved. */
export function requestPath(target: string): string {
  const start = pathStart(target);
  const query = target.indexOf("?", start);
  return query === -1 ? target.slice(start) : target.slice(start, query);
}

/** The host and port in an absolute URL, in lower case; `undefined` where the target is a path. */
export function hostOf(target: string): string | undefined {
  const start = pathStart(target);
  const scheme = target.indexOf("://");
  if (start === 0 || scheme === -1) return undefined;
  const authority = target.slice(scheme + 3, start);
  return authority.slice(authority.lastIndexOf("@") + 1).toLowerCase();
}

const DIGITS = /^\d+$/;

/** `NaN` where the header is present but no length; HTTP/1 servers reject that earlier, others need not. */
export function contentLengthOf(header: string | null | undefined): number | undefined {
  if (header === undefined || header === null) return undefined;
  return DIGITS.test(header) ? Number(header) : Number.NaN;
}

/**
 * Reads headers from the list that a Node server has: names and values in turn, as they were sent. It builds no
 * object, because most deliveries have only three of their headers read.
 *
 * @param merged read where there is no list: some adapters fill only this
 */
export function nodeHeaders(
  raw: readonly string[],
  merged: Readonly<Record<string, string | string[] | undefined>>,
): HeaderReader {
  if (raw.length === 0) {
    return (name) => {
      if (Object.hasOwn(merged, name)) return merged[name];
      // A function's event may have the names as the sender wrote them.
      const written = Object.keys(merged).find((key) => key.toLowerCase() === name);
      return written === undefined ? undefined : merged[written];
    };
  }
  return (name) => {
    let found: string | string[] | undefined;
    for (let at = 0; at < raw.length; at += 2) {
      const key = raw[at];
      if (key === undefined || key.length !== name.length) continue;
      if (key !== name && key.toLowerCase() !== name) continue;
      const value = raw[at + 1] ?? "";
      if (found === undefined) found = value;
      else if (typeof found === "string") found = [found, value];
      else found.push(value);
    }
    return found;
  };
}

/** Reads Fetch headers. `Headers` joins repeated headers with `, `, and they are read like that. */
export function fetchHeaders(headers: Headers): HeaderReader {
  return (name) => headers.get(name) ?? undefined;
}

/**
 * All headers of a Node request, names and values in turn.
 *
 * @param merged read where there is no list: some adapters fill only this
 */
export function rawHeaders(
  raw: readonly string[],
  merged: Readonly<Record<string, string | readonly string[] | undefined>>,
): readonly string[] {
  if (raw.length > 0) return raw;
  return Object.entries(merged).flatMap(([name, values]) =>
    [values ?? []].flat().flatMap((value) => [name, String(value)]),
  );
}

/**
 * The sender's address.
 *
 * @param peer the address at the other end of the connection, if it is known
 * @param forwarded the `X-Forwarded-For` header: each proxy appends the address that it received from
 * @param trust see `WebhookServerOptions.trustProxy`
 */
export function senderAddress(
  peer: string | undefined,
  forwarded: string | readonly string[] | null | undefined,
  trust: boolean | number | undefined,
): string | undefined {
  if (trust === undefined || trust === false || trust === 0) return peer;
  const header = typeof forwarded === "string" ? forwarded : (forwarded ?? []).join(",");
  const hops = header
    .split(",")
    .map((hop) => hop.trim())
    .filter((hop) => hop !== "");
  if (hops.length === 0) return peer;
  // The last entry was written by the nearest proxy, which is the peer itself.
  const from = trust === true ? 0 : Math.max(0, hops.length - trust);
  return hops[from];
}
