import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type Clock, sleep } from "../../base/clock.js";
import { DEV_HEADER, DEV_REPORTS_PATH } from "../../protocol/dev.js";
import { REQUEST_ID } from "../../protocol/headers.js";
import type { EventBus } from "../event-bus.js";
import type { CallFault, CallFaults } from "./call-faults.js";
import { errorBody, HttpProblem, JSON_TYPE } from "./http-problem.js";
import { foreignRequestReason } from "./same-origin.js";
import { rejectUpgrade } from "./server.js";

/** Paths of the local platform only: they require no API key, but a header that web pages cannot send. */
export const CONTROL_PATH = "/dev/";

export type RequestListener = (request: IncomingMessage, response: ServerResponse) => unknown;
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface GatewayOptions {
  readonly bus: EventBus;
  readonly faults: CallFaults;
  readonly clock: Clock;
  readonly newRequestId: () => string;
  readonly port: number;
  /** Aborted when the platform stops: a delayed response is dropped then. */
  readonly stopping: AbortSignal;
  /** Loads what serves requests, with the first of them. */
  readonly app: () => Promise<RequestListener>;
  /** Serves upgrade requests. */
  readonly upgrade: UpgradeListener;
}

/** Checks every request on Node's own objects: its origin first, then the faults that are set for calls. */
export class Gateway {
  readonly #options: GatewayOptions;
  #app: Promise<RequestListener> | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { bus, port, app } = this.#options;
    const method = request.method ?? "GET";
    const path = pathOfCall(request.url);
    this.#prepare(request, response, method, path);
    const message = foreignRequestReason(request, port);
    if (message !== undefined) {
      bus.emit({ type: "rejected", method, path, message });
      send(response, path, new HttpProblem(403, message, { headers: { connection: "close" } }));
      return;
    }
    const fault = path.startsWith(CONTROL_PATH) ? undefined : await this.#fault(method, path);
    if (fault === "drop") {
      request.socket.destroy();
      return;
    }
    if (fault?.status !== undefined) {
      const after = fault.retryAfter;
      const headers: Record<string, string> = after === undefined ? {} : { "retry-after": String(after) };
      send(
        response,
        path,
        new HttpProblem(fault.status, "Failed on purpose, by a fault that was set", { headers }),
      );
      return;
    }
    this.#app ??= app();
    (await this.#app)(request, response);
  }

  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (foreignRequestReason(request, this.#options.port) !== undefined) {
      rejectUpgrade(socket, 403);
      return;
    }
    const fault = await this.#fault("GET", pathOfCall(request.url));
    if (fault === "drop") socket.destroy();
    else if (fault?.status !== undefined) rejectUpgrade(socket, fault.status);
    else this.#options.upgrade(request, socket, head);
  }

  /** Sets the headers that every response has, and reports the call once its response was sent. */
  #prepare(request: IncomingMessage, response: ServerResponse, method: string, path: string): void {
    const { bus, clock, newRequestId } = this.#options;
    const startMs = clock.monotonic();
    const requestId = request.headers[REQUEST_ID]?.slice(0, 200).toString() ?? newRequestId();
    response.setHeader(REQUEST_ID, requestId.replace(/[^\x21-\x7e]/g, ""));
    response.setHeader("cache-control", "no-store");
    response.setHeader("x-content-type-options", "nosniff");
    if (path.startsWith("/api/")) response.setHeader(DEV_HEADER, DEV_REPORTS_PATH);
    response.on("finish", () => {
      const durationMs = clock.monotonic() - startMs;
      bus.emit({ type: "call", method, path, status: response.statusCode, durationMs });
    });
  }

  /** The fault of this call, after its delay; "drop" where the connection is to be cut. */
  async #fault(method: string, path: string): Promise<CallFault | "drop" | undefined> {
    const { faults, clock, stopping } = this.#options;
    const fault = faults.take(method, path);
    if (fault?.delayMs !== undefined) {
      await sleep(clock, fault.delayMs, stopping).catch(() => undefined);
      if (stopping.aborted) return "drop";
    }
    return fault?.drop === true ? "drop" : fault;
  }
}

/** The path of a request line, as it stands there. */
export function pathOfCall(url = "/"): string {
  return url.split(/[?#]/, 1)[0] ?? "/";
}

function send(response: ServerResponse, path: string, problem: HttpProblem): void {
  const body = errorBody(problem, path, String(response.getHeader(REQUEST_ID)));
  response.writeHead(problem.status, {
    "content-type": JSON_TYPE,
    "content-length": Buffer.byteLength(body),
    ...problem.details.headers,
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
