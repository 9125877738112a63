import { interleave } from "../lib/interleave.js";

const subject = (name, program, shape, role = "peer") => ({
  name,
  role,
  file: "subjects/socket.js",
  args: [program],
  load: { who: program, shape },
});

/** The platform has two shapes for an event on the socket, of the same size here; who reads one only is sent that. */
const subjects = [
  subject("raw ws, JSON.parse twice", "ws", "v3", "control"),
  subject("earshot", "earshot", "v3", "subject"),
  subject("earshot, older shape", "earshot-legacy", "legacy", "variant"),
  subject("raw ws, older shape", "ws-legacy", "legacy", "variant"),
  subject("pusher-js", "pusher-js", "v3"),
  subject("composio-core 0.5, older shape", "composio-core", "legacy"),
  subject("@composio/core 0.10", "composio-v3", "v3"),
  subject("@composio/core 0.10, older shape", "composio-legacy", "legacy"),
];

const socket = (what, matched) => ({
  short: true,
  profile: true,
  what,
  measure: ({ short, ...options }) =>
    interleave({
      generator: "lib/socket-generator.js",
      subjects: subjects
        .filter(({ role }) => !short || role === "control" || role === "subject")
        .map((one) => ({ ...one, load: { ...one.load, matched }, hears: matched ? "all" : "none" })),
      ...options,
    }),
});

export const heard = socket("WebSocket, one matching callback", true);
export const unasked = socket("WebSocket, events that no callback asked for", false);
