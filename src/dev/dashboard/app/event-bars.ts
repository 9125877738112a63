import { durationText } from "./format.js";
import type { Bar } from "./parts/waterfall.js";
import type { EventResponse, ModelRun, TimelineStep, ToolRun } from "./types.js";

/** The steps of an event as bars: a step with a duration ended at its time; a webhook attempt began at it. */
export function barsOf({ steps, toolRuns, modelRuns, row }: EventResponse): Bar[] {
  const bars = [
    ...steps.flatMap((step) => barsOfStep(step, row.at)),
    ...toolRuns.map(barOfTool),
    ...modelRuns.map(barOfModel),
  ];
  return bars.sort((a, b) => Math.round(a.from) - Math.round(b.from) || a.to - b.to);
}

function barOfTool({ tool, at, durationMs, error, appName }: ToolRun): Bar {
  const from = Date.parse(at);
  return {
    title: tool,
    tone: error === null ? "plain" : "bad",
    ...{ from, to: from + durationMs, level: 1 },
    detail: `tool call of ${appName}${error === null ? "" : `: ${error}`}`,
  };
}

function barOfModel(run: ModelRun): Bar {
  const from = Date.parse(run.at);
  return {
    title: `Model ${run.model}`,
    tone: run.error === null ? "info" : "bad",
    ...{ from, to: from + run.durationMs, level: 1 },
    detail: `model time: ${replyText(run)}`,
  };
}

/** What a model replied, in a few words. */
export function replyText({ reply: { text, calls }, error }: ModelRun): string {
  if (error !== null) return error;
  return calls.length > 0 ? `calls ${calls.map(({ name }) => name).join(", ")}` : text.slice(0, 120);
}

function barsOfStep(step: TimelineStep, firedAt: number): Bar[] {
  const { type, at, callback, attempt, source, message, durationMs = 0, retryInMs } = step;
  const point = { from: at, to: at };
  const wait: Bar[] =
    retryInMs === undefined
      ? []
      : [
          {
            title: "Wait until the next attempt",
            ...{ tone: "plain" as const, from: at, to: at + retryInMs, level: 1 },
            detail: `retry in ${durationText(retryInMs)}`,
          },
        ];
  switch (type) {
    case "fired":
      return [{ title: "Fired", tone: "info", ...point, detail: message }];
    case "webhook.delivered":
      return [
        {
          title: `Webhook delivered, attempt ${attempt}`,
          ...{ tone: "good" as const, from: at, to: at + durationMs, detail: message },
        },
      ];
    case "webhook.failed":
      return [
        {
          title: `Webhook failed, attempt ${attempt}`,
          ...{ tone: "bad" as const, from: at, to: at + durationMs, detail: message },
        },
        ...wait,
      ];
    case "event.stored":
      return [
        { title: `Received, from ${source}`, tone: "info", from: Math.min(firedAt, at), to: at },
        { title: `Stored, from ${source}`, tone: "info", ...point },
      ];
    case "event.duplicate":
      return [{ title: `Duplicate, from ${source}`, tone: "plain", ...point, detail: message }];
    case "event.unmatched":
      return [{ title: "Unmatched: no callback has a filter that matches", tone: "plain", ...point }];
    case "callback.done":
      return [
        {
          title: `${callback} done, attempt ${attempt}`,
          ...{ tone: "good" as const, from: at - durationMs, to: at, detail: message },
        },
      ];
    case "callback.failed":
      return [
        {
          title: `${callback} failed, attempt ${attempt}`,
          ...{ tone: "warn" as const, from: at - durationMs, to: at, detail: message },
        },
        ...wait,
      ];
    case "event.done":
      return [{ title: "Event done", tone: "good", ...point }];
    case "event.dead-lettered":
      return [{ title: "Event dead-lettered", tone: "bad", ...point, detail: message }];
    default:
      return [{ title: type, tone: "plain", ...point, detail: message }];
  }
}
