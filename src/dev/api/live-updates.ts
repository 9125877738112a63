import type { Answer } from "../http/answer.js";
import type { Sight, Watch } from "../timeline/monitor.js";

/** A reader that is so far behind is told to ask anew, and gets nothing until it has caught up. */
const MOST_BUFFERED_BYTES = 1024 * 1024;
/** Keeps the connection from looking dead. */
const HEARTBEAT_MS = 10_000;

/**
 * What happens, as it happens: server-sent events, which the dashboard reads with `fetch`, for the header that
 * keeps other pages out cannot be sent by an `EventSource`. What happens in one go is one write.
 */
export function liveAnswer(watch: Watch, stopping: AbortSignal): Answer {
  return {
    status: 200,
    headers: { "content-type": "text/event-stream; charset=utf-8" },
    body: "",
    stream(response) {
      let waiting: Sight[] = [];
      let behind = false;
      const flush = () => {
        const sights = waiting;
        waiting = [];
        if (!response.writableEnded)
          response.write(sights.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(""));
      };
      const off = watch.on((sight) => {
        if (behind) return;
        if (response.writableLength > MOST_BUFFERED_BYTES || waiting.length > 5_000) {
          behind = true;
          waiting = [];
          return;
        }
        waiting.push(sight);
        if (waiting.length === 1) setImmediate(flush);
      });
      response.on("drain", () => {
        if (!behind) return;
        behind = false;
        response.write('data: {"type":"behind"}\n\n');
      });
      const beat = setInterval(() => response.write(": beat\n\n"), HEARTBEAT_MS);
      const end = () => response.end();
      stopping.addEventListener("abort", end, { once: true });
      response.on("close", () => {
        off();
        clearInterval(beat);
        stopping.removeEventListener("abort", end);
      });
      response.write(": ready\n\n");
    },
  };
}
