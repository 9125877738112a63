import { isCallable } from "../base/callable.js";
import { type Clock, systemClock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import {
  boolean,
  clockOption,
  count,
  functionOption,
  number,
  type OptionTable,
  oneOf,
  readOptions,
  textOption,
  withoutDefault,
} from "../base/options.js";
import { VERSION } from "../base/version.js";
import { warn as processWarning, shownValue } from "../base/warning.js";
import { safeWarning } from "../base/warning-option.js";
import type { TriggerListener } from "../listener.js";
import type { McpErrorCodes } from "../protocol/mcp-events.js";
import type { NodeHandler } from "../transports/webhook/node-handler.js";
import { WebhookDeliveries } from "./delivery/deliveries.js";
import { SubscriptionStore } from "./delivery/subscription-store.js";
import { Terminations } from "./delivery/termination.js";
import { EndpointVerification } from "./delivery/verification.js";
import { EndpointSender } from "./delivery/webhook-sender.js";
import { McpEndpoint, type McpFetchHandler } from "./endpoint.js";
import { endedByList } from "./events/ending.js";
import { McpRequestError } from "./events/errors.js";
import { McpEventList, type TriggerDescriptions } from "./events/event-list.js";
import { InboxLog } from "./events/event-log.js";
import type { McpEventOptions } from "./events/event-type.js";
import { eventsPart } from "./events/events-part.js";
import { Listening } from "./events/listening.js";
import { EventReading } from "./events/reading.js";
import { Subscribing } from "./events/subscribing.js";
import type { McpAuthenticate, McpPrincipal } from "./principal.js";
import { ServedCallbacks } from "./served-callbacks.js";
import { Turns } from "./turns.js";
import { Wake } from "./wake.js";

/** Options of {@link mcpServer}. */
export interface McpServerOptions {
  /** Its inbox has the events. The server starts it where it is not started. */
  readonly listener: TriggerListener;
  /** Describes the trigger types of `events`. Default: none. */
  readonly toolset?: TriggerDescriptions | undefined;
  /** What hosts can subscribe to: trigger names, or your own types. */
  readonly events: readonly (string | McpEventOptions)[];
  /**
   * From a request to who sends it, such as `bearerTokens(…)`. Default: none; only requests to this machine's own host
   * names are served, and no webhooks.
   */
  readonly authenticate?: McpAuthenticate | undefined;
  /** Origins of web pages that may send requests: `https://app.example.com`. Default: none. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** The server's name for hosts. Default: `"earshot"`. */
  readonly name?: string | undefined;
  /** The server's version for hosts. Default: that of this package. */
  readonly version?: string | undefined;
  /** For models: what the server is for. Default: none. */
  readonly instructions?: string | undefined;
  /** The numbers of errors: `"sketch"`, which hosts read today, or `"sep-3415"`. Default: `"sketch"`. */
  readonly errorCodes?: McpErrorCodes | undefined;
  /** Whether this process delivers webhooks: of several on one inbox, one does. Default: true. */
  readonly deliver?: boolean | undefined;
  /** Whether webhooks may go to this machine, by plain HTTP: for tests only. Default: false. */
  readonly allowLoopback?: boolean | undefined;
  /** Limit for one delivery, milliseconds. Default: 10,000. */
  readonly deliveryTimeoutMs?: number | undefined;
  /**
   * Pauses after failed deliveries in a row, milliseconds; the last one is repeated. Default: 1 s, 5 s, 30 s, 2 min,
   * 10 min.
   */
  readonly retryDelaysMs?: readonly number[] | undefined;
  /** An endpoint that has failed for this long gets nothing until its refresh, milliseconds. Default: an hour. */
  readonly suspendAfterMs?: number | undefined;
  /** How often an open stream says that it is alive, milliseconds, at most 30,000. Default: 15,000. */
  readonly heartbeatMs?: number | undefined;
  /** How often events of other processes on the inbox are looked for, milliseconds. Default: 1,000. */
  readonly pollMs?: number | undefined;
  /** Open streams. Default: 1,000. */
  readonly maxStreams?: number | undefined;
  /** Webhook subscriptions of one principal. Default: 1,000. */
  readonly maxSubscriptions?: number | undefined;
  /** Called with problems that no response reports. Default: they become process warnings. */
  readonly onWarning?: ((error: Error) => void) | undefined;
  /** Source of time. Default: the system clock. */
  readonly clock?: Clock | undefined;
}

const defaultRetryDelaysMs: readonly number[] = [1000, 5000, 30_000, 120_000, 600_000];

const stopped: ReadonlySet<string> = new Set(["stopping", "stopped"]);

const text = withoutDefault<string>(textOption);

const mcpServerTable = {
  listener: {
    default: undefined,
    read: (name, given: TriggerListener) => {
      if (typeof given?.inbox === "object" && typeof given.start === "function") return given;
      throw new EarshotError("ERR_OPTION", `\`${name}\` of mcpServer() is a listener.`);
    },
  },
  toolset: withoutDefault<TriggerDescriptions>((name, given) => {
    if (isCallable(given?.getTrigger)) return given;
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` of mcpServer() is a toolset, not ${shownValue(given)}.`,
    );
  }),
  events: {
    default: undefined,
    read: (name, given: readonly (string | McpEventOptions)[]) => {
      if (Array.isArray(given) && given.length > 0) return given;
      throw new EarshotError("ERR_OPTION", `\`${name}\` of mcpServer() lists what hosts can subscribe to.`);
    },
  },
  authenticate: functionOption<McpAuthenticate>("from a request to a principal"),
  allowedOrigins: withoutDefault<readonly string[]>((name, given) => {
    if (Array.isArray(given) && given.every((one) => URL.canParse(one) && new URL(one).origin === one)) {
      return given;
    }
    throw new EarshotError("ERR_OPTION", `\`${name}\` lists origins, such as "https://app.example.com".`);
  }),
  name: text,
  version: text,
  instructions: text,
  errorCodes: oneOf(["sketch", "sep-3415"], "sketch"),
  deliver: boolean(true),
  allowLoopback: boolean(false),
  deliveryTimeoutMs: number(10_000, 1),
  retryDelaysMs: withoutDefault<readonly number[]>((name, given) => {
    if (Array.isArray(given) && given.length > 0 && given.every((ms) => ms > 0 && ms <= 86_400_000))
      return given;
    throw new EarshotError("ERR_OPTION", `\`${name}\` lists pauses in milliseconds, from 1 to a day.`);
  }),
  suspendAfterMs: number(3_600_000, 1),
  heartbeatMs: {
    default: 15_000,
    read: (name, given: number | undefined) => {
      const ms = given === undefined ? 15_000 : given;
      if (typeof ms === "number" && ms >= 1 && ms <= 30_000) return ms;
      throw new EarshotError(
        "ERR_OPTION",
        `\`${name}\` is 1 to 30,000 milliseconds: clients wait no longer.`,
      );
    },
  },
  pollMs: number(1000, 1),
  maxStreams: count(1000, 1),
  maxSubscriptions: count(1000, 1),
  onWarning: functionOption<(error: Error) => void>("from an error"),
  clock: withoutDefault<Clock>(clockOption),
} satisfies OptionTable<McpServerOptions>;

/** An MCP server on a listener's inbox. */
export interface McpServer {
  /**
   * Starts the listener, and the deliveries of webhooks. The first request does it too.
   *
   * @throws EarshotError as `listener.start()` does; ERR_OPTION for an inbox without `storedAfter`
   */
  start(): Promise<void>;
  /** Ends streams and deliveries; the listener runs on. May be called after the listener has stopped. */
  stop(): Promise<void>;
  /**
   * Replaces the list of events, and tells hosts that it has changed. Subscriptions and streams of events that are
   * gone, or whose schema no longer has what it had, end and are told why.
   *
   * @throws EarshotError ERR_OPTION, ERR_FILTER; then the list stays as it is
   */
  setEvents(events: McpServerOptions["events"]): Promise<void>;
  /**
   * Ends the webhook subscriptions of a principal, and its streams in this process: it is told that access was revoked.
   * `authenticate` must reject it from then on.
   *
   * @param principalId `id` of what `authenticate` has returned
   */
  revoke(principalId: string): Promise<void>;
  /** A handler of web-standard requests, for the server's only path. */
  fetchHandler(): McpFetchHandler;
  /** A handler for `node:http` and the frameworks on it. */
  nodeHandler(): NodeHandler;
  /** Serves stdin and stdout of this process. @throws EarshotError ERR_PEER_MISSING */
  stdio(): Promise<{ close(): Promise<void> }>;
}

/**
 * Shows the events of a listener's inbox to MCP hosts: they list, poll, stream and subscribe to them. Needs the package
 * `@modelcontextprotocol/server`.
 *
 * @throws EarshotError ERR_OPTION, ERR_FILTER
 */
export function mcpServer(options: McpServerOptions): McpServer {
  return new EventServer(options);
}

class EventServer implements McpServer {
  readonly #listener: TriggerListener;
  readonly #log: InboxLog;
  readonly #stored: Wake;
  readonly #reading: EventReading;
  readonly #deliveries: WebhookDeliveries;
  readonly #delivers: boolean;
  readonly #endpoint: McpEndpoint;
  readonly #list: McpEventList;
  readonly #listening: Listening;
  readonly #subscribing: Subscribing;
  readonly #terminations: Terminations;
  readonly #callbacks: ServedCallbacks;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #unsubscribe: () => void = () => undefined;

  constructor(options: McpServerOptions) {
    const settings = readOptions("mcpServer()", mcpServerTable, options);
    const { listener, clock = systemClock, pollMs, allowLoopback, onWarning } = settings;
    const { inbox } = listener;
    const report = onWarning === undefined ? undefined : safeWarning(onWarning);
    const warn = (message: string) => {
      // What fails because the listener has stopped is no problem.
      if (stopped.has(listener.health().state)) return;
      if (report === undefined) processWarning(message);
      else report(new Error(message));
    };
    const list = new McpEventList(settings.events, settings.toolset);
    const log = new InboxLog(inbox, clock, warn);
    const store = new SubscriptionStore(inbox);
    const sender = new EndpointSender({ clock, timeoutMs: settings.deliveryTimeoutMs });
    const stored = new Wake(clock);
    const { heartbeatMs, maxStreams, maxSubscriptions, suspendAfterMs, errorCodes } = settings;
    const { retryDelaysMs = defaultRetryDelaysMs } = settings;
    const turns = new Turns();
    const terminations = new Terminations({
      ...{ clock, sender, store, turns, allowLoopback, errorCodes, retryDelaysMs },
    });
    const deliveries: WebhookDeliveries = new WebhookDeliveries(
      {
        ...{ clock, log, store, sender, allowLoopback, pollMs, suspendAfterMs, warn },
        retryDelaysMs,
        event: (name) => list.find(name),
      },
      (id) => subscribing.expire(id),
    );
    const reading = new EventReading({
      clock,
      list,
      log,
      stored,
      pollMs,
      heartbeatMs,
      maxStreams,
      errorCodes,
    });
    const subscribing = new Subscribing({
      ...{ clock, list, log, store, turns, terminations, allowLoopback, maxSubscriptions },
      durable: inbox.durable,
      verification: new EndpointVerification(sender, clock),
      progressOf: (id) => deliveries.progressOf(id),
      changed: () => deliveries.changed(),
      ended: (id) => deliveries.end(id),
    });
    const listening = new Listening(clock, maxStreams);
    this.#listener = listener;
    this.#list = list;
    this.#listening = listening;
    this.#subscribing = subscribing;
    this.#terminations = terminations;
    this.#callbacks = new ServedCallbacks(listener);
    this.#callbacks.set(list.types);
    this.#log = log;
    this.#stored = stored;
    this.#reading = reading;
    this.#deliveries = deliveries;
    this.#delivers = settings.deliver;
    this.#endpoint = new McpEndpoint({
      name: settings.name ?? "earshot",
      version: settings.version ?? VERSION,
      instructions: settings.instructions,
      parts: [eventsPart({ list, reading, subscribing, listening, errorCodes, warn })],
      guard: {
        authenticate: settings.authenticate,
        allowedOrigins: new Set(settings.allowedOrigins),
        warn,
      },
      ready: () => this.start(),
      warn,
    });
  }

  start(): Promise<void> {
    if (this.#stopping !== undefined) {
      return Promise.reject(new EarshotError("ERR_LISTENER_STATE", "The MCP server has stopped."));
    }
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async setEvents(events: McpServerOptions["events"]): Promise<void> {
    const list = mcpServerTable.events.read("events", events);
    const isChanged = this.#list.replace(list);
    this.#callbacks.set(this.#list.types);
    this.#reading.end((stream) => endedByList(this.#list, stream));
    if (this.#starting !== undefined) {
      await this.#starting;
      await this.#endByList();
    }
    if (isChanged) this.#listening.changed();
  }

  async revoke(principalId: string): Promise<void> {
    const reasonOf = (principal: McpPrincipal | undefined) =>
      principal?.id === principalId ? new McpRequestError("Forbidden", "Access was revoked.") : undefined;
    await this.start();
    this.#reading.end(({ principal }) => reasonOf(principal));
    await this.#subscribing.end(({ principal }) => reasonOf(principal));
  }

  fetchHandler(): McpFetchHandler {
    return this.#endpoint.fetch;
  }

  nodeHandler(): NodeHandler {
    return this.#endpoint.node();
  }

  stdio(): Promise<{ close(): Promise<void> }> {
    return this.#endpoint.stdio();
  }

  async #start(): Promise<void> {
    const { inbox } = this.#listener;
    if (inbox.storedAfter === undefined) {
      const message = `The inbox ${inbox.kind} cannot be read in the order of storing: it has no \`storedAfter\`.`;
      throw new EarshotError("ERR_OPTION", message);
    }
    await this.#listener.start();
    await this.#log.open();
    this.#unsubscribe = this.#listener.on("event.stored", () => {
      this.#log.look();
      this.#stored.all();
      this.#deliveries.wake();
    });
    if (!this.#delivers) return;
    // The list may have changed while no process was running.
    await this.#endByList();
    this.#deliveries.start();
  }

  #endByList(): Promise<void> {
    return this.#subscribing.end((one) =>
      endedByList(this.#list, { ...one, mode: "webhook", payloadSchema: one.payloadSchema }),
    );
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    this.#unsubscribe();
    this.#callbacks.set([]);
    this.#reading.close();
    this.#listening.close();
    await Promise.all([this.#deliveries.stop(), this.#terminations.stop()]);
    await this.#endpoint.close();
  }
}
