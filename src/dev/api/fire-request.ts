import { sleep } from "../../base/clock.js";
import { EarshotError } from "../../base/errors.js";
import { isJsonObject } from "../../model/json.js";
import { checkValue, problemText } from "../check-value.js";
import type { PlatformContext } from "../context.js";
import type { Fired, FireOptions } from "../fire.js";
import { type Call, fieldsOf, optionalString, requiredString } from "../http/endpoint.js";
import { HttpProblem } from "../http/http-problem.js";
import { unknownMembers } from "../unknown-members.js";
import type { ApiContext } from "./context.js";
import type { FireAnswer } from "./types.js";

/** Below what the command line and other callers wait for an answer. */
const LONGEST_MS = 100_000;
const MOST = 100_000;
/** So many are fired before others have their turn. */
const AT_ONCE = 500;

/**
 * Fires as a body says: `{name, data?, changes?, originalData?, triggerId?, connectedAccountId?, userId?}`, `count`
 * times (default 1), `rate` a second (default as fast as it goes).
 *
 * What of a given payload does not fit the trigger's schema is answered, and fired all the same: odd payloads are
 * worth a try.
 *
 * @throws HttpProblem 400; 404 for an unknown trigger; 409 where it is not enabled
 */
export async function fireByCall(
  c: Call,
  { context, stopping, fire, realtime }: ApiContext,
): Promise<FireAnswer> {
  const { clock } = context;
  const name = requiredString(c, "name");
  const count = numberOf(c, "count") ?? 1;
  const rate = numberOf(c, "rate");
  if (!Number.isInteger(count) || count < 1 || count > MOST) {
    throw new HttpProblem(400, `\`count\` is a whole number from 1 to ${MOST}`);
  }
  if (rate !== undefined && !(rate > 0)) throw new HttpProblem(400, "`rate` is a number of events a second");
  if (rate !== undefined && (count / rate) * 1_000 > LONGEST_MS) {
    throw new HttpProblem(
      400,
      `${count} events at ${rate} a second take too long for one call; make several`,
    );
  }
  const options = optionsOf(c);
  const logIds: string[] = [];
  let fired: Fired | undefined;
  let misfits: readonly string[] = [];
  const startMs = clock.monotonic();
  for (let number = 0; number < count; number += 1) {
    if (rate !== undefined) {
      const dueMs = startMs + (number / rate) * 1_000 - clock.monotonic();
      if (dueMs > 0) await sleep(clock, dueMs, stopping);
    } else if (number > 0 && number % AT_ONCE === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    fired = translated(() => fire(name, options));
    logIds.push(...fired.logIds);
    // The first one is enough: what was given is the same in all.
    if (number === 0) misfits = await misfitsOf(fired, options, context);
    await realtime.drained();
  }
  return {
    fired: logIds.length,
    logIds,
    connections: fired?.connections ?? 0,
    webhook: fired?.webhook ?? null,
    ...(misfits.length > 0 && { misfits }),
  };
}

async function misfitsOf(
  { events: [event] }: Fired,
  { data, changes }: FireOptions,
  { types }: Pick<PlatformContext, "types">,
): Promise<readonly string[]> {
  const type = event && types.get(event.triggerName);
  if (type === undefined || (data === undefined && changes === undefined)) return [];
  const problems = await checkValue(event?.payload, type.payload);
  const known = new Set(problems.map(({ path }) => path));
  const unknown = unknownMembers(event?.payload, type.payload).filter(({ path }) => !known.has(path));
  return [...problems, ...unknown].map(problemText);
}

function optionsOf(c: Call): FireOptions {
  const { data, changes, originalData } = fieldsOf(c);
  const triggerId = optionalString(c, "triggerId");
  const connectedAccountId = optionalString(c, "connectedAccountId");
  const userId = optionalString(c, "userId");
  for (const [name, value] of [
    ["data", data],
    ["changes", changes],
    ["originalData", originalData],
  ] as const) {
    if (value !== undefined && !isJsonObject(value))
      throw new HttpProblem(400, `\`${name}\` is a JSON object`);
  }
  return {
    ...(isJsonObject(data) && { data }),
    ...(isJsonObject(changes) && { changes }),
    ...(isJsonObject(originalData) && { originalData }),
    ...(triggerId !== undefined && { triggerId }),
    ...(connectedAccountId !== undefined && { connectedAccountId }),
    ...(userId !== undefined && { userId }),
  };
}

function numberOf(c: Call, name: string): number | undefined {
  const value = fieldsOf(c)[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new HttpProblem(400, `\`${name}\` is a number`);
}

/** An error of ours as an answer of the control API: its status says which kind it is. */
export function translated<Value>(act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof EarshotError)) throw error;
    const statuses: Partial<Record<string, number>> = {
      ERR_TRIGGER_UNKNOWN: 404,
      ERR_TRIGGER_NOT_ENABLED: 409,
    };
    const status = statuses[error.code] ?? 400;
    throw new HttpProblem(status, error.message, { suggestion: error.solution, reason: error.code });
  }
}
