import { EarshotError, type ErrorCode, messageOf, RejectedError } from "../../base/errors.js";
import type { Answer } from "../../model/source.js";
import { probe, type Refusal, refusals } from "./responses.js";
import { Deadlines } from "./deadlines.js";
import type { DoorOptions } from "./door.js";
import { Load } from "./admission-control.js";
import { nowhere, type Route, RouteTable } from "./endpoints.js";

/** A path in a report is for reading; a sender could make it as long as its headers may be. */
const LONGEST_REPORTED_PATH = 256;
const RESPONSE_TIMEOUT_MS = 15_000;
const DEFAULT_HELD_BYTES = 64 * 1024 * 1024;

/** What both handlers, the one of Node and the one of Fetch, stand on. It has nothing of either. */
export class Core {
  readonly options: DoorOptions;
  readonly routes: RouteTable;
  readonly load: Load;
  /** Deliveries whose answer is awaited, each as what answers it when it is late. */
  readonly awaited: Deadlines<() => void>;
  #warned = new Set<ErrorCode>();

  /** @throws EarshotError ERR_OPTION */
  constructor(options: DoorOptions) {
    const { limits } = options;
    this.options = options;
    this.routes = new RouteTable(options.routes, limits.maxBodyBytes);
    this.awaited = new Deadlines(options.clock, this.#responseTimeoutMs, (onLate) => onLate());
    this.load = new Load(options.clock, {
      bodyTimeoutMs: limits.bodyTimeoutMs,
      maxInFlight: limits.maxInFlight,
      maxHeldBytes: Math.max(limits.maxHeldBytes ?? DEFAULT_HELD_BYTES, 4 * this.routes.largestBodyBytes),
    });
  }

  get #responseTimeoutMs(): number {
    return this.options.limits.responseTimeoutMs ?? RESPONSE_TIMEOUT_MS;
  }

  whyLate(): string {
    return `The delivery was not stored within the \`responseTimeoutMs\` of ${this.#responseTimeoutMs}. It may still be.`;
  }

  /** The answer to a health probe; `undefined` where the path is none of a probe's, or a route of the user's. */
  probe(path: string, method: string): Answer | Promise<Answer> | undefined {
    return probe(path, method, () => !this.load.closing && this.options.ready());
  }

  /**
   * The look at a request's head, before any of its body is read.
   *
   * @param contentLength `undefined` where the head does not say
   */
  check(
    route: Route,
    method: string,
    contentLength: number | undefined,
    contentEncoding: string | null | undefined,
  ): Refusal | undefined {
    if (!route.methods.includes(method)) return route.wrongMethod;
    if (contentEncoding && String(contentEncoding).toLowerCase() !== "identity") return refusals.encoded;
    if (contentLength !== undefined) {
      if (contentLength > route.maxBodyBytes) return refusals.tooLarge;
      if (Number.isNaN(contentLength)) return refusals.malformed;
    }
    if (this.load.closing) return refusals.closing;
    return this.full(route) ? refusals.overloaded : undefined;
  }

  /** Whether there is no place for another delivery. */
  full(route: Route): boolean {
    return this.load.full || route.working >= route.maxInFlight;
  }

  startWork(route: Route): void {
    route.working += 1;
    this.load.startWork();
  }

  endWork(route: Route): void {
    route.working -= 1;
    this.load.endWork();
  }

  /**
   * ListenerEvents that a request was turned away.
   *
   * @param why more than the sender is told
   * @param route the route that it matched, if any
   */
  refused(
    refusal: Refusal,
    why: string,
    path: string,
    remoteAddress: string | undefined,
    route: Route = nowhere,
  ): void {
    const error = new RejectedError(refusal.code, refusal.status, why);
    this.options.send({
      type: "delivery.rejected",
      error,
      status: refusal.status,
      path: path.slice(0, LONGEST_REPORTED_PATH),
      ...(route === nowhere ? {} : { route: route.pattern }),
      remoteAddress,
    });
    // Wrong for every delivery to come, and nobody need listen for refusals: say it once where it is seen.
    if (refusal === refusals.consumed) this.#warnOnce(error);
  }

  /** ListenerEvents that `receive` failed, which it should not. */
  failed(thrown: unknown, path: string, remoteAddress: string | undefined, route: Route): void {
    const why = `A delivery to ${path.slice(0, LONGEST_REPORTED_PATH)} could not be taken: ${messageOf(thrown)}`;
    this.refused(refusals.failed, why, path, remoteAddress, route);
    this.options.send({
      type: "warning",
      error: new EarshotError("ERR_RECEIVE_FAILED", why, { cause: thrown }),
    });
  }

  #warnOnce(error: EarshotError): void {
    if (this.#warned.has(error.code)) return;
    this.#warned.add(error.code);
    this.options.send({ type: "warning", error });
  }
}

/** What a refusal's report says where there is nothing particular to say. */
export function whyRefused(refusal: Refusal, route: Route): string {
  switch (refusal.code) {
    case "ERR_ROUTE_UNKNOWN":
      return "The listener has no route at this path.";
    case "ERR_METHOD":
      return `This path takes ${refusal.headers.allow ?? "another method"} alone.`;
    case "ERR_BODY_TOO_LARGE":
      return `The body is larger than the ${route.maxBodyBytes} bytes that ${route.pattern} takes.`;
    case "ERR_BODY_ENCODING":
      return "The body is compressed.";
    case "ERR_LISTENER_STATE":
      return "The listener is stopping.";
    case "ERR_OVERLOADED":
      return `More requests are in flight than the door takes${route.working < route.maxInFlight ? "" : ` at ${route.pattern}`}.`;
    case "ERR_BODY_TIMEOUT":
      return "The request did not arrive within its time.";
    default:
      return "The request is malformed.";
  }
}

const DIGITS = /^\d+$/;

/** `NaN` where the header is there but no length; HTTP/1 servers refuse that before us, others need not. */
export function contentLengthOf(header: string | null | undefined): number | undefined {
  if (header === undefined || header === null) return undefined;
  return DIGITS.test(header) ? Number(header) : Number.NaN;
}

/** Whether `receive` has to be waited for. */
export function isPromise(answer: Answer | Promise<Answer>): answer is Promise<Answer> {
  return typeof (answer as Promise<Answer>).then === "function";
}
