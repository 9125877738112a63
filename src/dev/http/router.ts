import { isJsonObject, type JsonObject } from "../../model/json.js";
import type { Answer } from "./answer.js";
import { Problem } from "./problem.js";
import type { Query } from "./query.js";

/** One call, as a handler sees it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: Query;
  /** Parsed JSON, or a form as an object of texts; `undefined` where there was none. */
  readonly body: unknown;
  /** The key it came with; empty where none did. */
  readonly apiKey: string;
  readonly requestId: string;
  /** What stood in the path's place for this name. */
  param(name: string): string;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

/** A handler at its place. */
export interface Endpoint {
  readonly method: string;
  /** With `{name}` where a parameter stands. */
  readonly path: string;
  readonly handle: Handler;
  /** Whether it is for everybody: no key is asked for. */
  readonly open?: boolean;
}

/** What a path leads to. */
export interface Match {
  readonly endpoint: Endpoint;
  readonly params: ReadonlyMap<string, string>;
}

/** Finds endpoints. Where two fit, the one with fewer parameters does: `…/event_types` before `…/{id}`. */
export class Router {
  readonly #endpoints: { readonly endpoint: Endpoint; readonly segments: readonly string[] }[];

  constructor(endpoints: readonly Endpoint[]) {
    const holes = (segments: readonly string[]) =>
      segments.filter((segment) => segment.startsWith("{")).length;
    this.#endpoints = endpoints
      .map((endpoint) => ({ endpoint, segments: segmentsOf(endpoint.path) }))
      .sort((a, b) => holes(a.segments) - holes(b.segments));
  }

  /**
   * @param method HEAD finds what GET does
   * @throws Problem 404; 405 where the path is there for other methods; 400 for a path that is no valid one
   */
  find(method: string, path: string): Match {
    const given = segmentsOf(path);
    const wanted = method === "HEAD" ? "GET" : method;
    const others = new Set<string>();
    for (const { endpoint, segments } of this.#endpoints) {
      if (!fits(segments, given)) continue;
      if (endpoint.method === wanted) return { endpoint, params: paramsOf(segments, given) };
      others.add(endpoint.method);
    }
    if (others.size > 0) {
      const allow = [...others].join(", ");
      throw new Problem(405, `${path} is there for ${allow}, not for ${method}`, { headers: { allow } });
    }
    throw new Problem(404, `The local platform has no ${method} ${path}`);
  }
}

function segmentsOf(path: string): readonly string[] {
  // By hand: `/\/+$/` takes time in proportion to the square of a row of slashes.
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end -= 1;
  return path.slice(0, end).split("/");
}

function fits(segments: readonly string[], given: readonly string[]): boolean {
  if (segments.length !== given.length) return false;
  return segments.every((segment, at) =>
    segment.startsWith("{") ? given[at] !== "" : segment === given[at],
  );
}

function paramsOf(segments: readonly string[], given: readonly string[]): ReadonlyMap<string, string> {
  const params = new Map<string, string>();
  for (const [at, segment] of segments.entries()) {
    if (!segment.startsWith("{")) continue;
    try {
      params.set(segment.slice(1, -1), decodeURIComponent(given[at] ?? ""));
    } catch {
      throw new Problem(400, "The path is not validly percent-encoded");
    }
  }
  return params;
}

/** The body's members. No body counts as one without members. @throws Problem 400 where it is no object */
export function fieldsOf(call: Call): JsonObject {
  if (call.body === undefined) return {};
  if (!isJsonObject(call.body)) throw new Problem(400, "The body is to be a JSON object");
  return call.body;
}

/** A text of the body. @throws Problem 400 where it is missing, empty or something else */
export function textField(call: Call, ...names: readonly string[]): string {
  const value = optionalText(call, ...names);
  if (value === undefined) throw new Problem(400, `\`${names[0]}\` is missing in the body`);
  return value;
}

/** A text of the body, under the first of these names that has one. @throws Problem 400 for something else */
export function optionalText(call: Call, ...names: readonly string[]): string | undefined {
  const fields = fieldsOf(call);
  for (const name of names) {
    const value = fields[name];
    if (value === undefined || value === null || value === "") continue;
    if (typeof value !== "string")
      throw new Problem(400, `\`${name}\` is a text, not ${JSON.stringify(value)}`);
    return value;
  }
  return undefined;
}
