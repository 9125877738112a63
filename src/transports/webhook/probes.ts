import type { WebhookResponse } from "../../model/source.js";
import { methodNotAllowed } from "./responses.js";

/** What the probes of orchestrators, load balancers and Prometheus request. */
const LIVE_PATH = "/healthz";
const READY_PATH = "/readyz";
const METRICS_PATH = "/metrics";

/** Whether deliveries can be stored now. */
export interface ServerReadiness {
  readonly ready: boolean;
  /** For people. Any client can read it: it names no host and no file. */
  readonly reason?: string | undefined;
  /** The parts that it consists of, as JSON. */
  readonly checks?: Readonly<Record<string, unknown>> | undefined;
}

/** The metrics of the process in a text format. */
export interface Exposition {
  /** The media type of the text. */
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

/** What the probes read. */
export interface ProbeSources {
  ready(): boolean | Promise<ServerReadiness>;
  /** Milliseconds by which the event loop was late of late; `isStuck` where that is too long. Absent: not measured. */
  readonly loop?: (() => { readonly delayMs: number; readonly isStuck: boolean }) | undefined;
  /** Absent: there is no `/metrics`. */
  readonly metrics?: Exposition | undefined;
}

const JSON_TYPE = Object.freeze({ "content-type": "application/json" });
/** Clients read it as: ask again. */
const SOON = { "retry-after": "1" };

const probeMethod: WebhookResponse = methodNotAllowed(["GET", "HEAD"]);

/** The response to a probe; `undefined` where the path is none. Never rejects. */
export function probe(
  path: string,
  method: string,
  sources: ProbeSources,
): WebhookResponse | Promise<WebhookResponse> | undefined {
  const isMetrics = path === METRICS_PATH && sources.metrics !== undefined;
  if (path !== LIVE_PATH && path !== READY_PATH && !isMetrics) return undefined;
  if (method !== "GET" && method !== "HEAD") return probeMethod;
  if (sources.metrics !== undefined && isMetrics) return exposed(sources.metrics);
  if (path === LIVE_PATH) return liveness(sources.loop?.());
  const readiness = sources.ready();
  if (typeof readiness === "boolean") return readinessResponse({ ready: readiness });
  return readiness.then(readinessResponse, () =>
    readinessResponse({ ready: false, reason: "Whether the listener is ready could not be found out." }),
  );
}

/** A process whose loop is blocked again and again is to be restarted: nothing in it runs in time. */
function liveness(loop: ReturnType<NonNullable<ProbeSources["loop"]>> | undefined): WebhookResponse {
  if (loop === undefined) return json(200, { status: "ok" });
  const eventLoop = { delayMs: Math.round(loop.delayMs) };
  return loop.isStuck ? json(503, { status: "stuck", eventLoop }) : json(200, { status: "ok", eventLoop });
}

function readinessResponse({ ready, reason, checks }: ServerReadiness): WebhookResponse {
  if (ready) return json(200, { status: "ready", checks });
  const message = reason ?? "The listener is not receiving yet, or no longer.";
  return json(503, { status: "not ready", error: { code: "not_ready", message }, checks }, SOON);
}

/** @returns 500 where the metrics cannot be read: Prometheus then marks the target as down */
export async function exposed({ contentType, text }: Exposition): Promise<WebhookResponse> {
  try {
    return { status: 200, headers: { "content-type": contentType }, body: await text() };
  } catch {
    return json(500, { error: { code: "internal", message: "The metrics could not be read." } });
  }
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): WebhookResponse {
  return { status, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) };
}
