import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Clock } from "../../base/clock.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import type { Delivery } from "../../model/delivery.js";
import type { Answer } from "../../model/source.js";

/** One path that the door takes deliveries on. */
export interface DoorRoute {
  /** Default: the door's own `maxBodyBytes`. */
  readonly maxBodyBytes?: number;
  /** Deliveries of this path in work at one time. Default: the door's own `maxInFlight`, for all together. */
  readonly maxInFlight?: number;
  /** Upper case. Default `["POST"]`; some senders prove an address with a GET first. */
  readonly methods?: readonly string[];
  /** Lower-case names of the headers in which its sender proves itself: no event shows them. */
  readonly credentialHeaders?: readonly string[];
}

/** What the door bears. Sizes in bytes, times in milliseconds. */
export interface DoorLimits {
  readonly maxBodyBytes: number;
  /** From the end of a request's head to the last byte of its body. */
  readonly bodyTimeoutMs: number;
  /** From the last byte of a body to the response. What is late is answered 503. Default 15,000. */
  readonly responseTimeoutMs?: number;
  /** From a request's first byte to the end of its head. Own server only. Default 10,000. */
  readonly headersTimeoutMs?: number;
  /**
   * How long a connection may rest between two requests. Own server only. Default 65,000: longer than the
   * 60 s of common load balancers, which otherwise reuse a connection just as it is closed.
   */
  readonly keepAliveTimeoutMs?: number;
  /**
   * Requests in work at one time; beyond it the answer is 503. Bodies that are still on their way have as
   * many places again, so that slow senders take none from quick ones: the oldest of them gives way.
   */
  readonly maxInFlight: number;
  /** All headers of one request together. Own server only. Default 16,384. */
  readonly maxHeaderBytes?: number;
  /**
   * Bytes of unfinished bodies held at one time; beyond it the oldest of them gives way. Default 64 MiB, and
   * never less than four of the largest body.
   */
  readonly maxHeldBytes?: number;
}

export interface DoorOptions {
  /**
   * By path: exact, or with parameters that stand for one segment each, as in `/webhooks/{provider}`. An exact
   * path goes before one with parameters.
   */
  readonly routes: ReadonlyMap<string, DoorRoute>;
  /**
   * Takes a whole delivery and says what to answer. Where it answers at once, so does the door. If it throws or
   * rejects, the sender gets 500 and a report is sent.
   *
   * @param route the key of `routes` that the path matched
   */
  receive(delivery: Delivery, route: string): Answer | Promise<Answer>;
  send(report: ListenerEvent): void;
  readonly clock: Clock;
  readonly limits: DoorLimits;
  /** What `/readyz` says; the reason is for people. */
  ready(): boolean | Promise<{ readonly ready: boolean; readonly reason?: string | undefined }>;
  /** Resolves when what came in has been worked off. Asked where a runtime freezes functions that have answered. */
  idle?(): Promise<void>;
  /** PEM. With it the door's own server speaks HTTPS. */
  readonly tls?: { readonly key: string | Uint8Array; readonly cert: string | Uint8Array };
  /**
   * Whose word to take for the sender's address in `X-Forwarded-For`: nobody's (false, the default), that of so
   * many proxies counted from here, or everybody's (true: the left-most address, which anybody can invent).
   */
  readonly trustProxy?: boolean | number;
}

/** Serves a request of `node:http`, or of `node:http2` through its compatibility API. */
export type NodeHandler = (
  req: IncomingMessage | Http2ServerRequest,
  res: ServerResponse | Http2ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/**
 * Serves a request of the Fetch standard.
 *
 * Whatever a framework hands over beside the request is accepted, so that the handler can be exported as a route.
 * The first of these that has `waitUntil`, such as a Worker's context, keeps the function alive.
 */
export interface FetchHandler {
  (request: Request, context: FetchContext): Promise<Response>;
  // Last, because frameworks that check a route's type look at the last signature.
  (request: Request, ...context: readonly unknown[]): Promise<Response>;
}

/** What runtimes that freeze a function after its answer hand over beside the request. */
export interface FetchContext {
  /** Keeps the function alive until the promise is settled. */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
}

/** The HTTP intake. It knows limits and raw bytes, nothing of signatures or events. */
export interface Door {
  /**
   * Opens the door's own server.
   *
   * @param port 0 takes any free one
   * @param host default: all interfaces
   * @throws EarshotError ERR_PORT_IN_USE, ERR_OPTION, ERR_LISTENER_STATE
   */
  listen(port: number, host: string | undefined): Promise<{ readonly url: string; readonly port: number }>;
  /** A handler to mount in a server that is there already. */
  nodeHandler(): NodeHandler;
  fetchHandler(): FetchHandler;
  /**
   * Takes no further requests and waits until those in flight have their answers, at most `graceMs`
   * milliseconds; what is left then is cut off. Safe to call again.
   */
  close(graceMs: number): Promise<void>;
  /** Requests whose body is on its way, or whose answer is awaited. */
  inFlight(): number;
}
