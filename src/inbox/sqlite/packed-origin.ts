import type { EventRequest } from "../../model/event-request.js";
import type { Origin } from "../../model/verified.js";

/**
 * What the origins of one sender's events have in common: provider, route, names of the headers. The file has it once,
 * and with each event only the values. One object for all events: among those that travel together, it is copied once.
 */
export interface OriginShape {
  /** JSON of {@link Shape}. */
  readonly text: string;
}

/** An origin as it travels and is stored. */
export interface PackedOrigin {
  /** Without one, `facts` is the JSON of the whole origin. */
  readonly shape: OriginShape | undefined;
  /** JSON; with a shape, of {@link Facts}. */
  readonly facts: string;
}

interface Shape {
  readonly provider: string;
  readonly signed: boolean;
  readonly route?: string | undefined;
  readonly request: Pick<EventRequest, "method" | "route">;
  /** Names of the request's headers. */
  readonly headers: readonly string[];
}

/** What differs from event to event. */
type Facts = readonly [
  /** The members of the origin that its shape does not have. */
  own: Partial<Origin>,
  /** `null` where it is the route. */
  path: string | null,
  /** `null` where there is none. */
  query: EventRequest["query"] | null,
  ...headerValues: string[],
];

interface KnownShape {
  readonly shape: Shape;
  readonly written: OriginShape;
}

/** Shapes of one process: a sender that makes up names of headers takes no memory without end. */
const MAX_SHAPES = 64;

/** Packs origins, and knows the shapes that it has met. */
export class OriginPacker {
  readonly #known: KnownShape[] = [];

  /** @throws what JSON throws at a value that it cannot hold */
  pack(origin: Origin): PackedOrigin {
    const { request } = origin;
    const known = request && (this.#find(origin, request) ?? this.#add(origin, request));
    const facts = known && factsOf(origin, known.shape);
    return known === undefined || facts === undefined
      ? { shape: undefined, facts: JSON.stringify(origin) }
      : { shape: known.written, facts: JSON.stringify(facts) };
  }

  /** Compares texts that are mostly the same objects, and makes nothing: this runs for every event. */
  #find({ provider, signed, route }: Origin, request: EventRequest): KnownShape | undefined {
    for (const known of this.#known) {
      const { shape } = known;
      if (shape.provider !== provider || shape.route !== route || shape.signed !== signed) continue;
      if (shape.request.method !== request.method || shape.request.route !== request.route) continue;
      if (hasNames(request.headers, shape.headers)) return known;
    }
    return undefined;
  }

  #add({ provider, signed, route }: Origin, { method, route: pattern, headers }: EventRequest) {
    if (this.#known.length >= MAX_SHAPES) return undefined;
    const request = { method, route: pattern };
    const shape: Shape = { provider, signed, route, request, headers: Object.keys(headers) };
    const known: KnownShape = { shape, written: { text: JSON.stringify(shape) } };
    this.#known.push(known);
    return known;
  }
}

/** The origin that was packed. */
export function unpackOrigin(shape: string | null, facts: string): Origin {
  if (shape === null) return JSON.parse(facts) as Origin;
  const { provider, signed, route, request, headers } = JSON.parse(shape) as Shape;
  const [own, path, query, ...values] = JSON.parse(facts) as Facts;
  return {
    provider,
    signed,
    ...(route === undefined ? {} : { route }),
    ...own,
    request: {
      method: request.method,
      path: path ?? request.route,
      route: request.route,
      query: query ?? {},
      // Not an assignment by name: a header can be called `__proto__`.
      headers: Object.fromEntries(headers.map((name, at) => [name, values[at] ?? ""])),
    },
  };
}

/** `undefined` for what would not come back from these facts as it was. */
function factsOf(origin: Origin, { headers: names }: Shape): unknown[] | undefined {
  const own: Record<string, unknown> = {};
  for (const name in origin) {
    if (name === "provider" || name === "signed" || name === "route" || name === "request") continue;
    own[name] = origin[name as keyof Origin];
  }
  const { path, route, query, headers } = origin.request as EventRequest;
  const facts: unknown[] = [own, path === route ? null : path, isEmpty(query) ? null : query];
  for (const name of names) {
    const value: unknown = headers[name];
    if (typeof value !== "string") return undefined;
    facts.push(value);
  }
  return facts;
}

function hasNames(headers: EventRequest["headers"], names: readonly string[]): boolean {
  let at = 0;
  for (const name in headers) {
    if (name !== names[at]) return false;
    at += 1;
  }
  return at === names.length;
}

function isEmpty(query: EventRequest["query"]): boolean {
  for (const _ in query) return false;
  return true;
}
