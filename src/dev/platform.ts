import type { Server } from "node:http";
import { type Clock, systemClock } from "../base/clock.js";
import { V1_REALTIME_KEY } from "../protocol/rest-v1.js";
import { type Core, nowIso } from "./context.js";
import { dashboardEndpoints } from "./dashboard/files.js";
import { type Courier, createCourier, type DeliveryAttempt } from "./webhooks/index.js";
import { type PlatformFaults, platformFaults } from "./faults.js";
import { type Fired, type FireOptions, fire } from "./fire.js";
import { CallFaults } from "./http/call-faults.js";
import { Gateway } from "./http/gateway.js";
import { Router } from "./http/router.js";
import { close, type Doors, LOOPBACK, listen, portOf } from "./http/server.js";
import { takeUpgrade } from "./http/upgrade-check.js";
import { loadTriggers } from "./load-triggers.js";
import { NewsDesk, type PlatformNews } from "./event-bus.js";
import { checkOptions, type PlatformOptions } from "./options.js";
import { PayloadMaker } from "./payload.js";
import { type ConnectionInfo, createRealtime, type Realtime } from "./realtime/index.js";
import type { LogLine } from "./state/event-log.js";
import { idsFrom } from "./state/ids.js";
import { State } from "./state/state.js";
import { TriggerTypes } from "./trigger-catalog.js";
import { Watch } from "./timeline/monitor.js";

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
  /** What can be made to go wrong. */
  readonly faults: PlatformFaults;
  /** The event log, newest first. @param limit default 100 */
  events(limit?: number): readonly LogLine[];
  /** The newest attempts at webhooks, newest first. */
  deliveries(): readonly DeliveryAttempt[];
  /** Resolves as soon as no webhook is pending. */
  idle(): Promise<void>;
  /** The realtime connections. */
  connections(): readonly ConnectionInfo[];
  /** @returns a function that takes the listener off again */
  on(listener: (news: PlatformNews) => void): () => void;
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
 * @throws EarshotError ERR_OPTION, ERR_PORT_IN_USE, ERR_CATALOG, ERR_PLATFORM_STATE
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  checkOptions(options);
  const types = new TriggerTypes(await loadTriggers(options));
  // The port comes first: a second platform on the same port must not touch the first one's data.
  let open: (doors: Doors) => void = () => undefined;
  const doors = new Promise<Doors>((resolve) => {
    open = resolve;
  });
  const requestMs = options.requestTimeoutMs ?? 30_000;
  const server = await listen(
    options.port ?? 0,
    { requestMs, headersMs: Math.ceil(requestMs / 3) },
    {
      call: (request, response) => void doors.then(({ call }) => call(request, response)),
      upgrade: (request, socket, head) => void doors.then(({ upgrade }) => upgrade(request, socket, head)),
    },
  );
  try {
    const parts = await makeParts(options, types);
    const { platform, doors: ready } = assemble(options, parts, server);
    open(ready);
    return platform;
  } catch (error) {
    await close(server);
    throw error;
  }
}

function isDashboard(path: string): boolean {
  return path === "/" || path.startsWith("/dashboard/");
}

/** What a platform is made of, before anything can reach it. */
interface Parts {
  readonly clock: Clock;
  readonly core: Core;
  readonly realtime: Realtime;
  readonly courier: Courier;
  readonly watch: Watch;
}

async function makeParts(options: PlatformOptions, types: TriggerTypes): Promise<Parts> {
  const clock = options.clock ?? systemClock;
  const ids = idsFrom(options.random);
  const news = new NewsDesk();
  const allowRemoteWebhooks = options.allowRemoteWebhooks ?? false;
  const state = await State.open({
    ids,
    appKey: V1_REALTIME_KEY,
    nowIso: nowIso({ clock }),
    apps: () => types.apps.map(({ name }) => name),
    accounts: options.accounts ?? [],
    seedDefault: options.defaultAccounts ?? true,
    apiKeys: options.apiKeys,
    dataDir: options.dataDir,
    mostEvents: options.maxEvents ?? 50_000,
    mostEventBytes: options.maxEventBytes ?? 256 * 1024 * 1024,
    onTrouble: (error) => news.tell({ type: "trouble", error }),
  });
  const watch = new Watch((id) => state.log.get(id));
  const { activityTimeoutSeconds, webhookRetry } = options;
  const realtime = createRealtime({
    appKey: state.project.appKey,
    appSecret: state.project.appSecret,
    clock,
    ...(activityTimeoutSeconds !== undefined && { activityTimeoutSeconds }),
  });
  realtime.on((what) => {
    if (what.type === "connected" || what.type === "subscribed" || what.type === "disconnected") {
      news.tell({ type: "realtime", what: what.type, socketId: what.socketId });
    }
  });
  const courier = createCourier({
    clock,
    allowRemote: allowRemoteWebhooks,
    ...(options.random !== undefined && { random: options.random }),
    ...(webhookRetry !== undefined && { retry: webhookRetry }),
    onSettled({ logId, delivered, error }) {
      const problem = delivered ? undefined : (error ?? "not delivered");
      state.settled(logId, problem);
      news.tell({ type: "settled", logId, error: problem });
      watch.settled(logId, problem);
    },
    onAttempt: (attempt) => watch.attempted(attempt),
  });
  news.tap((told) => {
    if (told.type === "fired") {
      const line = state.log.get(told.event.logId);
      if (line !== undefined) watch.fired(line, told.sockets, told.webhook);
    } else if (told.type === "trigger") watch.tell({ type: "changed", what: "triggers" });
    else if (told.type === "webhook") watch.tell({ type: "changed", what: "webhook" });
    else if (told.type === "realtime") watch.tell({ type: "changed", what: "listeners" });
  });
  const authorize = (socketId: string, channel: string) => realtime.authorize(socketId, channel);
  const accountsOnDemand =
    options.accountsOnDemand ?? (options.accounts === undefined && options.defaultAccounts !== false);
  const core = { state, types, clock, ids, news, authorize, accountsOnDemand, allowRemoteWebhooks };
  return { clock, core, realtime, courier, watch };
}

function assemble(
  options: PlatformOptions,
  { clock, core, realtime, courier, watch }: Parts,
  server: Server,
): { readonly platform: Platform; readonly doors: Doors } {
  const { state, news, ids } = core;
  const { project } = state;
  const port = portOf(server);
  const url = `http://${LOOPBACK}:${port}`;
  const stop = new AbortController();
  const calls = new CallFaults();
  const faults = platformFaults(calls, realtime.faults, courier.faults);
  const payloads = new PayloadMaker(clock, options.random ?? Math.random);
  const outlets = { realtime, courier, payloads };
  const fireNow = (name: string, what?: FireOptions) => fire(core, outlets, name, what);
  const common = { clock, faults: calls, port: () => port, stopping: stop.signal };
  const controlled = {
    ...{ core, realtime, courier, watch, faults, url, clock, stopping: stop.signal, fire: fireNow },
    ...{ inbox: options.inbox, payloads },
  };
  const files = new Router(dashboardEndpoints(options.dashboard));
  let api: Promise<Router> | undefined;
  const gateway = new Gateway({
    ...common,
    find(method, path) {
      if (isDashboard(path)) return files.find(method, path);
      // Loaded with the first call: a page that is opened does not wait for the whole API.
      api ??= import("./routes.js").then(({ apiRouter }) => apiRouter(controlled));
      return api.then((router) => router.find(method, path));
    },
    news,
    allows: (key) => state.apiKeys.allows(key),
    newRequestId: () => ids.uuid(),
    saved: () => state.saved(),
    maxBodyBytes: options.maxBodyBytes ?? 5 * 1024 * 1024,
  });
  const gate = {
    ...common,
    appKey: project.appKey,
    aliases: [OTHER_BUILT_IN_KEY],
    pass: realtime.handleUpgrade,
  };
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
      await realtime.room();
      return fired;
    },
    faults,
    events: (limit = 100) => state.log.newest({}, limit),
    deliveries: () => courier.deliveries(),
    idle: () => courier.idle(),
    connections: () => realtime.connections(),
    on: (listener) => news.on(listener),
    stop() {
      stop.abort(new Error("The platform stops"));
      // Realtime connections have left the server's books when they were upgraded, so both are closed.
      stopped ??= Promise.all([close(server), realtime.close(), courier.close()]).then(() => state.saved());
      return stopped;
    },
  };
  const doors: Doors = {
    call: (request, response) => void gateway.take(request, response),
    upgrade(request, socket, head) {
      takeUpgrade(gate, request, socket, head).catch(() => socket.destroy());
    },
  };
  return { platform, doors };
}
