import { ApiError } from "../../base/errors.js";
import type { JsonObject } from "../../model/json.js";
import { objectIn, textOf } from "../read.js";

/**
 * Reads generation 1's `{status, message, …}`, which says "error" in a 200 too.
 *
 * @throws ApiError ERR_API with the platform's words
 */
export function successOf(answer: unknown, what: string): JsonObject {
  // Some of these calls are answered with nothing at all.
  if (answer === undefined) return {};
  const members = objectIn(answer, what);
  const status = textOf(members.status)?.toLowerCase();
  if (status === "error" || status === "failed" || status === "failure") {
    const words = textOf(members.message) ?? "no reason given";
    throw new ApiError("ERR_API", `The platform refused ${what}: ${words}`, {
      status: 200,
      details: members,
    });
  }
  return members;
}
