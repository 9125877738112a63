import { createHash } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import { isJsonObject, type JsonObject } from "../../model/json.js";
import { API_KEY, ORG_ID, PROJECT_ID, REQUEST_ID, USER_API_KEY } from "../../protocol/headers.js";
import { HttpProblem } from "./http-problem.js";
import { QueryParams } from "./query-params.js";

/** What Hono carries for each call: Node's request and response, and the parsed body. */
export interface PlatformEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Parsed JSON, or a form as an object of strings; `undefined` without a body. A text where the endpoint is raw. */
    body: unknown;
  };
}

/** One call. */
export type Call = Context<PlatformEnv>;

export type EndpointHandler = (c: Call) => Response | Promise<Response>;

/** A handler, and the method and path that lead to it. */
export interface Endpoint {
  readonly method: string;
  /** With `{name}` where a parameter stands. */
  readonly path: string;
  readonly handle: EndpointHandler;
  /** Whether the body is handed over as its text, as it came. Default false. */
  readonly raw?: boolean;
  /** Whether it requires no API key. Default false. */
  readonly open?: boolean;
}

/** A path parameter, percent-decoded. */
export function param(c: Call, name: string): string {
  return c.req.param(name) ?? "";
}

export function queryOf(c: Call): QueryParams {
  return new QueryParams(new URL(c.req.url).searchParams);
}

/** The key of the call, of the project or of a user; empty without one. A user's key needs to name its project. */
export function apiKeyOf(c: Call): string {
  const ofUser = c.req.header(USER_API_KEY);
  if (ofUser === undefined) return c.req.header(API_KEY) ?? "";
  for (const name of [ORG_ID, PROJECT_ID]) {
    if (!c.req.header(name))
      throw new HttpProblem(401, `The header ${name} is missing beside ${USER_API_KEY}`);
  }
  return ofUser;
}

/** The id that the response carries: the client's own, or a new one. */
export function requestIdOf(c: Call): string {
  return String(c.env.outgoing.getHeader(REQUEST_ID) ?? "");
}

/**
 * Text with an `ETag`, so that a client downloads it again only after a change (RFC 9110, 8.8.3). 304 without a body
 * where the client has the same text (RFC 9110, 13.1.2).
 */
export function taggedText(c: Call, text: string): Response {
  const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 27)}"`;
  const known = c.req.header("if-none-match")?.split(",") ?? [];
  if (known.map((tag) => tag.trim().replace(/^W\//, "")).some((tag) => tag === "*" || tag === etag)) {
    return c.body(null, 304, { etag });
  }
  const length = String(Buffer.byteLength(text));
  return c.text(text, 200, { etag, "content-type": "text/plain; charset=utf-8", "content-length": length });
}

/** The body's members. No body counts as one without members. @throws HttpProblem 400 where it is no object */
export function fieldsOf(c: Call): JsonObject {
  const { body } = c.var;
  if (body === undefined) return {};
  if (!isJsonObject(body)) throw new HttpProblem(400, "The body is to be a JSON object");
  return body;
}

/** A string of the body. @throws HttpProblem 400 where it is missing, empty or of another type */
export function requiredString(c: Call, ...names: readonly string[]): string {
  const value = optionalString(c, ...names);
  if (value === undefined) throw new HttpProblem(400, `\`${names[0]}\` is missing in the body`);
  return value;
}

/** A string of the body, under the first of these names that has one. @throws HttpProblem 400 for another type */
export function optionalString(c: Call, ...names: readonly string[]): string | undefined {
  const fields = fieldsOf(c);
  for (const name of names) {
    const value = fields[name];
    if (value === undefined || value === null || value === "") continue;
    if (typeof value !== "string")
      throw new HttpProblem(400, `\`${name}\` is a string, not ${JSON.stringify(value)}`);
    return value;
  }
  return undefined;
}
