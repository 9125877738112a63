/** Set by the HTTP server, or belonging to the connection. HTTP servers throw at some of them. */
const ours = new Set([
  "connection",
  "content-length",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The headers of a response of the user's, in lower case, without those of the connection.
 *
 * @param all an object, or pairs of names and values as in `Headers` and `Map`
 * @throws TypeError on a header that cannot be sent
 */
export function sendableHeaders(all: unknown): Record<string, string> {
  if (typeof all !== "object" || all === null) throw new TypeError("the headers are no object");
  const isIterable = typeof (all as Partial<Iterable<unknown>>)[Symbol.iterator] === "function";
  const pairs = isIterable ? (all as Iterable<[string, unknown]>) : Object.entries(all);
  const headers: Record<string, string> = {};
  for (const [name, given] of pairs) {
    if (given === undefined) continue;
    const value = typeof given === "number" ? String(given) : given;
    if (typeof name !== "string" || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      throw new TypeError(`${JSON.stringify(name)} is no header name`);
    // RFC 9110, 5.5: visible characters, blanks and tabs.
    if (typeof value !== "string" || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new TypeError(`the header ${name} has a value that cannot be sent`);
    }
    if (!ours.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  return headers;
}
