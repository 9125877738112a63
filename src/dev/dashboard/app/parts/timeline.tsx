import { durationText, timeOfDay } from "../format.js";
import type { TimelineStep } from "../types.js";
import type { Tone } from "./badge.js";

function titleOf({ type, callback, attempt, source }: TimelineStep): readonly [title: string, tone: Tone] {
  switch (type) {
    case "fired":
      return ["Fired", "info"];
    case "webhook.delivered":
      return [`Webhook delivered, attempt ${attempt}`, "good"];
    case "webhook.failed":
      return [`Webhook failed, attempt ${attempt}`, "bad"];
    case "event.stored":
      return [`Stored, from ${source}`, "info"];
    case "event.duplicate":
      return [`Duplicate, from ${source}`, "plain"];
    case "event.unmatched":
      return ["Unmatched: no callback has a filter that matches", "plain"];
    case "callback.done":
      return [`${callback} done, attempt ${attempt}`, "good"];
    case "callback.failed":
      return [`${callback} failed, attempt ${attempt}`, "warn"];
    case "event.done":
      return ["Event done", "good"];
    case "event.dead-lettered":
      return ["Event dead-lettered", "bad"];
    default:
      return [type, "plain"];
  }
}

function detailsOf({ message, durationMs, retryInMs }: TimelineStep): string[] {
  return [
    ...(message === undefined ? [] : [message]),
    ...(durationMs === undefined ? [] : [`took ${durationText(durationMs)}`]),
    ...(retryInMs === undefined ? [] : [`retry in ${durationText(retryInMs)}`]),
  ];
}

/** The steps of an event by time, each with the milliseconds since it was fired. */
export function Timeline({
  steps,
  firedAt,
}: {
  readonly steps: readonly TimelineStep[];
  readonly firedAt: number;
}) {
  if (steps.length === 0) {
    return (
      <p className="muted">
        No steps in memory: the platform holds those of the last events since its start.
      </p>
    );
  }
  const inOrder = [...steps].sort((a, b) => a.at - b.at);
  const isReported = steps.some(({ listener }) => listener !== undefined);
  return (
    <>
      <ol className="timeline">
        {inOrder.map((step, at) => {
          const [title, tone] = titleOf(step);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no id, and are only ever added
            <li key={at} className={tone}>
              <p className="timeline-head">
                <strong>{title}</strong>
                <span className="muted mono">
                  <time>{timeOfDay(step.at)}</time>{" "}
                  <b>+{Math.max(0, Math.round(step.at - firedAt)).toLocaleString("en")} ms</b>
                </span>
              </p>
              <p className="muted">{detailsOf(step).join(" · ")}</p>
            </li>
          );
        })}
      </ol>
      {!isReported && (
        <p className="muted">
          No listener has reported this event yet. Listeners of earshot report to the local platform by
          default.
        </p>
      )}
    </>
  );
}
