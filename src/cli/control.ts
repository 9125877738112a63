import { ControlError, UnreachableError } from "./errors.js";

/** Limit for one call, milliseconds: a paced call takes as long as its events. */
const TIMEOUT_MS = 120_000;

/**
 * Calls the local platform's control API, which the real platform does not have.
 *
 * @param url the local platform's
 * @throws UnreachableError; ControlError
 */
export async function control(url: string, path: string, body: unknown): Promise<Record<string, unknown>> {
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(`${url}/dev/api/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-earshot-dev": "1" },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    answer = await response.json().catch(() => undefined);
  } catch (thrown) {
    const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
    throw new UnreachableError(url, cause instanceof Error ? cause.message : String(cause));
  }
  const known = objectOf(answer);
  if (response.ok && known !== undefined) return known;
  const { message, suggested_fix: fix } = objectOf(known?.error) ?? {};
  if (typeof message !== "string") {
    throw new ControlError(`What answers at ${url} (with ${response.status}) is no \`earshot dev\`.`);
  }
  throw new ControlError(message, typeof fix === "string" ? fix : undefined);
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}
