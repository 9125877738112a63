import { stream } from "hono/streaming";
import type { Call } from "../http/endpoint.js";
import type { LiveUpdate, Monitor } from "../timeline/monitor.js";

/** A reader that is further behind gets no updates until it has read what was sent; then it requests all anew. */
const MOST_WAITING = 5_000;
/** Keeps the connection from looking dead. */
const HEARTBEAT_MS = 10_000;

/**
 * What happens, as it happens: server-sent events. The dashboard reads them with `fetch`, because an `EventSource`
 * cannot send the header that keeps other pages out. Updates of one turn of the event loop are one write.
 */
export function streamLiveUpdates(c: Call, monitor: Monitor, stopping: AbortSignal): Response {
  c.header("content-type", "text/event-stream; charset=utf-8");
  if (c.req.method === "HEAD") return c.body(null);
  return stream(c, async (out) => {
    let waiting: LiveUpdate[] = [];
    let isBehind = false;
    let wake = () => {};
    const unsubscribe = monitor.on((update) => {
      if (isBehind) return;
      if (waiting.length < MOST_WAITING) waiting.push(update);
      else {
        isBehind = true;
        waiting = [];
      }
      wake();
    });
    const heartbeat = setInterval(() => wake(), HEARTBEAT_MS);
    const end = () => wake();
    stopping.addEventListener("abort", end);
    out.onAbort(end);
    try {
      await out.write(": ready\n\n");
      while (!out.aborted && !stopping.aborted) {
        if (waiting.length === 0 && !isBehind) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          await new Promise((resolve) => setImmediate(resolve));
        }
        const text = isBehind ? 'data: {"type":"behind"}\n\n' : waiting.map(eventText).join("");
        waiting = [];
        isBehind = false;
        // Resolves once the client has read enough: until then, updates wait above.
        await out.write(text === "" ? ": heartbeat\n\n" : text);
      }
    } finally {
      unsubscribe();
      clearInterval(heartbeat);
      stopping.removeEventListener("abort", end);
    }
  });
}

function eventText(update: LiveUpdate): string {
  return `data: ${JSON.stringify(update)}\n\n`;
}
