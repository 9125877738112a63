import { sleep } from "./base/clock.js";
import type { EarshotError } from "./base/errors.js";
import type { ListenerEvent, ListenerEventOf, ListenerEventType } from "./base/listener-events.js";
import type { BatchHandler, CallbackOptions, CoalescingOptions, Handler } from "./callbacks/callback.js";
import { type CallbackDecorator, checked, decorator } from "./callbacks/decorate.js";
import { openStream } from "./callbacks/event-stream.js";
import type { CallbackExplanation } from "./callbacks/explain.js";
import type { CheckedFilter, EventFor, EventWith, FilterInput } from "./callbacks/filter.js";
import { parseFilter } from "./callbacks/parse-filter.js";
import { waitForEvent } from "./callbacks/wait-for-event.js";
import type { EnableOptions } from "./client/types.js";
import type { Inbox } from "./inbox/contract.js";
import { closeListener } from "./listener-close.js";
import {
  blocked,
  healthOf,
  type ListenerHealth,
  type ListenerReadiness,
  type ListenerState,
  readinessOf,
  stopped,
} from "./listener-health.js";
import { type ListenerParts, listenerParts } from "./listener-parts.js";
import type { TriggerEvent } from "./model/event.js";
import type { PlatformAccess } from "./model/platform.js";
import type { StandardSchema } from "./model/standard-schema.js";
import type { TriggerName } from "./model/triggers.js";
import { claimName, releaseName, successorOf } from "./named-listeners.js";
import type { ExpectOptions, ListenerExpectations } from "./pipeline/expect.js";
import { TRIGGER_DISABLED } from "./protocol/shapes.js";
import {
  inboxContext,
  type ListenerOptions,
  type ListenerSettings,
  listenerSettings,
  stopTimeoutMs,
} from "./settings/listener.js";
import type { FetchHandler } from "./transports/webhook/fetch-handler.js";
import { mountedHandlers } from "./transports/webhook/mounted-handlers.js";
import type { NodeHandler } from "./transports/webhook/node-handler.js";
import { SharedConnections } from "./transports/websocket/shared-connection.js";
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
  readonly #parts: ListenerParts;
  /** Removes the callback of `keepEnabled()`, once it was called. */
  #keeping: (() => void) | undefined;
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
   * @throws EarshotError ERR_OPTION, ERR_NO_TRANSPORT
   */
  constructor(
    options: ListenerOptions = {},
    platform?: PlatformAccess,
    connections = new SharedConnections(),
  ) {
    const settings = listenerSettings(options);
    this.#settings = settings;
    const parts = listenerParts(settings, platform, connections, {
      health: () => this.health(),
      ready: () => this.#ready(),
      expectBlocked: () => blocked(this.#state, "expect()")?.error,
      opened: () => this.#inboxOpened ?? this.#starting,
      fail: (error) => this.#fail(error),
    });
    this.inbox = parts.inbox;
    this.expectations = parts.expectations;
    this.#parts = parts;
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
   * A callback that throws or rejects is retried, alone: 20 attempts within 24 hours by default, then the event is
   * dead-lettered. Where several events fail with the same error, it is paused and probed: see `CallbackOptions`.
   *
   * @param filter a trigger name, several, or a filter
   * @param handler called with each event, or with `coalesce` each batch of events; with no handler, a decorator or wrapper is returned
   * @returns a function that removes the callback
   * @throws EarshotError ERR_FILTER, ERR_CALLBACK
   */
  callback<const W extends FilterInput, Schema extends StandardSchema | undefined = undefined>(
    filter: W & CheckedFilter<W>,
    handler: BatchHandler<EventWith<NoInfer<W>, Schema>>,
    options: CoalescingOptions<Schema, EventFor<NoInfer<W>>, EventWith<NoInfer<W>, Schema>>,
  ): () => void;
  callback<const W extends FilterInput, Schema extends StandardSchema | undefined = undefined>(
    filter: W & CheckedFilter<W>,
    handler: Handler<EventWith<NoInfer<W>, Schema>>,
    options?: CallbackOptions<Schema, EventFor<NoInfer<W>>>,
  ): () => void;
  callback<const W extends FilterInput>(filter: W & CheckedFilter<W>): CallbackDecorator<EventFor<W>>;
  callback(
    input: FilterInput,
    ...rest: [handler?: Handler<never>, options?: CallbackOptions | CoalescingOptions]
  ): (() => void) | CallbackDecorator<never> {
    const filter = parseFilter(input);
    // `callback(name, undefined)` is a mistake to report, not a decorator to return.
    if (rest.length === 0) return decorator<never>((fn) => this.#parts.callbacks.add(filter, fn as Handler));
    return this.#parts.callbacks.add(filter, checked<TriggerEvent>(rest[0]), rest[1]);
  }

  /**
   * Keeps a trigger enabled while the listener runs: enables it at the start, and again when the platform has disabled
   * it, with backoff until it succeeds. See the listener events `trigger.enabled` and `trigger.disabled`.
   *
   * The webhook subscription gets `composio.trigger.disabled` where the listener registers its URL.
   *
   * @param name in any case
   * @param options as those of `toolset.enableTrigger`
   * @returns a function that ends keeping it; the trigger stays enabled
   * @throws EarshotError ERR_NO_TRANSPORT without a toolset. `start()` rejects with ERR_TRIGGER_UNKNOWN,
   *   ERR_TRIGGER_CONFIG and other errors that no later try changes
   */
  keepEnabled<const Name extends TriggerName>(
    name: Name,
    options: Omit<EnableOptions<Name>, "signal"> = {},
  ): () => void {
    const end = this.#parts.kept.add(name, options);
    this.#keeping ??= this.callback(TRIGGER_DISABLED as string, this.#parts.kept.onDisabled, {
      name: "keepEnabled()",
    });
    return end;
  }

  /**
   * Waits for the next event (unlike the callback option `once`). Call `start()` before it, or in the same turn.
   *
   * @param options.timeoutMs milliseconds; default: no limit
   * @throws the signal's reason when it is aborted; EarshotError ERR_TIMEOUT after `timeoutMs` milliseconds,
   *   ERR_LISTENER_STATE where the listener is not started or has stopped, ERR_ABORTED where it stops meanwhile
   */
  once<const W extends FilterInput>(
    filter: W & CheckedFilter<W>,
    options: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined } = {},
  ): Promise<EventFor<W>> {
    return waitForEvent<EventFor<W>>({
      clock: this.#settings.clock,
      options,
      register: (handler) =>
        this.#parts.callbacks.add(parseFilter(filter), handler as unknown as Handler, {
          name: this.#parts.index.names.unique("once()"),
        }),
      open: this.#streams,
      blocked: () => blocked(this.#state, "once()"),
    });
  }

  /**
   * Events as an async iterable, until the loop ends or the listener stops. An event is done when the loop requests
   * the next one. The first `next()` rejects with ERR_LISTENER_STATE where `start()` is not called in the same turn.
   */
  events<const W extends FilterInput>(filter: W & CheckedFilter<W>): AsyncIterableIterator<EventFor<W>> {
    return openStream<EventFor<W>>({
      clock: this.#settings.clock,
      register: (handler) => {
        const options = { name: this.#parts.index.names.unique("events()"), breaker: false } as const;
        return this.#parts.callbacks.add(
          parseFilter(filter),
          handler as unknown as Handler,
          options,
          Number.POSITIVE_INFINITY,
        );
      },
      open: this.#streams,
      blocked: () => blocked(this.#state, "events()"),
    });
  }

  /**
   * For each callback, whether it would take an event, and which conditions of its filter keep it out. Runs nothing
   * but `where`. A callback whose `where` throws takes the event, and fails.
   *
   * @throws EarshotError ERR_OPTION where it is no event
   */
  explain(event: TriggerEvent): readonly CallbackExplanation[] {
    return this.#parts.callbacks.explain(event);
  }

  /**
   * Waits for one event across restarts: see `ExpectOptions`. Resolves once that is stored in the inbox.
   *
   * @returns `ended` where an expectation with this id was fulfilled, timed out or canceled
   * @throws EarshotError ERR_FILTER (for `where`), ERR_OPTION, ERR_LISTENER_STATE, ERR_OVERLOADED
   */
  expect<const W extends FilterInput>(
    filter: W & CheckedFilter<W>,
    options: ExpectOptions,
  ): Promise<"open" | "ended"> {
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
    return this.#parts.events.on(type as ListenerEventType, fn as (event: ListenerEvent) => unknown);
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
    if (this.#state === "stopping" || this.#state === "stopped") return Promise.reject(stopped());
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /**
   * Starts, and waits until the listener is stopped: by `stop()`, SIGINT or SIGTERM. Running callbacks end first; a
   * second signal ends the process at once.
   *
   * On a terminal, one line says that events are received. EARSHOT_QUIET=1 and `signals: false` turn it off.
   *
   * @throws EarshotError on a permanent failure, such as a wrong key
   */
  async waitForever(): Promise<void> {
    const { signals } = this.#settings;
    await untilEnded({
      stop: signals ? () => void this.stop().catch(this.#parts.inboxHealth.warned) : undefined,
      start: async () => {
        await this.start().catch((error: unknown) => {
          if (this.#stopping === undefined) throw error;
        });
        if (!signals || this.#state !== "running") return undefined;
        return receivingOf(this.health(), this.#parts.callbacks.size);
      },
      ended: this.#ended,
    });
  }

  /**
   * Ends receiving, lets running callbacks end, and closes everything.
   *
   * @param options.timeoutMs milliseconds to wait for requests and callbacks; then signals are aborted, and callbacks
   *   have one second more. Default: the listener's `drainTimeoutMs`. Any other value throws ERR_OPTION at once
   */
  stop(options: { readonly timeoutMs?: number | undefined } = {}): Promise<void> {
    this.#stopping ??= this.#stop(stopTimeoutMs(options, this.#settings.drainTimeoutMs));
    return this.#stopping;
  }

  /** The present state of the listener, its transports and its inbox. */
  health(): ListenerHealth {
    const inbox = this.#parts.inboxHealth.known(this.#parts.pipeline.store.isFull, this.#state === "running");
    return healthOf(
      this.#state,
      this.#parts.transports,
      this.#parts.pipeline,
      { kind: this.inbox.kind, ...inbox },
      this.#parts.kept.health,
      this.#parts.inboxHealth.openBatches,
    );
  }

  /**
   * The webhook server as a handler for `node:http` and the frameworks on it: `(req, res) => void`. The first request
   * starts a listener that was not started.
   *
   * @throws EarshotError ERR_NO_TRANSPORT
   */
  nodeHandler(): NodeHandler {
    return this.#handlers().node(this.#parts.transports.webhookServer.nodeHandler());
  }

  /**
   * The webhook server as a handler of web-standard requests: `(request: Request) => Promise<Response>`. The first
   * request starts a listener that was not started.
   *
   * @throws EarshotError ERR_NO_TRANSPORT
   */
  fetchHandler(): FetchHandler {
    return this.#handlers().fetch(this.#parts.transports.webhookServer.fetchHandler());
  }

  #handlers() {
    return mountedHandlers({
      state: () => this.#state,
      successor: () => successorOf(this.#settings.name, this),
      start: () =>
        this.start().catch((error: EarshotError) => {
          this.#parts.events.send({ type: "warning", error });
        }),
    });
  }

  async #start(): Promise<void> {
    this.#state = "starting";
    try {
      await this.#predecessor;
      this.#inboxOpened = this.inbox.open(inboxContext(this.#settings, this.#parts.inboxHealth.warned));
      await this.#inboxOpened;
      await this.#parts.monitoring.prepare();
      if (this.#state !== "starting") throw stopped();
      this.#parts.pipeline.start();
      await this.#parts.transports.start();
      this.#parts.monitoring.start();
      await this.#parts.kept.start();
      this.#parts.nameCheck?.start();
      if (this.#state === "starting") this.#state = "running";
    } catch (error) {
      // "failed": the WebSocket has given up, and `#fail` was called first.
      if (this.#state === "starting" || (this.#state as ListenerState) === "failed") {
        this.#state = "failed";
        await this.#close(0).catch(this.#parts.inboxHealth.warned);
      }
      throw error;
    }
  }

  async #stop(graceMs: number): Promise<void> {
    const { clock, shutdownDelayMs } = this.#settings;
    const wasRunning = this.#state === "running";
    if (this.#state !== "failed") this.#state = "stopping";
    try {
      if (wasRunning && shutdownDelayMs > 0) {
        // Load balancers ask `/readyz` meanwhile, and send no more before the port closes.
        this.#parts.transports.leave();
        await sleep(clock, shutdownDelayMs);
      }
      await this.#close(graceMs);
    } finally {
      if (this.#state === "stopping") this.#state = "stopped";
      if (this.#settings.name !== undefined) releaseName(this.#settings.name, this);
      this.#end();
    }
  }

  #close(graceMs: number): Promise<void> {
    const { clock } = this.#settings;
    const [parts, streams] = [this.#parts, this.#streams];
    return closeListener({ parts, clock, graceMs, streams, opened: () => this.#inboxOpened });
  }

  async #ready(): Promise<ListenerReadiness> {
    if (this.#state === "running") {
      if (this.#parts.pipeline.store.isFull) await this.#parts.pipeline.lookForRoom();
      await this.#parts.inboxHealth.check();
    }
    return readinessOf(this.health());
  }

  #fail(error: EarshotError): void {
    if (this.#state !== "running" && this.#state !== "starting") return;
    const wasStarting = this.#state === "starting";
    this.#state = "failed";
    this.#parts.events.send({ type: "websocket.failed", error });
    // A start that fails closes everything and rejects.
    if (wasStarting) return;
    this.#stopping ??= this.#close(this.#settings.drainTimeoutMs)
      .catch(this.#parts.inboxHealth.warned)
      .then(() => this.#end(error));
  }
}
