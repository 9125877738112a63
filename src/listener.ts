import { EarshotError } from "./base/errors.js";
import { ListenerEventEmitter } from "./base/listener-event-emitter.js";
import type { ListenerEvent, ListenerEventOf, ListenerEventType } from "./base/listener-events.js";
import type { CallbackOptions, Handler } from "./callbacks/callback.js";
import { CallbackIndex, hasMixedSenders } from "./callbacks/callback-index.js";
import { type CallbackDecorator, checked, decorator } from "./callbacks/decorate.js";
import { openStream } from "./callbacks/event-stream.js";
import type { EventFor, EventWith, FilterInput } from "./callbacks/filter.js";
import { type NameCheck, nameCheckOf } from "./callbacks/name-check.js";
import { parseFilter } from "./callbacks/parse-filter.js";
import { CallbackRegistration } from "./callbacks/registration.js";
import { waitForEvent } from "./callbacks/wait-for-event.js";
import { AppNames } from "./decode/app-names.js";
import type { Inbox } from "./inbox/contract.js";
import { InboxHealth, type Readiness } from "./inbox/health.js";
import { memoryInbox } from "./inbox/memory/index.js";
import {
  aboutOf,
  blocked,
  healthOf,
  type ListenerHealth,
  type ListenerState,
  readinessOf,
} from "./listener-health.js";
import type { TriggerEvent } from "./model/event.js";
import type { PlatformAccess } from "./model/platform.js";
import type { StandardSchema } from "./model/standard-schema.js";
import { DevReporter } from "./monitoring/dev-reporter.js";
import { claimName, releaseName, successorOf } from "./named-listeners.js";
import { type ExpectOptions, ListenerExpectations } from "./pipeline/expect.js";
import { Expectations } from "./pipeline/expectations.js";
import { Pipeline } from "./pipeline/pipeline.js";
import {
  inboxContext,
  type ListenerOptions,
  type ListenerSettings,
  listenerSettings,
  stopTimeoutMs,
} from "./settings/listener.js";
import { Transports } from "./transports/index.js";
import type { FetchHandler } from "./transports/webhook/fetch-handler.js";
import { mountedHandlers } from "./transports/webhook/mounted-handlers.js";
import type { NodeHandler } from "./transports/webhook/node-handler.js";
import { SharedConnections } from "./transports/websocket/shared-connection.js";
import { guardedSource } from "./verify/guard.js";
import { composio } from "./verify/index.js";
import { receivingOf, untilEnded } from "./wait-forever.js";

/**
 * Receives events over the WebSocket, webhooks or both, and runs the callbacks whose filter matches.
 *
 * Made by `toolset.createTriggerListener()`. A `new TriggerListener({ webhook: { routes } })` needs no key.
 */
export class TriggerListener {
  /** The stored events: find, replay, drop. */
  readonly inbox: Inbox;
  /** Expected events: handlers, list, cancel. See `expect`. */
  readonly expectations: ListenerExpectations;
  readonly #settings: ListenerSettings;
  readonly #events: ListenerEventEmitter;
  readonly #index: CallbackIndex;
  readonly #apps: AppNames;
  readonly #transports: Transports;
  readonly #pipeline: Pipeline;
  readonly #inboxHealth: InboxHealth;
  /** Absent without a platform that might be the local one. */
  readonly #dev: DevReporter | undefined;
  readonly #nameCheck: NameCheck | undefined;
  readonly #callbacks: CallbackRegistration;
  /** Open `events()` loops and `once()` waits: they end with the listener. */
  readonly #streams = new Set<{ close(): void }>();
  readonly #ended: Promise<void>;
  #end: (error?: EarshotError) => void = () => undefined;
  #state: ListenerState = "new";
  #starting: Promise<void> | undefined;
  #inboxOpened: Promise<void> | undefined;
  /** Resolves when the listener of the same name before this one has stopped. */
  #predecessor: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  /**
   * @param platform the access of a toolset; absent without one
   * @throws EarshotError ERR_OPTION, ERR_NO_TRANSPORT
   */
  constructor(
    options: ListenerOptions = {},
    platform?: PlatformAccess,
    connections = new SharedConnections(),
  ) {
    const settings = listenerSettings(options);
    this.#settings = settings;
    this.#index = new CallbackIndex(hasMixedSenders(settings, platform));
    this.#events = new ListenerEventEmitter(settings.clock);
    const send = this.#events.send.bind(this.#events);
    this.inbox = settings.inbox ?? memoryInbox();
    this.#apps = new AppNames({ clock: settings.clock, platform: platform?.apps });
    this.#inboxHealth = new InboxHealth(this.inbox, settings.clock, this.#events);
    const expectations = new Expectations({ inbox: this.inbox, settings, index: this.#index, send });
    this.expectations = new ListenerExpectations({
      expectations,
      settings,
      index: this.#index,
      blocked: () => blocked(this.#state, "expect()")?.error,
      opened: () => this.#inboxOpened ?? this.#starting,
      onAdded: () => this.#pipeline.registered(),
    });
    this.#pipeline = new Pipeline({
      settings,
      inbox: this.inbox,
      expectations,
      callbacks: this.#index,
      events: this.#events,
      apps: this.#apps,
      health: this.#inboxHealth,
    });
    this.#transports = new Transports({
      settings,
      platform,
      send,
      ready: () => this.#ready(),
      idle: () => this.#pipeline.idle(),
      receiver: this.#pipeline.receiver,
      sources: { guarded: guardedSource, platform: composio },
      skipFrame: this.#pipeline.skipFrame,
      connections,
      inbox: this.inbox,
      onFatal: (error) => this.#fail(error),
      onSubscribed: (at) => {
        this.#pipeline.store.subscribedAt = at;
      },
    });
    this.#dev =
      platform?.dev &&
      new DevReporter({
        target: platform.dev,
        clock: settings.clock,
        events: this.#events,
        about: () => aboutOf(this.health(), this.#callbacks.filters),
      });
    this.#nameCheck = nameCheckOf(platform, settings, send);
    this.#callbacks = new CallbackRegistration({
      settings,
      durable: this.inbox.durable,
      index: this.#index,
      apps: this.#apps,
      nameCheck: this.#nameCheck,
      onAdded: () => this.#pipeline.registered(),
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#end = (error) => (error === undefined ? resolve() : reject(error));
    });
    // Without `waitForever()`, the listener event "websocket.failed" has the error.
    this.#ended.catch(() => undefined);
    if (settings.name !== undefined) this.#predecessor = claimName(settings.name, this);
  }

  /**
   * Registers a callback. Callbacks run concurrently, also those of one event; `orderBy` and `concurrency` limit that.
   *
   * A callback that throws or rejects is retried with backoff, alone: 5 attempts by default, with pauses of up to 1 s
   * that double up to 300 s. After the last one the event is dead-lettered. See `CallbackOptions.retry`.
   *
   * @param filter a trigger name, several, or a filter
   * @param handler called with each event; with no handler, a decorator or wrapper is returned
   * @returns a function that removes the callback
   * @throws EarshotError ERR_FILTER, ERR_CALLBACK
   */
  callback<const W extends FilterInput, Schema extends StandardSchema | undefined = undefined>(
    filter: W,
    handler: Handler<EventWith<NoInfer<W>, Schema>>,
    options?: CallbackOptions<Schema, EventFor<NoInfer<W>>>,
  ): () => void;
  callback<const W extends FilterInput>(filter: W): CallbackDecorator<EventFor<W>>;
  callback(
    input: FilterInput,
    ...rest: [handler?: Handler<never>, options?: CallbackOptions]
  ): (() => void) | CallbackDecorator<never> {
    const filter = parseFilter(input);
    // `callback(name, undefined)` is a mistake to report, not a decorator to return.
    if (rest.length === 0) return decorator<never>((fn) => this.#callbacks.add(filter, fn as Handler));
    return this.#callbacks.add(filter, checked<TriggerEvent>(rest[0]), rest[1]);
  }

  /**
   * Waits for one event. The listener has to be started, or `start()` has to be called in the same turn.
   *
   * @param options.timeoutMs milliseconds; default: no limit
   * @throws the signal's reason when it is aborted; EarshotError ERR_TIMEOUT after `timeoutMs` milliseconds,
   *   ERR_LISTENER_STATE where the listener is not started or has stopped, ERR_ABORTED where it stops meanwhile
   */
  once<const W extends FilterInput>(
    filter: W,
    options: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined } = {},
  ): Promise<EventFor<W>> {
    return waitForEvent<EventFor<W>>({
      clock: this.#settings.clock,
      options,
      register: (handler) => this.callback(filter, handler, { name: this.#index.names.unique("once()") }),
      open: this.#streams,
      blocked: () => blocked(this.#state, "once()"),
    });
  }

  /**
   * Events as an async iterable, until the loop ends or the listener stops. An event is done when the loop requests
   * the next one. The first `next()` rejects with ERR_LISTENER_STATE where `start()` is not called in the same turn.
   */
  events<const W extends FilterInput>(filter: W): AsyncIterableIterator<EventFor<W>> {
    return openStream<EventFor<W>>({
      clock: this.#settings.clock,
      open: this.#streams,
      blocked: () => blocked(this.#state, "events()"),
      register: (push) =>
        this.#callbacks.add(
          parseFilter(filter),
          push as unknown as Handler,
          { name: this.#index.names.unique("events()") },
          Number.POSITIVE_INFINITY,
        ),
    });
  }

  /**
   * Waits for one event across restarts: see `ExpectOptions`. Resolves once that is stored in the inbox.
   *
   * @returns `ended` where an expectation with this id was fulfilled, timed out or canceled
   * @throws EarshotError ERR_FILTER (for `where`), ERR_OPTION, ERR_LISTENER_STATE, ERR_OVERLOADED
   */
  expect(filter: FilterInput, options: ExpectOptions): Promise<"open" | "ended"> {
    return this.expectations.expect(filter, options);
  }

  /**
   * Receives listener events, which report on the listener itself.
   *
   * Error events without a function for their type become process warnings (`process.emitWarning`). A function for
   * `"*"` does not change that: it is for logs and metrics.
   *
   * @param type one type of listener event, or `"*"` for all
   * @param fn may be async; what it throws, or rejects with, becomes a process warning
   * @returns a function that removes `fn`
   * @throws EarshotError ERR_OPTION where there is no such type
   */
  on<Type extends ListenerEventType>(type: Type, fn: (event: ListenerEventOf<Type>) => unknown): () => void;
  on(type: "*", fn: (event: ListenerEvent) => unknown): () => void;
  on(type: ListenerEventType | "*", fn: (event: never) => unknown): () => void {
    return this.#events.on(type as ListenerEventType, fn as (event: ListenerEvent) => unknown);
  }

  /**
   * Opens the webhook server and connects the WebSocket. Resolves when events are received: the server listens and the
   * subscription is confirmed. A second call waits for the same start. While Next.js builds, it does nothing.
   *
   * @throws EarshotError the error that prevents the start, such as ERR_SECRET_MISSING and ERR_KEY_MISSING; then
   *   everything is closed again
   */
  start(): Promise<void> {
    if (this.#settings.environment.isBuild) return Promise.resolve();
    if (this.#state === "stopping" || this.#state === "stopped") {
      return Promise.reject(new EarshotError("ERR_LISTENER_STATE", "The listener has been stopped."));
    }
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /**
   * Starts, and waits until the listener is stopped: by `stop()`, SIGINT or SIGTERM. Running callbacks end first; a
   * second signal ends the process at once.
   *
   * Where stderr is a terminal, one line is printed there once events are received. EARSHOT_QUIET=1 and
   * `signals: false` turn it off.
   *
   * @throws EarshotError on a permanent failure, such as a wrong key
   */
  async waitForever(): Promise<void> {
    const { signals } = this.#settings;
    await untilEnded({
      stop: signals ? () => void this.stop().catch(this.#inboxHealth.warned) : undefined,
      start: async () => {
        await this.start().catch((error: unknown) => {
          if (this.#stopping === undefined) throw error;
        });
        if (!signals || this.#state !== "running") return undefined;
        return receivingOf(this.health(), this.#callbacks.size);
      },
      ended: this.#ended,
    });
  }

  /**
   * Ends receiving, lets running callbacks end, and closes everything.
   *
   * @param options.timeoutMs milliseconds to wait for callbacks; then their signals are aborted. Default: the
   *   listener's `drainTimeoutMs`. Any other value throws ERR_OPTION at once
   */
  stop(options: { readonly timeoutMs?: number | undefined } = {}): Promise<void> {
    this.#stopping ??= this.#stop(stopTimeoutMs(options, this.#settings.drainTimeoutMs));
    return this.#stopping;
  }

  /** The present state of the listener, its transports and its inbox; `healthy` is true while events are received. */
  health(): ListenerHealth {
    const inbox = this.#inboxHealth.known(this.#pipeline.store.isFull, this.#state === "running");
    return healthOf(this.#state, this.#transports, this.#pipeline, { kind: this.inbox.kind, ...inbox });
  }

  /**
   * The webhook server as a handler for `node:http` and the frameworks on it: `(req, res) => void`. The first request
   * starts a listener that was not started.
   *
   * @throws EarshotError ERR_NO_TRANSPORT
   */
  nodeHandler(): NodeHandler {
    return this.#handlers().node(this.#transports.webhookServer.nodeHandler());
  }

  /**
   * The webhook server as a handler of web-standard requests: `(request: Request) => Promise<Response>`. The first
   * request starts a listener that was not started.
   *
   * @throws EarshotError ERR_NO_TRANSPORT
   */
  fetchHandler(): FetchHandler {
    return this.#handlers().fetch(this.#transports.webhookServer.fetchHandler());
  }

  #handlers() {
    return mountedHandlers({
      state: () => this.#state,
      successor: () => successorOf(this.#settings.name, this),
      start: () =>
        this.start().catch((error: EarshotError) => {
          this.#events.send({ type: "warning", error });
        }),
    });
  }

  async #start(): Promise<void> {
    this.#state = "starting";
    try {
      await this.#predecessor;
      this.#inboxOpened = this.inbox.open(inboxContext(this.#settings, this.#inboxHealth.warned));
      await this.#inboxOpened;
      this.#pipeline.start();
      this.#dev?.prepare();
      await this.#transports.start();
      this.#dev?.start();
      this.#nameCheck?.start();
      if (this.#state === "starting") this.#state = "running";
    } catch (error) {
      // "failed": the WebSocket has given up, and `#fail` was called first.
      if (this.#state === "starting" || (this.#state as ListenerState) === "failed") {
        this.#state = "failed";
        await this.#close(0).catch(this.#inboxHealth.warned);
      }
      throw error;
    }
  }

  async #stop(graceMs: number): Promise<void> {
    if (this.#state !== "failed") this.#state = "stopping";
    try {
      await this.#close(graceMs);
    } finally {
      if (this.#state === "stopping") this.#state = "stopped";
      if (this.#settings.name !== undefined) releaseName(this.#settings.name, this);
      this.#end();
    }
  }

  async #close(graceMs: number): Promise<void> {
    this.#nameCheck?.stop();
    await this.#transports.stop(graceMs);
    for (const stream of this.#streams) stream.close();
    await this.#pipeline.stop(graceMs);
    this.#apps.stop();
    await this.#dev?.stop();
    await this.inbox.close();
  }

  /** Whether the next delivery can be stored. */
  async #ready(): Promise<Readiness> {
    if (this.#state !== "running") return { ready: false, reason: `The listener is ${this.#state}.` };
    if (this.#pipeline.store.isFull) await this.#pipeline.lookForRoom();
    await this.#inboxHealth.check();
    return readinessOf(this.health());
  }

  #fail(error: EarshotError): void {
    if (this.#state !== "running" && this.#state !== "starting") return;
    const wasStarting = this.#state === "starting";
    this.#state = "failed";
    this.#events.send({ type: "websocket.failed", error });
    // A start that fails closes everything and rejects.
    if (wasStarting) return;
    this.#stopping ??= this.#close(this.#settings.drainTimeoutMs)
      .catch(this.#inboxHealth.warned)
      .then(() => this.#end(error));
  }
}
