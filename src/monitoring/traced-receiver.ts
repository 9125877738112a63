import type { MaybePromise } from "../base/maybe-promise.js";
import type { Delivery, DeliveryWatch } from "../model/delivery.js";
import type { ReceiveSpan, Tracer } from "../model/monitor.js";
import type { Receiver } from "../pipeline/receive.js";

export type Entrances = Pick<Receiver, "webhook" | "webSocket" | "backfill" | "listed">;

const PLATFORM = "composio";

/** The entrances of the pipeline, with a span of each delivery. */
export function tracedReceiver(receiver: Entrances, tracers: readonly Tracer[]): Entrances {
  /** Begins the spans. @returns those that are recorded, if any */
  const begin = (
    delivery: Delivery,
    provider: string,
    sent: string | undefined,
  ): readonly ReceiveSpan[] | undefined => {
    const facts = { source: delivery.source, provider, route: delivery.http?.route, traceparent: sent };
    let recorded: ReceiveSpan[] | undefined;
    let link: string | undefined;
    let unrecorded: string | undefined;
    for (const tracer of tracers) {
      const span = tracer.receive(facts);
      if (span.end === undefined) unrecorded ??= span.traceparent;
      else {
        link ??= span.traceparent;
        recorded ??= [];
        recorded.push(span);
      }
    }
    delivery.traceparent = link ?? unrecorded;
    return recorded;
  };
  return {
    webhook(delivery, route) {
      const { provider } = route.source;
      const spans = begin(delivery, provider, textOf(delivery.http?.header("traceparent")));
      if (spans === undefined) return receiver.webhook(delivery, route);
      return recording(delivery, spans, () => receiver.webhook(delivery, route));
    },
    webSocket(delivery) {
      const spans = begin(delivery, PLATFORM, undefined);
      if (spans === undefined) return receiver.webSocket(delivery);
      return recording(delivery, spans, () => receiver.webSocket(delivery));
    },
    backfill(delivery) {
      const spans = begin(delivery, PLATFORM, undefined);
      if (spans === undefined) return receiver.backfill(delivery);
      return recording(delivery, spans, () => receiver.backfill(delivery));
    },
    listed(delivery, facts, route) {
      const spans = begin(delivery, facts.provider, undefined);
      if (spans === undefined) return receiver.listed(delivery, facts, route);
      return recording(delivery, spans, () => receiver.listed(delivery, facts, route));
    },
  };
}

/** Ends the spans with what receiving comes to. */
function recording<Result>(
  delivery: Delivery,
  spans: readonly ReceiveSpan[],
  receive: () => MaybePromise<Result>,
): MaybePromise<Result> {
  const watch: DeliveryWatch = { outcome: undefined };
  delivery.watch = watch;
  const end = (result?: Result) => {
    // Rejected deliveries and handshakes have no outcome: the former are counted by their listener event.
    for (const span of spans) span.end?.(watch.outcome ?? (isHandshake(result) ? "handshake" : undefined));
  };
  try {
    const result = receive();
    if (!(result instanceof Promise)) {
      end(result);
      return result;
    }
    return result.then(
      (settled) => {
        end(settled);
        return settled;
      },
      (thrown: unknown) => {
        end();
        throw thrown;
      },
    );
  } catch (thrown) {
    end();
    throw thrown;
  }
}

/** Several tracers as one: the first is the outermost. */
export function tracerOf(tracers: readonly Tracer[]): Tracer | undefined {
  const [first, ...rest] = tracers;
  if (first === undefined) return undefined;
  const inner = tracerOf(rest);
  if (inner === undefined) return first;
  return {
    receive: (facts) => first.receive(facts),
    attempt: (facts, run) => first.attempt(facts, () => inner.attempt(facts, run)),
  };
}

/** The response to a sender's set-up request: there is no event, and nothing has failed. */
function isHandshake(result: unknown): boolean {
  const { status } = (result ?? {}) as { readonly status?: unknown };
  return typeof status === "number" && status < 400;
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" ? header : undefined;
}
