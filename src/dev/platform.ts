import type { Server } from "node:http";
import { type Clock, systemClock } from "../base/clock.js";
import { V1_REALTIME_KEY } from "../protocol/rest-v1.js";
import type { ApiContext } from "./api/context.js";
import { nowIso, type PlatformContext } from "./context.js";
import { EventBus, type PlatformEvent } from "./event-bus.js";
import { type PlatformFaults, platformFaults } from "./faults.js";
import { type Fired, type FireOptions, fire, fireWhere, type Outlets } from "./fire.js";
import { CallFaults } from "./http/call-faults.js";
import { Gateway } from "./http/gateway.js";
import { MODEL_PATHS } from "./http/model-errors.js";
import { close, LOOPBACK, listen, portOf } from "./http/server.js";
import { loadTriggers } from "./load-triggers.js";
import { type ModelExchange, ScriptedModel } from "./model/scripted-model.js";
import { checkOptions, type PlatformOptions } from "./options.js";
import { PayloadMaker } from "./payload.js";
import { type ConnectionInfo, createRealtimeServer, type RealtimeServer } from "./realtime/server.js";
import type { LogEntry } from "./state/event-log.js";
import { idsFrom } from "./state/ids.js";
import { State } from "./state/state.js";
import { Monitor } from "./timeline/monitor.js";
import { toolsFor } from "./tools/load-tools.js";
import { localEffects } from "./tools/local-tools.js";
import { ToolCatalog } from "./tools/tool-catalog.js";
import { type ToolRun, ToolRuns } from "./tools/tool-runs.js";
import { TriggerCatalog } from "./trigger-catalog.js";
import type { DeliveryAttempt } from "./webhooks/attempts.js";
import { createWebhookSender, type WebhookSender } from "./webhooks/sender.js";
import { World } from "./world/world.js";

/** A local platform that runs. */
export interface Platform {
  /** `http://127.0.0.1:4747`: the base URL for clients. */
  readonly url: string;
  readonly port: number;
  readonly project: {
    /** Generation 3's project id, `pr_…`. */
    readonly id: string;
    /** Generation 1's client id. */
    readonly clientId: string;
    /** What webhooks are signed with now; `rotate_secret` changes it. */
    readonly webhookSecret: string;
    readonly appKey: string;
  };
  /**
   * Fires a trigger, as if the app had.
   *
   * @param name in any case
   * @returns what went out, as soon as it has: one event for each enabled instance that fits
   * @throws EarshotError ERR_TRIGGER_UNKNOWN, ERR_TRIGGER_NOT_ENABLED, ERR_OPTION
   */
  fire(name: string, options?: FireOptions): Promise<Fired>;
  /** The scripted model: it replies by rules, without a network or a key. */
  readonly model: {
    /** Base URLs for the model clients of each vendor: `new OpenAI({ baseURL: platform.model.urls.openai })`. */
    readonly urls: { readonly openai: string; readonly gemini: string; readonly anthropic: string };
    /** The newest requests with their replies, oldest first. */
    exchanges(): readonly ModelExchange[];
  };
  /** What can be made to go wrong. */
  readonly faults: PlatformFaults;
  /** What the tools act in: channels and messages, repositories and issues, mailboxes, … */
  readonly world: World;
  /** The newest runs of tools, newest first. @param limit default 100 */
  toolRuns(limit?: number): readonly ToolRun[];
  /** The event log, newest first. @param limit default 100 */
  events(limit?: number): readonly LogEntry[];
  /** The newest attempts at webhooks, newest first. */
  deliveries(): readonly DeliveryAttempt[];
  /** Resolves as soon as no webhook is pending. */
  idle(): Promise<void>;
  /** The realtime connections. */
  connections(): readonly ConnectionInfo[];
  /** @returns a function that removes the listener */
  on(listener: (bus: PlatformEvent) => void): () => void;
  /** Ends every connection and waits until everything is on the disk. */
  stop(): Promise<void>;
}

/** After so many events others have their turn, however fast they go out. */
const AT_ONCE = 200;

/** A key that newer clients of generation 1 have built in, besides {@link V1_REALTIME_KEY}. */
const OTHER_BUILT_IN_KEY = "ff9f18c208855d77a152";

/**
 * Starts a local platform: the REST API of both generations, the realtime endpoint and webhooks, on one port of
 * this machine. No account, no network.
 *
 * @example
 * const platform = await startPlatform();
 * const toolset = new Toolset({ baseUrl: platform.url, apiKey: "any" });
 *
 * @throws EarshotError ERR_OPTION, ERR_PORT_IN_USE, ERR_CATALOG, ERR_MODEL_RULES, ERR_PLATFORM_STATE
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  checkOptions(options);
  const types = new TriggerCatalog(await loadTriggers(options));
  const model = await loadModel(options);
  // The port comes first: a second platform on the same port must not touch the first one's data.
  let open: (gateway: Gateway) => void = () => undefined;
  const gateway = new Promise<Gateway>((resolve) => {
    open = resolve;
  });
  const requestMs = options.requestTimeoutMs ?? 30_000;
  const server = await listen(
    options.port ?? 0,
    { requestMs, headersMs: Math.ceil(requestMs / 3) },
    {
      request(request, response) {
        gateway.then((opened) => opened.request(request, response)).catch(() => request.socket.destroy());
      },
      upgrade(request, socket, head) {
        gateway.then((opened) => opened.upgrade(request, socket, head)).catch(() => socket.destroy());
      },
    },
  );
  try {
    const parts = { ...(await makeParts(options, types)), model };
    const { platform, gateway: ready } = assemble(options, parts, server);
    open(ready);
    return platform;
  } catch (error) {
    await close(server);
    throw error;
  }
}

/** The parts of a platform, before a request can reach them. */
interface Parts {
  readonly clock: Clock;
  readonly context: PlatformContext;
  readonly realtime: RealtimeServer;
  readonly sender: WebhookSender;
  readonly monitor: Monitor;
  readonly model: ScriptedModel;
  readonly outlets: Outlets;
  readonly stop: AbortController;
}

async function loadModel({ modelRules }: PlatformOptions): Promise<ScriptedModel> {
  if (modelRules === undefined) return new ScriptedModel([]);
  const { loadModelRules } = await import("./model/load-rules.js");
  return new ScriptedModel(await loadModelRules(modelRules));
}

async function makeParts(options: PlatformOptions, types: TriggerCatalog): Promise<Omit<Parts, "model">> {
  const clock = options.clock ?? systemClock;
  const ids = idsFrom(options.random);
  // Looks the log up with the first event that fires: the log is opened below.
  const monitor = new Monitor((id) => state.log.get(id));
  const bus = new EventBus((event) => monitor.onPlatformEvent(event));
  const allowRemoteWebhooks = options.allowRemoteWebhooks ?? false;
  const state = await State.open({
    ids,
    appKey: V1_REALTIME_KEY,
    nowIso: nowIso({ clock }),
    apps: () => types.apps.map(({ name }) => name),
    needsOwnApp: (app) => types.needsOwnApp(app),
    accounts: options.accounts ?? [],
    seedDefault: options.defaultAccounts ?? true,
    apiKeys: options.apiKeys,
    dataDir: options.dataDir,
    mostEvents: options.maxEvents ?? 50_000,
    mostEventBytes: options.maxEventBytes ?? 256 * 1024 * 1024,
    onError: (error) => bus.emit({ type: "error", error }),
  });
  const { activityTimeoutSeconds, webhookRetry } = options;
  const realtime = createRealtimeServer({
    appKey: state.project.appKey,
    appKeyAliases: [OTHER_BUILT_IN_KEY],
    appSecret: state.project.appSecret,
    clock,
    ...(activityTimeoutSeconds !== undefined && { activityTimeoutSeconds }),
  });
  realtime.on(({ type, ...event }) => {
    if (type === "subscribed") state.lastSubscribedAt = new Date(clock.now()).toISOString();
    if (type === "connected" || type === "subscribed" || type === "disconnected") {
      bus.emit({ type: "realtime", change: type, socketId: (event as { socketId: string }).socketId });
    }
  });
  const sender = createWebhookSender({
    clock,
    allowRemote: allowRemoteWebhooks,
    ...(options.random !== undefined && { random: options.random }),
    ...(webhookRetry !== undefined && { retry: webhookRetry }),
    onSettled({ logId, delivered, error }) {
      const problem = delivered ? undefined : (error ?? "not delivered");
      state.settled(logId, problem);
      bus.emit({ type: "settled", logId, error: problem });
      monitor.settled(logId, problem);
    },
    onAttempt: (attempt) => monitor.attempted(attempt),
  });
  const authorize = (socketId: string, channel: string) => realtime.authorize(socketId, channel);
  const accountsOnDemand =
    options.accountsOnDemand ?? (options.accounts === undefined && options.defaultAccounts !== false);
  const { twoFactor = false, triggersEnabled = true, realtimeShape = "V3" } = options;
  const flags = { accountsOnDemand, allowRemoteWebhooks, twoFactor, triggersEnabled, realtimeShape };
  const outlets = { realtime, sender, payloads: new PayloadMaker(clock, options.random ?? Math.random) };
  const stop = new AbortController();
  const world = new World(
    {
      ...{ clock, ids },
      changed: () => monitor.emit({ type: "changed", what: "world" }),
      happened: (trigger, payload, fits) => fireWhere(context, outlets, trigger, payload, fits),
    },
    localEffects(() => nowIso({ clock })),
  );
  const context: PlatformContext = {
    ...{ state, types, clock, ids, bus, realtime, sender, world, authorize, ...flags },
    tools: new ToolCatalog(toolsFor(() => types.apps)),
    toolRuns: new ToolRuns(),
    callbackHosts: options.callbackHosts ?? [],
    stopping: stop.signal,
  };
  return { clock, context, realtime, sender, monitor, outlets, stop };
}

function assemble(
  options: PlatformOptions,
  { clock, context, realtime, sender, monitor, outlets, stop, model }: Parts,
  server: Server,
): { readonly platform: Platform; readonly gateway: Gateway } {
  const { state, bus, ids } = context;
  const { project } = state;
  const port = portOf(server);
  const url = `http://${LOOPBACK}:${port}`;
  const calls = new CallFaults();
  const faults = platformFaults(calls, realtime.faults, sender.faults, context.toolRuns.faults, model.faults);
  const { payloads } = outlets;
  const fireNow = (name: string, what?: FireOptions) => {
    const fired = fire(context, outlets, name, what);
    // What is said to have happened is there for the tools.
    for (const { triggerName, payload, instance, account } of fired.events) {
      context.world.observe(triggerName, payload, instance.config, account.userId);
    }
    return fired;
  };
  const stopping = stop.signal;
  const api: ApiContext = {
    ...{ context, realtime, sender, monitor, model, faults, payloads, url, stopping },
    inbox: options.inbox,
    fire: fireNow,
  };
  const gateway = new Gateway({
    ...{ clock, bus, port, stopping, faults: calls },
    newRequestId: () => ids.uuid(),
    upgrade: (request, socket, head) => realtime.handleUpgrade(request, socket, head),
    async app() {
      const { platformListener } = await import("./routes.js");
      const appOptions = {
        ...{ bus, stopping },
        allows: (key: string) => state.apiKeys.allows(key),
        saved: () => state.saved(),
        maxBodyBytes: options.maxBodyBytes ?? 5 * 1024 * 1024,
      };
      return platformListener(api, appOptions, options.dashboard);
    },
  });
  let stopped: Promise<void> | undefined;
  let inARow = 0;
  const platform: Platform = {
    url,
    port,
    project: {
      id: project.id,
      clientId: project.clientId,
      appKey: project.appKey,
      get webhookSecret() {
        return state.settings.webhookSecret;
      },
    },
    // An async function runs at once up to its first await: everything goes out in the order of the calls.
    async fire(name, what) {
      const fired = fireNow(name, what);
      inARow += 1;
      if (inARow >= AT_ONCE) {
        inARow = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
      await realtime.drained();
      return fired;
    },
    model: {
      urls: {
        openai: `${url}${MODEL_PATHS.openai}`,
        gemini: `${url}${MODEL_PATHS.gemini}`,
        anthropic: `${url}${MODEL_PATHS.anthropic}`,
      },
      exchanges: () => model.exchanges(),
    },
    faults,
    world: context.world,
    toolRuns: (limit = 100) => context.toolRuns.newest(limit),
    events: (limit = 100) => state.log.newest({}, limit),
    deliveries: () => sender.deliveries(),
    idle: () => sender.idle(),
    connections: () => realtime.connections(),
    on: (listener) => bus.on(listener),
    stop() {
      stop.abort(new Error("The platform stops"));
      // Realtime connections have left the server's books when they were upgraded, so both are closed.
      stopped ??= Promise.all([close(server), realtime.close(), sender.close()]).then(() => state.saved());
      return stopped;
    },
  };
  return { platform, gateway };
}
