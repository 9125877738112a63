import { spanText, timeText } from "../format.js";
import type { Step } from "../types.js";
import type { Tone } from "./badge.js";

interface Stage {
  readonly title: string;
  readonly tone: Tone;
}

function stageOf({ type, callback, attempt, source }: Step): Stage {
  switch (type) {
    case "fired":
      return { title: "Fired", tone: "info" };
    case "webhook.delivered":
      return { title: `Webhook delivered, attempt ${attempt}`, tone: "good" };
    case "webhook.failed":
      return { title: `Webhook failed, attempt ${attempt}`, tone: "bad" };
    case "event.stored":
      return { title: `Kept, from ${source}`, tone: "info" };
    case "event.duplicate":
      return { title: `A copy from ${source}: known already`, tone: "plain" };
    case "event.unmatched":
      return { title: "No callback asked for it", tone: "plain" };
    case "callback.done":
      return { title: `${callback} done, attempt ${attempt}`, tone: "good" };
    case "callback.failed":
      return { title: `${callback} failed, attempt ${attempt}`, tone: "warn" };
    case "event.done":
      return { title: "Settled: done", tone: "good" };
    case "event.dead-lettered":
      return { title: "Settled: dead", tone: "bad" };
    default:
      return { title: type, tone: "plain" };
  }
}

function detailsOf({ message, durationMs, retryInMs }: Step): string[] {
  return [
    ...(message === undefined ? [] : [message]),
    ...(durationMs === undefined ? [] : [`took ${spanText(durationMs)}`]),
    ...(retryInMs === undefined ? [] : [`again in ${spanText(retryInMs)}`]),
  ];
}

/** An event's way as a path, from firing to its end, with what each step took. */
export function Way({ steps, firedAt }: { readonly steps: readonly Step[]; readonly firedAt: number }) {
  if (steps.length === 0) {
    return (
      <p className="muted">
        Its steps are no longer known: only those of the last events since the start are.
      </p>
    );
  }
  const inOrder = [...steps].sort((a, b) => a.at - b.at);
  const heard = steps.some(({ listener }) => listener !== undefined);
  return (
    <>
      <ol className="way">
        {inOrder.map((step, at) => {
          const { title, tone } = stageOf(step);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no name, and are only ever added
            <li key={at} className={tone}>
              <p className="way-head">
                <strong>{title}</strong>
                <span className="muted mono">
                  <time>{timeText(step.at)}</time>{" "}
                  <b>+{Math.max(0, Math.round(step.at - firedAt)).toLocaleString("en")} ms</b>
                </span>
              </p>
              <p className="muted">{detailsOf(step).join(" · ")}</p>
            </li>
          );
        })}
      </ol>
      {!heard && (
        <p className="muted">
          No listener has told of it yet. Listeners of earshot tell the local platform by themselves.
        </p>
      )}
    </>
  );
}
