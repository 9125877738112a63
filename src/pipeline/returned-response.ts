import { sendableHeaders } from "../base/sendable-headers.js";
import type { WebhookResponse } from "../model/source.js";

const members = new Set(["status", "headers", "body"]);

/**
 * The result of a user's function, as a response: a text as text, `{ status, headers, body }` and a Fetch `Response`
 * as they are, any other object as JSON.
 *
 * @returns `undefined` for a value that is no response: `undefined`, `null`, a number, a boolean
 * @throws TypeError on a status, header or body that cannot be sent
 */
export async function answerOf(returned: unknown): Promise<WebhookResponse | undefined> {
  if (typeof returned === "string")
    return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: returned };
  if (typeof returned !== "object" || returned === null) return undefined;
  if (isResponse(returned)) {
    const { status, headers } = returned;
    return checked({ status, headers: Object.fromEntries(headers), body: await returned.text() });
  }
  if (isAnswer(returned)) return checked(returned);
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(returned) };
}

/** A Fetch `Response`, also one of a package or of another realm. */
function isResponse(returned: object): returned is Response {
  if (returned instanceof Response) return true;
  const { status, headers, text } = returned as Partial<Response>;
  return typeof status === "number" && typeof headers?.entries === "function" && typeof text === "function";
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
}): WebhookResponse {
  const { status = 200 } = returned;
  const headers = returned.headers ?? {};
  const body = returned.body ?? undefined;
  if (typeof status !== "number" || !Number.isInteger(status) || status < 200 || status > 599) {
    throw new TypeError(`the status ${String(status)} is not from 200 to 599`);
  }
  if (body !== undefined && typeof body !== "string")
    throw new TypeError(`the body is a ${typeof body}, not a string`);
  const isBodiless = status === 204 || status === 205 || status === 304;
  return {
    status,
    headers: sendableHeaders(headers),
    ...(body === undefined || isBodiless ? {} : { body }),
  };
}
