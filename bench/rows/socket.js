import { interleave } from "../lib/interleave.js";

const subject = (name, program, matched, role = "peer") => ({
  name,
  role,
  file: "subjects/socket.js",
  args: [program, "-"],
  load: { matched },
});

const socket = (what, matched) => ({
  short: true,
  what,
  measure: ({ short, ...options }) =>
    interleave({
      generator: "lib/socket-generator.js",
      subjects: [
        subject("raw ws, JSON.parse twice", "ws", matched, "control"),
        subject("earshot", "earshot", matched, "subject"),
        ...(short ? [] : [subject("pusher-js", "pusher-js", matched)]),
      ],
      ...options,
    }),
});

export const heard = socket("WebSocket, one matching callback", true);
export const unasked = socket("WebSocket, events that no callback asked for", false);
