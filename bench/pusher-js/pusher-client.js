import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * The published client, set up as its documentation says for a private channel on a server of one's own. Resolves
 * when it is subscribed.
 */
export async function pusherClient({ port, key, channel, auth, quietLimitMs, pongLimitMs, onEvent }) {
  const module = require("pusher-js");
  const Pusher = module.default ?? module;
  const client = new Pusher(key, {
    cluster: "local",
    wsHost: "127.0.0.1",
    wsPort: port,
    forceTLS: false,
    enabledTransports: ["ws"],
    enableStats: false,
    activityTimeout: quietLimitMs,
    pongTimeout: pongLimitMs,
    channelAuthorization: {
      transport: "ajax",
      endpoint: auth,
      headers: { "x-api-key": "local" },
    },
  });
  // What it reports is its user's to read; without a listener it is thrown away.
  client.connection.bind("error", () => undefined);
  const subscription = client.subscribe(channel);
  subscription.bind("trigger_to_client", (data) => onEvent(String(data.data.text)));
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("pusher-js did not subscribe within 20 s")), 20_000);
    subscription.bind("pusher:subscription_succeeded", () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return {
    version: require("pusher-js/package.json").version,
    close: () => client.disconnect(),
  };
}
