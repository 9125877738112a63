import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import { shownValue } from "../base/warning.js";
import type { Logger } from "../model/logger.js";
import type { ListenerMonitor } from "../model/monitor.js";

/** @throws EarshotError ERR_OPTION */
export function monitorsOption(
  name: string,
  given: ListenerMonitor | readonly ListenerMonitor[],
): readonly ListenerMonitor[] {
  const all = [given].flat() as readonly ListenerMonitor[];
  for (const one of all) {
    if (typeof one === "object" && one !== null && typeof one.kind === "string" && isComplete(one)) continue;
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` is what prometheus({ registry }) or openTelemetry() returns, not ${shownValue(one)}.`,
    );
  }
  return Object.freeze([...all]);
}

/** What lacks a method would fail at each event. */
function isComplete({ meters, tracer }: ListenerMonitor): boolean {
  const has = (part: object | null | undefined, methods: readonly string[]) =>
    part === undefined || (part !== null && methods.every((name) => isCallable(Reflect.get(part, name))));
  return has(meters, ["counter", "histogram", "gauge"]) && has(tracer, ["receive", "attempt"]);
}

/** @throws EarshotError ERR_OPTION */
export function loggerOption(name: string, given: Logger): Logger {
  const levels = ["debug", "info", "warn", "error"] as const;
  if (given === null || !levels.every((level) => typeof given[level] === "function")) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` is a logger: pino's, winston's, console, or an object with debug, info, warn and error.`,
    );
  }
  return given;
}
