import type { EarshotError } from "./base/errors.js";
import { ListenerEventEmitter } from "./base/listener-event-emitter.js";
import { CallbackIndex, hasMixedSenders } from "./callbacks/callback-index.js";
import { nameCheckOf } from "./callbacks/name-check.js";
import { CallbackRegistration } from "./callbacks/registration.js";
import { AppNames } from "./decode/app-names.js";
import { InboxHealth } from "./inbox/health.js";
import { memoryInbox } from "./inbox/memory/index.js";
import { KeptTriggers } from "./keep-enabled.js";
import { aboutOf, type ListenerHealth, type ListenerReadiness } from "./listener-health.js";
import type { PlatformAccess } from "./model/platform.js";
import { Monitoring } from "./monitoring/monitoring.js";
import { ListenerExpectations } from "./pipeline/expect.js";
import { Expectations } from "./pipeline/expectations.js";
import { Pipeline } from "./pipeline/pipeline.js";
import type { ListenerSettings } from "./settings/listener.js";
import { Transports } from "./transports/index.js";
import type { SharedConnections } from "./transports/websocket/shared-connection.js";
import { guardedSource } from "./verify/guard.js";
import { composio, standardWebhooks } from "./verify/index.js";

/** What the parts of a listener ask of it. */
export interface ListenerHooks {
  readonly health: () => ListenerHealth;
  /** Whether the next delivery would be stored. */
  readonly ready: () => Promise<ListenerReadiness>;
  /** Why `expect()` cannot store now; `undefined` if it can. */
  readonly expectBlocked: () => EarshotError | undefined;
  /** Resolves when the inbox is open; `undefined` before the start. */
  readonly opened: () => Promise<void> | undefined;
  /** The WebSocket failed permanently. */
  readonly fail: (error: EarshotError) => void;
}

/** The parts of a listener, connected. */
export type ListenerParts = ReturnType<typeof listenerParts>;

/**
 * Makes the parts of a listener and connects them. Nothing is opened yet.
 *
 * @throws EarshotError ERR_OPTION, ERR_NO_TRANSPORT
 */
export function listenerParts(
  settings: ListenerSettings,
  platform: PlatformAccess | undefined,
  connections: SharedConnections,
  hooks: ListenerHooks,
) {
  const { clock } = settings;
  const index = new CallbackIndex(hasMixedSenders(settings, platform));
  const events = new ListenerEventEmitter(clock);
  const send = events.send.bind(events);
  const inbox = settings.inbox ?? memoryInbox();
  const apps = new AppNames({ clock, platform: platform?.apps });
  const inboxHealth = new InboxHealth(inbox, clock, events);
  const stored = new Expectations({ inbox, settings, index, send });
  const expectations = new ListenerExpectations({
    expectations: stored,
    settings,
    index,
    blocked: hooks.expectBlocked,
    opened: hooks.opened,
    onAdded: () => pipeline.registered(),
  });
  const monitoring: Monitoring = new Monitoring({
    settings,
    platform,
    events,
    inbox,
    callbacks: index,
    gates: () => pipeline.gates,
    about: () => aboutOf(hooks.health(), callbacks.filters),
  });
  const pipeline: Pipeline = new Pipeline({
    settings,
    inbox,
    callbacks: index,
    events,
    apps,
    health: inboxHealth,
    expectations: stored,
    tracer: monitoring.tracer,
    delivered: monitoring.delivered,
  });
  const transports = new Transports({
    settings,
    platform,
    send,
    ready: hooks.ready,
    idle: () => pipeline.idle(),
    metrics: monitoring.exposition,
    receiver: monitoring.traced(pipeline.receiver),
    sources: {
      guarded: guardedSource,
      platform: composio,
      signed: (secrets, provider) => standardWebhooks({ secrets, provider }),
    },
    skipFrame: pipeline.skipFrame,
    setupEvents: () => index.triggerNames.setupEvents,
    connections,
    inbox,
    onFatal: hooks.fail,
    onSubscribed: (at) => {
      pipeline.store.subscribedAt = at;
    },
  });
  const kept = new KeptTriggers({ platform, clock, send });
  const nameCheck = nameCheckOf(platform, settings, send);
  const callbacks: CallbackRegistration = new CallbackRegistration({
    settings,
    durable: inbox.durable,
    index,
    apps,
    nameCheck,
    gates: pipeline.gates,
    sharedLimit: inbox.admit?.bind(inbox),
    send,
    onAdded: () => pipeline.registered(),
  });
  return {
    ...{ inbox, events, index, apps, inboxHealth, expectations, monitoring },
    ...{ pipeline, transports, kept, nameCheck, callbacks },
  };
}
