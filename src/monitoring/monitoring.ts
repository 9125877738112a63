import type { Clock } from "../base/clock.js";
import type { ListenerEventEmitter } from "../base/listener-event-emitter.js";
import type { CallbackIndex } from "../callbacks/callback-index.js";
import type { CallbackGates } from "../callbacks/gates.js";
import type { Inbox } from "../inbox/contract.js";
import type { GaugeReading, ListenerMonitor, Meters, Tracer } from "../model/monitor.js";
import type { PlatformAccess } from "../model/platform.js";
import type { Receiver, ReceiverOptions } from "../pipeline/receive.js";
import type { ListenerSettings } from "../settings/listener.js";
import { AlertManager } from "./alerts/alert-manager.js";
import { DevReporter, type DevReporterOptions } from "./dev-reporter.js";
import { logListenerEvents } from "./logger.js";
import { labelOfCallback, MetricRecorder } from "./metric-recorder.js";
import { type Entrances, tracedReceiver, tracerOf } from "./traced-receiver.js";

/** What {@link Monitoring} takes. */
export interface MonitoringOptions {
  readonly settings: ListenerSettings;
  readonly platform: PlatformAccess | undefined;
  readonly events: ListenerEventEmitter;
  readonly inbox: Inbox;
  readonly callbacks: CallbackIndex;
  readonly gates: () => CallbackGates;
  /** The listener's description, for the local platform's dashboard. */
  readonly about: DevReporterOptions["about"];
}

/** The platform's own webhooks, and paths of no route. */
const PLATFORM = "composio";

/** Everything that watches a listener: logger, metrics, traces, alerts, the local platform's dashboard. */
export class Monitoring {
  /** Runs callbacks in spans, and for the local platform; absent where neither is there. */
  readonly tracer: Tracer | undefined;
  readonly #options: MonitoringOptions;
  readonly #monitors: readonly ListenerMonitor[];
  readonly #recorders: readonly MetricRecorder[];
  readonly #alerts: AlertManager | undefined;
  /** Absent without a platform that might be the local one. */
  readonly #dev: DevReporter | undefined;
  #gauges: (() => void)[] = [];

  constructor(options: MonitoringOptions) {
    const { settings, platform, events, inbox, callbacks, about } = options;
    const { clock, logger, alerts } = settings;
    this.#options = options;
    this.#monitors = settings.monitors ?? platform?.monitors ?? [];
    this.#recorders = this.#meters.map((meters) => {
      const isKnownTrigger = (name: string) => callbacks.triggerNames.has(name, 0, name.length);
      return new MetricRecorder({
        meters,
        inboxKind: inbox.kind,
        isKnownTrigger,
        providerOf: providersOf(settings),
      });
    });
    for (const recorder of this.#recorders) events.count(recorder, recorder.record);
    if (logger !== undefined) {
      events.tap(logListenerEvents(logger));
      events.silenceWarnings();
    }
    const send = events.send.bind(events);
    this.#alerts = alerts && new AlertManager({ settings: alerts, clock, inbox, send });
    if (this.#alerts !== undefined) events.tap(this.#alerts.add);
    this.#dev = platform?.dev && new DevReporter({ target: platform.dev, clock, events, about });
    // The innermost, so that a span is the parent of what the callback makes.
    this.tracer = tracerOf([...this.#tracers, this.#dev?.tracer].flatMap((tracer) => tracer ?? []));
  }

  get #tracers(): readonly Tracer[] {
    return this.#monitors.flatMap(({ tracer }) => tracer ?? []);
  }

  get #meters(): readonly Meters[] {
    return this.#monitors.flatMap(({ meters }) => meters ?? []);
  }

  /** What `/metrics` responds: of the first monitor that has a text form. */
  get exposition(): ListenerMonitor["exposition"] {
    return this.#monitors.find(({ exposition }) => exposition !== undefined)?.exposition;
  }

  /** Counts verified deliveries; absent without metrics. */
  get delivered(): ReceiverOptions["delivered"] {
    const recorders = this.#recorders;
    if (recorders.length === 0) return undefined;
    return (source, provider, outcome) => {
      for (const recorder of recorders) recorder.delivered(source, provider, outcome);
    };
  }

  /** The entrances of the pipeline. Without traces they are returned as they are. */
  traced(receiver: Receiver): Entrances {
    const tracers = this.#tracers;
    return tracers.length === 0 ? receiver : tracedReceiver(receiver, tracers);
  }

  /** To be called when the inbox is open, and before the first delivery. */
  async prepare(): Promise<void> {
    this.#dev?.prepare();
    await this.#alerts?.start();
    this.#gauges = this.#meters.flatMap((meters) => this.#measure(meters));
  }

  /** To be called when all transports receive. */
  start(): void {
    this.#dev?.start();
  }

  /** To be called before the inbox is closed. */
  async stop(): Promise<void> {
    for (const remove of this.#gauges.splice(0)) remove();
    await this.#alerts?.stop();
    await this.#dev?.stop();
  }

  #measure(meters: Meters): (() => void)[] {
    const { inbox, gates, settings } = this.#options;
    const alerts = this.#alerts;
    const kind = inbox.kind;
    return [
      meters.gauge("records", inbox, async () => {
        const counts = await inbox.counts();
        const states = ["waiting", "running", "dead", "unmatched"] as const;
        return states.map((state) => ({ labels: { inbox: kind, state }, value: counts[state] }));
      }),
      ...(inbox.oldestPending === undefined
        ? []
        : [
            meters.gauge("oldest", inbox, async () => {
              const since = await inbox.oldestPending?.();
              return [{ labels: { inbox: kind }, value: ageSeconds(settings.clock, since) }];
            }),
          ]),
      meters.gauge("paused", this, () => pausedReadings(gates().paused)),
      ...(alerts === undefined
        ? []
        : [
            meters.gauge("alerts", alerts, () =>
              [...alerts.states].map(([alert, isRaised]) => ({ labels: { alert }, value: isRaised ? 1 : 0 })),
            ),
          ]),
    ];
  }
}

function pausedReadings(names: readonly string[]): readonly GaugeReading[] {
  const labels = new Set(names.map(labelOfCallback));
  return [...labels].map((callback) => ({ labels: { callback }, value: 1 }));
}

function ageSeconds(clock: Clock, since: number | undefined): number {
  return since === undefined ? 0 : Math.max(0, clock.now() - since) / 1000;
}

function providersOf({ webhook }: ListenerSettings): (route: string | undefined) => string {
  const providers = new Map(
    [...(webhook?.routes ?? [])].map(([path, { source }]) => [path, source.provider]),
  );
  if (webhook !== undefined) providers.set(webhook.path, providers.get(webhook.path) ?? PLATFORM);
  return (route) => (route === undefined ? "none" : (providers.get(route) ?? "none"));
}
