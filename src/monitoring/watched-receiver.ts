import type { MaybePromise } from "../base/maybe-promise.js";
import type { Delivery, DeliveryWatch } from "../model/delivery.js";
import type { ReceiveSpan, Tracer } from "../model/monitor.js";
import type { Receiver } from "../pipeline/receive.js";

export type Entrances = Pick<Receiver, "webhook" | "webSocket" | "backfill" | "listed">;

/** What a {@link watchedReceiver} reports to. */
export interface ReceiverWatch {
  readonly tracers: readonly Tracer[];
  /** Counts a delivery; absent without metrics. */
  readonly delivered: ((source: string, provider: string, outcome: string) => void) | undefined;
}

const PLATFORM = "composio";

/** The entrances of the pipeline, with a span and a count of each delivery. Without monitors, they are used as they are. */
export function watchedReceiver(receiver: Entrances, watching: ReceiverWatch): Entrances {
  const { delivered, tracers } = watching;
  const unrecorded = delivered === undefined ? receiver : counted(receiver, delivered);
  return tracers.length === 0 ? unrecorded : traced(receiver, watching, unrecorded);
}

/** Without spans. This runs for every delivery: where the result is there at once, it makes no closure. */
function counted(receiver: Entrances, delivered: NonNullable<ReceiverWatch["delivered"]>): Entrances {
  const begin = (delivery: Delivery): DeliveryWatch => {
    // Where traces are on, too, the delivery has one.
    const watch: DeliveryWatch = delivery.watch ?? { traceparent: undefined };
    delivery.watch = watch;
    return watch;
  };
  const count = (source: string, provider: string, { outcome }: DeliveryWatch) => {
    if (outcome !== undefined) delivered(source, provider, outcome);
  };
  const end = <Result>(
    { source }: Delivery,
    provider: string,
    watch: DeliveryWatch,
    result: MaybePromise<Result>,
  ): MaybePromise<Result> => {
    if (result instanceof Promise) countLater(result, () => count(source, provider, watch));
    else count(source, provider, watch);
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

/** The caller gets the same promise, with its rejection. */
function countLater(result: Promise<unknown>, count: () => void): void {
  result.then(count, count);
}

/** @param unrecorded receives what is sampled out */
function traced(
  receiver: Entrances,
  { tracers, delivered }: ReceiverWatch,
  unrecorded: Entrances,
): Entrances {
  /** Begins the spans. @returns those that are recorded, if any */
  const spansOf = (delivery: Delivery, provider: string, traceparent: string | undefined) => {
    const facts = { source: delivery.source, provider, route: delivery.http?.route, traceparent };
    let recorded: ReceiveSpan[] | undefined;
    let first: string | undefined;
    for (const tracer of tracers) {
      const span = tracer.receive(facts);
      first ??= span.traceparent;
      if (span.end === undefined) continue;
      recorded ??= [];
      recorded.push(span);
    }
    if (first !== undefined || recorded !== undefined) {
      const link = recorded?.find((span) => span.traceparent)?.traceparent ?? first;
      delivery.watch = { traceparent: link };
    }
    return recorded;
  };
  const watched = <Result>(
    delivery: Delivery,
    provider: string,
    spans: readonly ReceiveSpan[],
    receive: () => MaybePromise<Result>,
  ): MaybePromise<Result> => {
    const watch: DeliveryWatch = delivery.watch ?? { traceparent: undefined };
    delivery.watch = watch;
    const end = (result?: Result) => {
      for (const span of spans) span.end?.(watch.outcome ?? (isHandshake(result) ? "handshake" : undefined));
      // Rejected deliveries and handshakes have no outcome here: the former are counted by their listener event.
      if (watch.outcome !== undefined) delivered?.(delivery.source, provider, watch.outcome);
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
  };
  return {
    webhook(delivery, route) {
      const { provider } = route.source;
      const spans = spansOf(delivery, provider, textOf(delivery.http?.header("traceparent")));
      if (spans === undefined) return unrecorded.webhook(delivery, route);
      return watched(delivery, provider, spans, () => receiver.webhook(delivery, route));
    },
    webSocket(delivery) {
      const spans = spansOf(delivery, PLATFORM, undefined);
      if (spans === undefined) return unrecorded.webSocket(delivery);
      return watched(delivery, PLATFORM, spans, () => receiver.webSocket(delivery));
    },
    backfill(delivery) {
      const spans = spansOf(delivery, PLATFORM, undefined);
      if (spans === undefined) return unrecorded.backfill(delivery);
      return watched(delivery, PLATFORM, spans, () => receiver.backfill(delivery));
    },
    listed(delivery, facts, route) {
      const spans = spansOf(delivery, facts.provider, undefined);
      if (spans === undefined) return unrecorded.listed(delivery, facts, route);
      return watched(delivery, facts.provider, spans, () => receiver.listed(delivery, facts, route));
    },
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
