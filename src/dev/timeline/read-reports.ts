import { isJsonObject } from "../../model/json.js";
import type { DevReport, DevReports } from "../../protocol/dev.js";
import { HttpProblem } from "../http/http-problem.js";

const MOST_REPORTS = 5_000;
const LONGEST_TEXT = 4_000;

/** What a listener posted, checked and shortened. @throws HttpProblem 400 */
export function readReports(body: unknown): DevReports {
  if (!isJsonObject(body) || !isJsonObject(body.listener) || !Array.isArray(body.reports)) {
    throw new HttpProblem(400, "The body is to be { listener, reports }");
  }
  const { id, pid, state, healthy, socketId, inbox, running, filters } = body.listener;
  if (typeof id !== "string" || id === "") throw new HttpProblem(400, "`listener.id` is missing");
  return {
    listener: {
      id: textOf(id),
      pid: numberOf(pid),
      state: textOf(state),
      healthy: healthy === true,
      ...(typeof socketId === "string" && { socketId: textOf(socketId) }),
      inbox: textOf(inbox),
      running: numberOf(running),
      filters: Array.isArray(filters) ? filters.slice(0, 100).map(textOf) : [],
    },
    reports: body.reports.slice(0, MOST_REPORTS).filter(isJsonObject).map(reportOf),
  };
}

function reportOf(report: Readonly<Record<string, unknown>>): DevReport {
  const texts = ["id", "source", "callback", "message"] as const;
  const numbers = ["attempt", "durationMs", "retryInMs"] as const;
  return {
    type: textOf(report.type),
    at: numberOf(report.at),
    ...Object.fromEntries(
      texts.flatMap((name) => (typeof report[name] === "string" ? [[name, textOf(report[name])]] : [])),
    ),
    ...Object.fromEntries(
      numbers.flatMap((name) => (typeof report[name] === "number" ? [[name, numberOf(report[name])]] : [])),
    ),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.slice(0, LONGEST_TEXT) : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
