import { ControlError, UnreachableError } from "./errors.js";
import { failureReason, httpRequest, type TextResponse } from "./http.js";
import { withTimeLimit } from "./time-limit.js";

/** Limit for one request, milliseconds: a request with a rate takes as long as its events. */
const TIMEOUT_MS = 120_000;

/**
 * Calls the control API, which only the local platform has.
 *
 * @param url the local platform's URL
 * @throws UnreachableError; ControlError
 */
export async function callControlApi(
  url: string,
  path: string,
  body: unknown,
): Promise<Record<string, unknown>> {
  let response: TextResponse;
  try {
    response = await withTimeLimit(TIMEOUT_MS, new AbortController().signal, (signal) =>
      httpRequest(`${url}/dev/api/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-earshot-dev": "1" },
        body: JSON.stringify(body),
        readBody: true,
        signal,
      }),
    );
  } catch (thrown) {
    throw new UnreachableError(url, failureReason(thrown));
  }
  const result = objectOf(parsed(response.text));
  if (response.status === 200 && result !== undefined) return result;
  const { message, suggested_fix: fix, reason } = objectOf(result?.error) ?? {};
  if (typeof message !== "string") {
    throw new ControlError(
      `The server at ${url} (status ${response.status}) is not a local platform; start one with \`earshot dev\`.`,
    );
  }
  throw new ControlError(message, typeof fix === "string" ? fix : undefined, reason);
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
