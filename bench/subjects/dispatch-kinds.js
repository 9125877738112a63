// What finds the callback for an event: a `Map`, earshot by each kind of filter, and what people would use instead.
// Each makes something with `register(n)`, which registers the callback with that number, and `dispatch(event)`,
// which calls it; `shape(n)` where its events are not as ours.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { builtUrl } from "../lib/build.js";
import { CHANNEL, CLIENT } from "../lib/realtime.js";

const require = createRequire(import.meta.url);
const nameOf = (n) => `TRIGGER_NUMBER_${n}`;
const silent = () => undefined;

/**
 * @param filterOf the filter of the callback with a number
 * @param shapeOf makes the event for it; by default, each has a trigger name of its own
 */
const earshot = (filterOf, shapeOf) => async () => {
  const { fakeEvent } = await import(builtUrl("testing.js"));
  const { CallbackIndex } = await import(builtUrl("stages/callback-index.js"));
  const { parseFilter } = await import(builtUrl("stages/parse-filter.js"));
  const onThrow = (callback) => callback;
  return (handler) => {
    const index = new CallbackIndex();
    return {
      shape: shapeOf && ((n) => shapeOf(n, fakeEvent)),
      register(n) {
        index.add({ name: index.names.unique(nameOf(n)), filter: parseFilter(filterOf(n)), handler });
      },
      dispatch(event) {
        for (const callback of index.match(event, onThrow)) callback.handler(event);
      },
    };
  };
};

/** All of one trigger, so that only the payload tells them apart. */
const ofOneTrigger = (n, fakeEvent) =>
  fakeEvent(nameOf(0), {
    action: "created",
    number: n,
    starred_by: "octocat",
    labels: [{ name: "bug" }, { name: `label-${n}` }],
  });
const written = (payloadOf) =>
  earshot((n) => ({ triggerName: nameOf(0), payload: payloadOf(n) }), ofOneTrigger);

/** The older shape of the realtime channel, which both published clients can read. */
const legacy = (n) => ({
  appName: "github",
  clientId: CLIENT,
  payload: { action: "created", number: n, starred_by: "octocat" },
  originalPayload: {},
  metadata: {
    id: `uuid-${n}`,
    nanoId: `ti_${n}`,
    connectionId: `uuid-${n}`,
    triggerName: nameOf(n),
    triggerData: "{}",
    triggerConfig: {},
    connection: {
      id: `uuid-${n}`,
      connectedAccountNanoId: `ca_${n}`,
      integrationId: `uuid-${n}`,
      authConfigNanoId: `ac_${n}`,
      clientUniqueUserId: "default",
      status: "ACTIVE",
    },
  },
});

/** What the published clients ask of the platform before they subscribe. */
async function platform() {
  const answers = {
    "/api/v1/client/auth/client_info": { client: { id: CLIENT } },
    "/api/v3/internal/sdk/realtime/credentials": {
      pusher_key: "bench",
      project_id: CLIENT,
      pusher_cluster: "mt1",
    },
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url.split("?")[0]];
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

/**
 * Both bind each callback to the same event of the same channel of their pusher-js, and each callback looks for
 * itself whether it is meant: what the channel does with an event is done here by itself. There is no socket.
 */
const published = (makeTriggers, Pusher) => async () => {
  // What it would dial is not measured.
  Pusher.prototype.connect = silent;
  const baseUrl = await platform();
  const triggers = await makeTriggers(baseUrl);
  return (handler) => {
    for (const { channels } of Pusher.instances) channels.find(CHANNEL)?.unbind();
    return {
      shape: legacy,
      register: (n) => triggers.subscribe(handler, nameOf(n)),
      dispatch(event) {
        Pusher.instances[0].channel(CHANNEL).emit("trigger_to_client", event);
      },
    };
  };
};

export const kinds = {
  map: async () => (handler) => {
    const map = new Map();
    return {
      register: (n) => void map.set(nameOf(n), handler),
      dispatch: (event) => map.get(event.triggerName)(event),
    };
  },
  "by name": earshot(nameOf),
  "by trigger": earshot((n) => ({ triggerId: `ti_${n}` })),
  "by name, app and account": earshot((n) => ({
    triggerName: nameOf(n),
    appName: "github",
    connectionId: `ca_${n}`,
  })),
  "by name and payload": earshot((n) => ({ triggerName: nameOf(n), payload: { number: n } })),
  "by payload only": earshot((n) => ({ payload: { number: n } })),
  "written, equality": written((n) => ({ number: n, starred_by: { $startsWith: "octo" } })),
  "written, list": written((n) => ({
    labels: { name: { $in: [`label-${n}`] } },
    starred_by: { $regex: "^octo" },
  })),
  "written, range": written((n) => ({ number: { $gte: n, $lte: n } })),
  where: earshot(
    (n) => ({ triggerName: nameOf(0), where: ({ payload }) => payload.number === n }),
    ofOneTrigger,
  ),

  eventemitter3: async () => {
    const { EventEmitter } = await import("eventemitter3");
    return (handler) => {
      const emitter = new EventEmitter();
      return {
        register: (n) => void emitter.on(nameOf(n), handler),
        dispatch: (event) => void emitter.emit(event.triggerName, event),
      };
    };
  },
  "@octokit/webhooks": async () => {
    const { Webhooks } = await import("@octokit/webhooks");
    const log = { debug: silent, info: silent, warn: silent, error: silent };
    return (handler) => {
      const webhooks = new Webhooks({ secret: "bench", log });
      return {
        // It knows GitHub's own names, and warns of others.
        register: (n) => void webhooks.on(nameOf(n), handler),
        dispatch: (event) =>
          webhooks.receive({ id: event.id, name: event.triggerName, payload: event.payload }),
      };
    };
  },
  "composio-core": async () => {
    // It has one of its own.
    const Pusher = createRequire(require.resolve("composio-core"))("pusher-js");
    return published(async (baseUrl) => {
      const { Composio } = require("composio-core");
      const { triggers } = new Composio({ apiKey: "bench", baseUrl, allowTracking: false });
      const id = await triggers.backendClient.getClientId();
      // It asks for this with every subscription: a call of the platform is not registering.
      triggers.backendClient.getClientId = async () => id;
      return { subscribe: (handler, triggerName) => triggers.subscribe(handler, { triggerName }) };
    }, Pusher)();
  },
  "@composio/core": async () => {
    const { default: Pusher } = await import("pusher-js");
    return published(async (baseURL) => {
      const { Composio } = await import("@composio/core");
      const options = { apiKey: "bench", baseURL, allowTracking: false, disableVersionCheck: true };
      const { triggers } = new Composio(options);
      return { subscribe: (handler, name) => triggers.subscribe(handler, { triggerSlug: [name] }) };
    }, Pusher)();
  },
};
