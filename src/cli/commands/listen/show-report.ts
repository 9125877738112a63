import type { ListenerEvent, ListenerEventType } from "../../../index.js";
import type { Io } from "../../terminal/io.js";
import { plain } from "../../terminal/sanitize.js";

/** Types of reports that would be process warnings where nothing listened for them. */
export const troubles = [
  "websocket.failed",
  "delivery.rejected",
  "delivery.undecodable",
  "callback.failed",
  "event.dead-lettered",
  "gap.unfilled",
  "inbox.error",
  "warning",
] as const satisfies readonly ListenerEventType[];

/** What a person who waits for events wants to know of the listener itself. */
export function showReport(io: Io, report: ListenerEvent): void {
  const { dim, yellow, red, green } = io.err;
  switch (report.type) {
    case "websocket.ready":
      io.note(`${green("Listening.")} ${dim("Ctrl-C ends it.")}`);
      return;
    case "websocket.disconnected": {
      const next = report.retryInMs === undefined ? "" : ` Next try in ${report.retryInMs} ms.`;
      io.note(yellow(`Connection lost: ${plain(report.detail)}.${next}`));
      return;
    }
    case "gap.filled":
      io.note(dim(`Caught up: ${report.missed} missed events were in the platform's log.`));
      return;
    case "gap.unfilled":
      io.note(
        red(`Events may be missing since ${report.from.toISOString()}: ${plain(report.error.message)}`),
      );
      return;
    case "callback.failed": {
      const next = report.retryInMs === undefined ? "Given up." : `Next try in ${report.retryInMs} ms.`;
      const reason = report.error instanceof Error ? report.error.message : String(report.error);
      io.note(red(`${plain(report.triggerName)} ${plain(report.id)}: ${plain(reason)}. ${next}`));
      return;
    }
    case "delivery.undecodable":
    case "inbox.error":
    case "warning":
      io.note(yellow(plain(report.error.message)));
      return;
    default:
  }
}
