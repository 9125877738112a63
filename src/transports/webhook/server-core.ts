import type { Clock } from "../../base/clock.js";
import { EarshotError, type ErrorCode, RejectedError } from "../../base/errors.js";
import type { ListenerEvent } from "../../base/listener-events.js";
import { messageOf } from "../../base/message-of.js";
import type { Delivery } from "../../model/delivery.js";
import type { WebhookResponse } from "../../model/source.js";
import { AdmissionControl } from "./admission-control.js";
import { Deadlines } from "./deadlines.js";
import { type EndpointTable, unknownEndpoint, type WebhookEndpoint } from "./endpoints.js";
import { type ProbeSources, probe, type ServerReadiness } from "./probes.js";
import { type RejectionResponse, rejections } from "./responses.js";

/** The limits of a webhook server. Sizes in bytes, times in milliseconds. */
export interface WebhookServerLimits {
  readonly maxBodyBytes: number;
  /** From the end of a request's head to the last byte of its body. */
  readonly bodyTimeoutMs: number;
  /** From the last byte of a body to the response. A late delivery is answered 503. Default 15,000. */
  readonly responseTimeoutMs?: number;
  /** From a request's first byte to the end of its head. Not for mounted handlers. Default 10,000. */
  readonly headersTimeoutMs?: number;
  /**
   * How long a connection may be idle between two requests. Not for mounted handlers. Default 65,000: longer than
   * the 60 s of common load balancers, which otherwise reuse a connection just as it is closed.
   */
  readonly keepAliveTimeoutMs?: number;
  /**
   * Deliveries in work at one time; beyond it the response is 503. As many unfinished bodies may arrive beside
   * them, so that slow senders do not consume slots of complete requests. Beyond that, the oldest body is dropped.
   */
  readonly maxInFlight: number;
  /** All headers of one request together. Not for mounted handlers. Default 16,384. */
  readonly maxHeaderBytes?: number;
  /**
   * Bytes of unfinished bodies held at one time; beyond it the oldest body is dropped. Default 64 MiB, and at least
   * four of the largest body.
   */
  readonly maxHeldBytes?: number;
}

export interface WebhookServerOptions {
  readonly endpoints: EndpointTable;
  /**
   * Receives a complete delivery and returns its response. A response that is returned at once is sent at once.
   * If it throws or rejects, the response is 500 and a listener event is sent.
   *
   * @param endpoint the endpoint that the path matched
   */
  receive(delivery: Delivery, endpoint: WebhookEndpoint): WebhookResponse | Promise<WebhookResponse>;
  send(event: ListenerEvent): void;
  readonly clock: Clock;
  readonly limits: WebhookServerLimits;
  /** The result of `/readyz`. */
  ready(): boolean | Promise<ServerReadiness>;
  /** Where `/healthz` reads whether the event loop is stuck. Default: it is not measured. */
  readonly loop?: ProbeSources["loop"];
  /** What `/metrics` responds. Default: there is no such path. */
  readonly metrics?: ProbeSources["metrics"];
  /** Resolves when no callback is running. Used where a runtime freezes functions that have responded. */
  idle?(): Promise<void>;
  /** PEM. With it the server speaks HTTPS. */
  readonly tls?: { readonly key: string | Uint8Array; readonly cert: string | Uint8Array };
  /**
   * Which entries of `X-Forwarded-For` are trusted for the sender's address: none (false, the default), those of
   * this many proxies counted from here, or all (true: the left-most address, which any sender can forge).
   */
  readonly trustProxy?: boolean | number;
}

/** A sender could make a path as long as the limit of headers; a listener event has this many characters of it. */
const LONGEST_REPORTED_PATH = 256;
const RESPONSE_TIMEOUT_MS = 15_000;
const DEFAULT_HELD_BYTES = 64 * 1024 * 1024;

/** The part that the Node handlers and the Fetch handler share: admission, probes, and reports. */
export class ServerCore {
  readonly options: WebhookServerOptions;
  readonly endpoints: EndpointTable;
  readonly admission: AdmissionControl;
  /** Pending deliveries, each as the function that responds if it is late. */
  readonly awaited: Deadlines<() => void>;
  /** Requests that a mounted handler has received: a second call with one of them does nothing. */
  readonly received = new WeakSet<object>();
  readonly #warned = new Set<ErrorCode>();
  readonly #probes: ProbeSources;

  constructor(options: WebhookServerOptions) {
    const { limits } = options;
    this.options = options;
    const { loop, metrics } = options;
    this.#probes = { ready: () => !this.admission.closing && options.ready(), loop, metrics };
    this.endpoints = options.endpoints;
    this.awaited = new Deadlines(options.clock, this.#responseTimeoutMs, (onLate) => onLate());
    this.admission = new AdmissionControl(options.clock, {
      bodyTimeoutMs: limits.bodyTimeoutMs,
      maxInFlight: limits.maxInFlight,
      maxHeldBytes: Math.max(limits.maxHeldBytes ?? DEFAULT_HELD_BYTES, 4 * this.endpoints.largestBodyBytes),
    });
  }

  get #responseTimeoutMs(): number {
    return this.options.limits.responseTimeoutMs ?? RESPONSE_TIMEOUT_MS;
  }

  lateMessage(): string {
    return `The delivery was not stored within the \`responseTimeoutMs\` of ${this.#responseTimeoutMs}. It may still be stored.`;
  }

  /** The response to a probe; `undefined` where the path is none. */
  probe(path: string, method: string): WebhookResponse | Promise<WebhookResponse> | undefined {
    return probe(path, method, this.#probes);
  }

  /**
   * Checks a request's head, before any of its body is read.
   *
   * @param contentLength `undefined` where the head has none
   */
  check(
    endpoint: WebhookEndpoint,
    method: string,
    contentLength: number | undefined,
    contentEncoding: string | null | undefined,
  ): RejectionResponse | undefined {
    if (!endpoint.methods.includes(method)) return endpoint.wrongMethod;
    if (contentEncoding && String(contentEncoding).toLowerCase() !== "identity") return rejections.encoded;
    if (contentLength !== undefined) {
      if (contentLength > endpoint.maxBodyBytes) return rejections.tooLarge;
      if (Number.isNaN(contentLength)) return rejections.malformed;
    }
    if (this.admission.closing) return rejections.closing;
    return this.full(endpoint) ? rejections.overloaded : undefined;
  }

  /** Whether no other delivery can be accepted. */
  full(endpoint: WebhookEndpoint): boolean {
    return this.admission.full || endpoint.working >= endpoint.maxInFlight;
  }

  startWork(endpoint: WebhookEndpoint): void {
    endpoint.working += 1;
    this.admission.startWork();
  }

  endWork(endpoint: WebhookEndpoint): void {
    endpoint.working -= 1;
    this.admission.endWork();
  }

  /**
   * Sends the listener event of a rejected request.
   *
   * @param why the reason, which the response does not have
   * @param endpoint the endpoint that it matched, if any
   */
  reportRejected(
    rejection: RejectionResponse,
    why: string,
    path: string,
    remoteAddress: string | undefined,
    endpoint: WebhookEndpoint = unknownEndpoint,
  ): void {
    const error = new RejectedError(rejection.code, rejection.status, why);
    this.options.send({
      type: "delivery.rejected",
      error,
      status: rejection.status,
      path: path.slice(0, LONGEST_REPORTED_PATH),
      ...(endpoint === unknownEndpoint ? {} : { route: endpoint.pattern }),
      remoteAddress,
    });
    // It fails every later delivery too, and `delivery.rejected` is no process warning.
    if (rejection === rejections.consumed) this.#warnOnce(error);
  }

  /** Sends the listener events of a `receive` that failed, which is a defect or a broken request. */
  reportFailed(
    thrown: unknown,
    path: string,
    remoteAddress: string | undefined,
    endpoint: WebhookEndpoint,
  ): void {
    const why = `A delivery to ${path.slice(0, LONGEST_REPORTED_PATH)} could not be received: ${messageOf(thrown)}`;
    this.reportRejected(rejections.failed, why, path, remoteAddress, endpoint);
    this.options.send({
      type: "warning",
      error: new EarshotError("ERR_RECEIVE_FAILED", why, { cause: thrown }),
    });
  }

  /** Reports that the application has responded in place of a mounted handler. */
  reportTaken(path: string): void {
    const why =
      `Something responded to ${path.slice(0, LONGEST_REPORTED_PATH)} before the listener. The sender does not see whether ` +
      "its delivery was stored, and one whose body was still arriving may be lost. Let the handler respond: in Fastify " +
      "call `reply.hijack()`, in Koa set `ctx.respond = false`; elsewhere wait until the response has ended.";
    this.#warnOnce(new EarshotError("ERR_RESPONSE_SENT", why));
  }

  #warnOnce(error: EarshotError): void {
    if (this.#warned.has(error.code)) return;
    this.#warned.add(error.code);
    this.options.send({ type: "warning", error });
  }
}

/** The reason in the listener event of a rejection that has no more particular one. */
export function rejectionDetail(rejection: RejectionResponse, endpoint: WebhookEndpoint): string {
  switch (rejection.code) {
    case "ERR_ROUTE_UNKNOWN":
      return "The listener has no route at this path.";
    case "ERR_METHOD":
      return `This path accepts only ${rejection.headers.allow ?? "another method"}.`;
    case "ERR_BODY_TOO_LARGE":
      return `The body is larger than the ${endpoint.maxBodyBytes} bytes that ${endpoint.pattern} accepts.`;
    case "ERR_BODY_ENCODING":
      return "The body is compressed.";
    case "ERR_LISTENER_STATE":
      return "The listener is stopping.";
    case "ERR_OVERLOADED":
      return `More requests are in flight than the server accepts${endpoint.working < endpoint.maxInFlight ? "" : ` at ${endpoint.pattern}`}.`;
    case "ERR_BODY_TIMEOUT":
      return "The request did not arrive within its time.";
    default:
      return "The request is malformed.";
  }
}

/** Whether `receive` has not responded yet. */
export function isPending(
  response: WebhookResponse | Promise<WebhookResponse>,
): response is Promise<WebhookResponse> {
  return typeof (response as Promise<WebhookResponse>).then === "function";
}
