// Holds connections to the local platform: so many that have subscribed, so many that only stay. Started with the
// platform's address. It reads what comes and counts it.
import { WebSocket } from "ws";

const [baseUrl] = process.argv.slice(2);
const headers = { "x-api-key": "local", "content-type": "application/json" };
const credentials = await (
  await fetch(`${baseUrl}/api/v3/internal/sdk/realtime/credentials`, { headers })
).json();
const channel = `private-${credentials.project_id}_triggers`;
const sockets = [];
let heard = 0;
let onHeard = () => undefined;

function connect(subscribes) {
  const url = `${baseUrl.replace("http", "ws")}/app/${credentials.pusher_key}?protocol=7`;
  const socket = new WebSocket(url, { perMessageDeflate: false });
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.on("message", async (message) => {
      // An event begins with its name; there is no time to parse a thousand copies of each.
      const text = message.toString();
      if (text.includes('"trigger_to_client"')) {
        heard += 1;
        onHeard();
        return;
      }
      const { event, data } = JSON.parse(text);
      if (event === "pusher_internal:subscription_succeeded") resolve();
      if (event !== "pusher:connection_established") return;
      if (!subscribes) return resolve();
      const { socket_id } = JSON.parse(data);
      const answer = await fetch(`${baseUrl}/api/v3/internal/sdk/realtime/auth`, {
        method: "POST",
        headers,
        body: JSON.stringify({ socket_id, channel_name: channel }),
      });
      const { auth } = await answer.json();
      socket.send(JSON.stringify({ event: "pusher:subscribe", data: { channel, auth } }));
    });
  });
}

/** Either so many connections, after all before have gone, or a wait for so many events. */
process.on("message", async ({ subscribed, idle, events }) => {
  if (events !== undefined) {
    await new Promise((resolve) => {
      onHeard = () => {
        if (heard >= events) resolve();
      };
      onHeard();
    });
    process.send({ heard });
    heard = 0;
    return;
  }
  for (const socket of sockets.splice(0)) socket.terminate();
  for (let n = 0; n < subscribed; n += 1) await connect(true);
  for (let n = 0; n < idle; n += 1) await connect(false);
  process.send({ open: sockets.length });
});
process.send({ ready: true });
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
