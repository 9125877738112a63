import type { EventRequest } from "./event-request.js";

/** A custom response to a stored delivery. */
export interface RouteResponse {
  /** 200 to 599. Default 200. */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: empty. */
  readonly body?: string | undefined;
}

/** The argument of a `respond` function. */
export interface StoredDelivery {
  /** `slack`, `twilio`, … */
  readonly provider: string;
  readonly request: EventRequest;
  /** The body as text, as it is stored. */
  readonly body: string;
  /** Whether it was stored before: a sender sends again what it thinks was not received. */
  readonly duplicate: boolean;
}

/**
 * The response of a route once the event is stored. Default: the one that the sender wants.
 *
 * - A function makes it. Where it throws, or makes none within 2.5 s, the default is sent.
 * - `"callback"` sends what the event's callback returns: a text as text, an object as JSON, `{ status, headers,
 *   body }` or a Fetch `Response` as it is. The default is sent where the callback returns nothing, fails, runs in
 *   another process, or takes longer than `withinMs`, default 2,500. It then still runs to its end.
 */
export type Respond =
  | ((delivery: StoredDelivery) => RouteResponse | undefined | Promise<RouteResponse | undefined>)
  | "callback"
  | { readonly fromCallback: true; readonly withinMs?: number | undefined };
