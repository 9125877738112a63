import { EarshotError } from "../../base/errors.js";
import { methodRefused, type Refusal, refusals } from "./responses.js";
import type { DoorRoute } from "./door.js";
import { RequestReader } from "./event-request.js";

/** A route with its defaults filled in. */
export interface Route {
  /** As it was configured: `/webhooks/{provider}`. */
  readonly pattern: string;
  readonly maxBodyBytes: number;
  readonly maxInFlight: number;
  /** Its deliveries whose answer is awaited. */
  working: number;
  readonly methods: readonly string[];
  /** Makes what the events of its deliveries store of their requests. */
  readonly requests: RequestReader;
  /** The 405 of this route, with its `Allow`. */
  readonly wrongMethod: Refusal;
}

/** Where a path leads that no route has: it takes no method and no byte, and answers 404. */
export const nowhere: Route = Object.freeze({
  pattern: "",
  maxBodyBytes: 0,
  maxInFlight: 0,
  working: 0,
  methods: Object.freeze([]),
  requests: new RequestReader(""),
  wrongMethod: refusals.unknownPath,
});

interface ShapedRoute {
  readonly route: Route;
  /** `undefined` stands for any one segment that is not empty. */
  readonly segments: readonly (string | undefined)[];
}

const PARAMETER = /^\{[A-Za-z_][\w-]*\}$/;

/** The configured paths, ready for look-up. A path without parameters costs one look-up in a Map. */
export class RouteTable {
  readonly #exact = new Map<string, Route>();
  readonly #shaped: ShapedRoute[] = [];
  #longest = 0;

  /** @throws EarshotError ERR_OPTION */
  constructor(routes: ReadonlyMap<string, DoorRoute>, maxBodyBytes: number) {
    for (const [pattern, options] of routes) {
      const methods = options.methods ?? ["POST"];
      const route: Route = {
        pattern,
        maxBodyBytes: options.maxBodyBytes ?? maxBodyBytes,
        maxInFlight: options.maxInFlight ?? Number.POSITIVE_INFINITY,
        working: 0,
        methods,
        requests: new RequestReader(pattern, options.credentialHeaders),
        wrongMethod: methodRefused(methods),
      };
      const segments = segmentsOf(pattern);
      if (!segments.includes(undefined)) {
        this.#exact.set(pattern, route);
        continue;
      }
      const twin = this.#shaped.find((other) => sameShape(other.segments, segments));
      if (twin !== undefined) {
        throw new EarshotError(
          "ERR_OPTION",
          `The routes ${twin.route.pattern} and ${pattern} match the same paths: remove one.`,
        );
      }
      this.#shaped.push({ route, segments });
      this.#longest = Math.max(this.#longest, segments.length);
    }
  }

  /** The largest body that any route takes. */
  get largestBodyBytes(): number {
    const all = [...this.#exact.values(), ...this.#shaped.map((shaped) => shaped.route)];
    return all.reduce((most, route) => Math.max(most, route.maxBodyBytes), 0);
  }

  exact(path: string): Route | undefined {
    return this.#exact.get(path) ?? (path.endsWith("/") ? this.#exact.get(withoutSlash(path)) : undefined);
  }

  /** Looks among the routes with parameters; the first that was configured wins. */
  shaped(path: string): Route | undefined {
    if (this.#shaped.length === 0) return undefined;
    // One more than any route has is enough to know that a path is too long.
    const split = (one: string) => one.split("/", this.#longest + 1);
    const find = (parts: readonly string[]) =>
      this.#shaped.find(({ segments }) => matches(segments, parts))?.route;
    return find(split(path)) ?? (path.endsWith("/") ? find(split(withoutSlash(path))) : undefined);
  }
}

/** A sender's form often adds a slash to the end of a path; it leads to the same route. */
function withoutSlash(path: string): string {
  return path.length > 1 ? path.slice(0, -1) : path;
}

function segmentsOf(pattern: string): (string | undefined)[] {
  const refuse = (why: string) =>
    new EarshotError("ERR_OPTION", `The route ${JSON.stringify(pattern)} ${why}.`);
  if (!pattern.startsWith("/")) throw refuse('does not start with "/"');
  if (/[?#]/.test(pattern)) throw refuse("has a query or fragment; a route is a path");
  return pattern.split("/").map((segment) => {
    if (PARAMETER.test(segment)) return undefined;
    if (/[{}*]/.test(segment) || segment.startsWith(":")) {
      throw refuse(
        `has the segment ${JSON.stringify(segment)}; write a parameter as a segment of its own: {name}`,
      );
    }
    return segment;
  });
}

function sameShape(a: ShapedRoute["segments"], b: ShapedRoute["segments"]): boolean {
  return a.length === b.length && a.every((segment, at) => segment === b[at]);
}

function matches(segments: ShapedRoute["segments"], parts: readonly string[]): boolean {
  if (segments.length !== parts.length) return false;
  return segments.every((segment, at) => (segment === undefined ? parts[at] !== "" : segment === parts[at]));
}
