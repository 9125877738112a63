import type { Answer } from "../model/source.js";

/** Set by the HTTP server, or belonging to the connection. */
const ours = new Set(["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"]);
const members = new Set(["status", "headers", "body"]);

/**
 * What a user's function returned, as a response: a text as text, `{ status, headers, body }` and a Fetch `Response`
 * as they are, any other object as JSON.
 *
 * @returns `undefined` for what is no response: nothing, a number, a boolean
 * @throws TypeError on a status, header or body that cannot be sent
 */
export async function answerOf(returned: unknown): Promise<Answer | undefined> {
  if (typeof returned === "string")
    return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: returned };
  if (typeof returned !== "object" || returned === null) return undefined;
  if (returned instanceof Response) {
    const { status, headers } = returned;
    return checked({ status, headers: Object.fromEntries(headers), body: await returned.text() });
  }
  if (isAnswer(returned)) return checked(returned);
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(returned) };
}

/** Objects with other members, or with none, are JSON. */
function isAnswer(returned: object): boolean {
  const names = Object.keys(returned);
  return names.length > 0 && names.every((name) => members.has(name)) && !hasTextStatus(returned);
}

/** `{ status: "ok" }` is JSON. */
function hasTextStatus(returned: { readonly status?: unknown }): boolean {
  return returned.status !== undefined && typeof returned.status !== "number";
}

function checked(returned: {
  readonly status?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
}): Answer {
  const { status = 200, headers = {}, body } = returned;
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(`the status ${String(status)} is not from 200 to 599`);
  }
  if (body !== undefined && typeof body !== "string")
    throw new TypeError(`the body is a ${typeof body}, not a text`);
  const isBodiless = status === 204 || status === 205 || status === 304;
  return {
    status,
    headers: headersOf(headers),
    ...(body === undefined || isBodiless ? {} : { body }),
  };
}

function headersOf(given: unknown): Record<string, string> {
  if (typeof given !== "object" || given === null) throw new TypeError("the headers are no object");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      throw new TypeError(`${JSON.stringify(name)} is no header name`);
    // RFC 9110, 5.5: visible characters, blanks and tabs.
    if (typeof value !== "string" || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new TypeError(`the header ${name} has a value that cannot be sent`);
    }
    if (!ours.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  return headers;
}
