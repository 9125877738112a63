import { EarshotError, RejectedError } from "../../base/errors.js";
import type { Route } from "../../model/route.js";
import { EventRequestReader } from "./event-request.js";
import { methodNotAllowed, type RejectionResponse, rejections } from "./responses.js";

/** What a path accepts. */
export interface EndpointOptions {
  /** Default: the server's `maxBodyBytes`. */
  readonly maxBodyBytes?: number | undefined;
  /** Deliveries of this path in work at one time. Default: the server's `maxInFlight`, for all paths together. */
  readonly maxInFlight?: number | undefined;
  /** Upper case. Default `["POST"]`; some senders verify an address with a GET first. */
  readonly methods?: readonly string[] | undefined;
  /** Lower-case names of the headers that carry the sender's secret or signature: no event shows them. */
  readonly credentialHeaders?: readonly string[] | undefined;
}

/** One path of the webhook server. */
export interface WebhookEndpoint {
  /** As it was configured: `/webhooks/{provider}`. */
  readonly pattern: string;
  readonly maxBodyBytes: number;
  readonly maxInFlight: number;
  /** Its deliveries whose response is pending. */
  working: number;
  readonly methods: readonly string[];
  /** Reads the part of a request that its event stores. */
  readonly requests: EventRequestReader;
  /** The 405 of this endpoint, with its `Allow`. */
  readonly wrongMethod: RejectionResponse;
  /** How a POST is received. `undefined` as long as the secret of its sender is not known. */
  route: Route | undefined;
  /** How any other method is received: as a handshake only. */
  handshakeRoute: Route | undefined;
}

/** Stands for a path without an endpoint: it accepts no method and no byte, and responds 404. */
export const unknownEndpoint: WebhookEndpoint = Object.freeze({
  pattern: "",
  maxBodyBytes: 0,
  maxInFlight: 0,
  working: 0,
  methods: Object.freeze([]),
  requests: new EventRequestReader(""),
  wrongMethod: rejections.unknownPath,
  route: undefined,
  handshakeRoute: undefined,
});

/** Most senders that verify an address before they use it do so with GET or HEAD. */
const HANDSHAKE_METHODS = ["GET", "HEAD"];

interface PatternEndpoint {
  readonly endpoint: WebhookEndpoint;
  /** `undefined` matches any one segment that is not empty. */
  readonly segments: readonly (string | undefined)[];
}

const PARAMETER = /^\{[A-Za-z_][\w-]*\}$/;

/**
 * The only table of paths. A path is exact, or has parameters that match one segment each, as in
 * `/webhooks/{provider}`. An exact path precedes one with parameters, and costs one look-up in a Map.
 */
export class EndpointTable {
  readonly #exact = new Map<string, WebhookEndpoint>();
  readonly #patterns: PatternEndpoint[] = [];
  readonly #maxBodyBytes: number;
  #longest = 0;

  /** @param maxBodyBytes for endpoints that have no limit of their own */
  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** @throws EarshotError ERR_OPTION */
  add(pattern: string, options: EndpointOptions = {}): WebhookEndpoint {
    const methods = options.methods ?? ["POST"];
    const endpoint: WebhookEndpoint = {
      pattern,
      maxBodyBytes: options.maxBodyBytes ?? this.#maxBodyBytes,
      maxInFlight: options.maxInFlight ?? Number.POSITIVE_INFINITY,
      working: 0,
      methods,
      requests: new EventRequestReader(pattern, options.credentialHeaders),
      wrongMethod: methodNotAllowed(methods),
      route: undefined,
      handshakeRoute: undefined,
    };
    const segments = segmentsOf(pattern);
    if (!segments.includes(undefined)) {
      this.#exact.set(pattern, endpoint);
      return endpoint;
    }
    const same = this.#patterns.find((other) => sameShape(other.segments, segments));
    if (same !== undefined) {
      throw new EarshotError(
        "ERR_OPTION",
        `The routes ${same.endpoint.pattern} and ${pattern} match the same paths: remove one.`,
      );
    }
    this.#patterns.push({ endpoint, segments });
    this.#longest = Math.max(this.#longest, segments.length);
    return endpoint;
  }

  /** @throws EarshotError ERR_OPTION */
  addRoute(pattern: string, route: Route): WebhookEndpoint {
    const { maxBodyBytes, maxInFlight, source } = route;
    const { credentialHeaders, handshake, handshakeMethods = HANDSHAKE_METHODS } = source;
    const methods = handshake === undefined ? undefined : ["POST", ...handshakeMethods];
    const endpoint = this.add(pattern, { maxBodyBytes, maxInFlight, credentialHeaders, methods });
    endpoint.route = route;
    if (handshake !== undefined) endpoint.handshakeRoute = handshakeOnly(route);
    return endpoint;
  }

  /** The largest body that any endpoint accepts. */
  get largestBodyBytes(): number {
    const all = [...this.#exact.values(), ...this.#patterns.map(({ endpoint }) => endpoint)];
    return all.reduce((most, endpoint) => Math.max(most, endpoint.maxBodyBytes), 0);
  }

  exact(path: string): WebhookEndpoint | undefined {
    return this.#exact.get(path) ?? (path.endsWith("/") ? this.#exact.get(withoutSlash(path)) : undefined);
  }

  /** The first configured endpoint with parameters that matches the path. */
  matching(path: string): WebhookEndpoint | undefined {
    if (this.#patterns.length === 0) return undefined;
    // One segment more than any endpoint has is enough to know that a path is too long.
    const split = (one: string) => one.split("/", this.#longest + 1);
    const find = (parts: readonly string[]) =>
      this.#patterns.find(({ segments }) => matches(segments, parts))?.endpoint;
    return find(split(path)) ?? (path.endsWith("/") ? find(split(withoutSlash(path))) : undefined);
  }
}

/** Methods other than POST serve handshakes only: any other request with them is no event, signed or not. */
function handshakeOnly(route: Route): Route {
  const { source } = route;
  return {
    ...route,
    source: {
      ...source,
      handshake: (delivery, nowMs) => source.handshake?.(delivery, nowMs),
      verify({ http }) {
        const message = `This ${http?.method} is no handshake request of ${source.provider}.`;
        throw new RejectedError("ERR_METHOD", 400, message);
      },
    },
  };
}

/** A sender's form often adds a slash to the end of a path; it leads to the same endpoint. */
function withoutSlash(path: string): string {
  return path.length > 1 ? path.slice(0, -1) : path;
}

function segmentsOf(pattern: string): (string | undefined)[] {
  const invalid = (why: string) =>
    new EarshotError("ERR_OPTION", `The route ${JSON.stringify(pattern)} ${why}.`);
  if (!pattern.startsWith("/")) throw invalid('does not start with "/"');
  if (/[?#]/.test(pattern)) throw invalid("has a query or fragment; a route is a path");
  return pattern.split("/").map((segment) => {
    if (PARAMETER.test(segment)) return undefined;
    if (/[{}*]/.test(segment) || segment.startsWith(":")) {
      throw invalid(
        `has the segment ${JSON.stringify(segment)}; write a parameter as a whole segment: {name}`,
      );
    }
    return segment;
  });
}

function sameShape(a: PatternEndpoint["segments"], b: PatternEndpoint["segments"]): boolean {
  return a.length === b.length && a.every((segment, at) => segment === b[at]);
}

function matches(segments: PatternEndpoint["segments"], parts: readonly string[]): boolean {
  if (segments.length !== parts.length) return false;
  return segments.every((segment, at) => (segment === undefined ? parts[at] !== "" : segment === parts[at]));
}
