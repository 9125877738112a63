import { ControlError, UnreachableError } from "./errors.js";
import { type HttpAnswer, httpCall, reasonOf } from "./http.js";
import { within } from "./time-limit.js";

/** Limit for one call, milliseconds: a paced call takes as long as its events. */
const TIMEOUT_MS = 120_000;

/**
 * Calls the local platform's control API, which the real platform does not have.
 *
 * @param url the local platform's
 * @throws UnreachableError; ControlError
 */
export async function control(url: string, path: string, body: unknown): Promise<Record<string, unknown>> {
  let response: HttpAnswer;
  try {
    response = await within(TIMEOUT_MS, new AbortController().signal, (signal) =>
      httpCall(`${url}/dev/api/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-earshot-dev": "1" },
        body: JSON.stringify(body),
        wantsText: true,
        signal,
      }),
    );
  } catch (thrown) {
    throw new UnreachableError(url, reasonOf(thrown));
  }
  const known = objectOf(parsed(response.text));
  if (response.status === 200 && known !== undefined) return known;
  const { message, suggested_fix: fix } = objectOf(known?.error) ?? {};
  if (typeof message !== "string") {
    throw new ControlError(`What answers at ${url} (with ${response.status}) is no \`earshot dev\`.`);
  }
  throw new ControlError(message, typeof fix === "string" ? fix : undefined);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}
