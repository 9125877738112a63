import type { MaybePromise } from "../base/maybe-promise.js";
import type { Delivery, DeliveryWatch } from "../model/delivery.js";
import type { ReceiveSpan, Tracer } from "../model/monitor.js";
import type { Route } from "../model/route.js";
import type { Receiver } from "../pipeline/receive.js";

export type Entrances = Pick<Receiver, "webhook" | "webSocket" | "backfill" | "listed">;

/** What a {@link watchedReceiver} reports to. */
export interface ReceiverWatch {
  readonly tracers: readonly Tracer[];
  readonly delivered: (source: string, provider: string, outcome: string) => void;
}

const PLATFORM = "composio";

/** The entrances of the pipeline, with a span and a count of each delivery. Without monitors, they are used as they are. */
export function watchedReceiver(receiver: Entrances, watching: ReceiverWatch): Entrances {
  return watching.tracers.length === 0 ? counted(receiver, watching) : traced(receiver, watching);
}

/** Without spans. This runs for every delivery: no closure where it can be done without. */
function counted(receiver: Entrances, { delivered }: ReceiverWatch): Entrances {
  const begin = (delivery: Delivery): DeliveryWatch => {
    const watch: DeliveryWatch = { traceparent: undefined };
    delivery.watch = watch;
    return watch;
  };
  const end = <Result>(
    { source }: Delivery,
    provider: string,
    watch: DeliveryWatch,
    result: MaybePromise<Result>,
  ): MaybePromise<Result> => {
    const count = () => {
      if (watch.outcome !== undefined) delivered(source, provider, watch.outcome);
    };
    if (result instanceof Promise) {
      // The caller gets the same promise, with its rejection.
      result.then(count, count);
      return result;
    }
    count();
    return result;
  };
  return {
    webhook(delivery, route) {
      const watch = begin(delivery);
      return end(delivery, route.source.provider, watch, receiver.webhook(delivery, route));
    },
    webSocket(delivery) {
      const watch = begin(delivery);
      return end(delivery, PLATFORM, watch, receiver.webSocket(delivery));
    },
    backfill(delivery) {
      const watch = begin(delivery);
      return end(delivery, PLATFORM, watch, receiver.backfill(delivery));
    },
    listed(delivery, facts, route) {
      const watch = begin(delivery);
      return end(delivery, facts.provider, watch, receiver.listed(delivery, facts, route));
    },
  };
}

function traced(receiver: Entrances, { tracers, delivered }: ReceiverWatch): Entrances {
  const watched = <Result>(
    delivery: Delivery,
    provider: string,
    route: Route | undefined,
    receive: () => MaybePromise<Result>,
  ): MaybePromise<Result> => {
    const { source, http } = delivery;
    const traceparent = route === undefined ? undefined : textOf(http?.header("traceparent"));
    const facts = { source, provider, route: http?.route, traceparent };
    const spans: readonly ReceiveSpan[] = tracers.map((tracer) => tracer.receive(facts));
    const watch: DeliveryWatch = { traceparent: spans.find((span) => span.traceparent)?.traceparent };
    const end = (result?: Result) => {
      for (const span of spans) span.end(watch.outcome ?? (isHandshake(result) ? "handshake" : undefined));
      // Rejected deliveries and handshakes have no outcome here: the former are counted by their listener event.
      if (watch.outcome !== undefined) delivered(source, provider, watch.outcome);
    };
    delivery.watch = watch;
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
  };
  return {
    webhook: (delivery, route) =>
      watched(delivery, route.source.provider, route, () => receiver.webhook(delivery, route)),
    webSocket: (delivery) => watched(delivery, PLATFORM, undefined, () => receiver.webSocket(delivery)),
    backfill: (delivery) => watched(delivery, PLATFORM, undefined, () => receiver.backfill(delivery)),
    listed: (delivery, facts, route) =>
      watched(delivery, facts.provider, undefined, () => receiver.listed(delivery, facts, route)),
  };
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
