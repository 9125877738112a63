import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";

/** What a call is answered with. */
export interface Answer {
  readonly status: number;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Writes on after the head, for as long as it likes; there is no `body` then. */
  readonly stream?: (response: ServerResponse) => void;
}

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  const type = { "content-type": "application/json; charset=utf-8" };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(value) };
}

export function empty(status = 204): Answer {
  return { status, headers: {}, body: "" };
}

/** Text with an `ETag`, so that a client asks for it again only when it has changed (RFC 9110, 8.8.3). */
export function taggedText(body: string): Answer {
  const tag = createHash("sha256").update(body).digest("base64url").slice(0, 27);
  return { status: 200, headers: { "content-type": "text/plain; charset=utf-8", etag: `"${tag}"` }, body };
}

/**
 * The answer to a conditional request: 304 without a body where the client has the same already (RFC 9110, 13.1.2).
 *
 * @param ifNoneMatch the request's `If-None-Match`
 */
export function unlessUnchanged(answer: Answer, ifNoneMatch: string | undefined): Answer {
  const { etag } = answer.headers;
  if (etag === undefined || ifNoneMatch === undefined) return answer;
  const tags = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag) ? { status: 304, headers: { etag }, body: "" } : answer;
}
