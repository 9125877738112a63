import { type ErrorCode, RejectedError } from "../base/errors.js";
import type { Delivery } from "../model/delivery.js";
import type { Origin, Verified } from "../model/verified.js";

/** The result of a check. */
export interface VerifiedSignature {
  /** Index of the key that matched. */
  readonly key: number;
  /** The time that was signed, epoch milliseconds. */
  readonly sentAt?: number | undefined;
  /** The message's id, where it was signed. */
  readonly messageId?: string | undefined;
}

/** Why a request is rejected before its event is read. */
export type RejectionCode = Extract<
  ErrorCode,
  `ERR_SIGNATURE_${string}` | `ERR_TIMESTAMP_${string}` | "ERR_HEADER_REPEATED" | "ERR_BODY_TOO_LARGE"
>;

/** A rejection with the status of its code: 413, 400 for what is malformed, else 401. */
export function rejection(code: RejectionCode, why: string): RejectedError {
  if (code === "ERR_BODY_TOO_LARGE") return new RejectedError(code, 413, why);
  const isMalformed = code.endsWith("_MALFORMED") || code === "ERR_HEADER_REPEATED";
  return new RejectedError(code, isMalformed ? 400 : 401, why);
}

/** The sender is not verified: 401. */
export function unauthorized(
  code: Extract<ErrorCode, `ERR_SIGNATURE_${string}` | `ERR_TIMESTAMP_${string}`>,
  message: string,
): RejectedError {
  return new RejectedError(code, 401, message);
}

/** The request is not in the form that this sender uses: 400. */
export function badRequest(
  code: Extract<ErrorCode, "ERR_SIGNATURE_MALFORMED" | "ERR_TIMESTAMP_MALFORMED" | "ERR_HEADER_REPEATED">,
  message: string,
): RejectedError {
  return new RejectedError(code, 400, message);
}

/**
 * Marks a delivery as verified, without a check. For the platform's authorized private channel and its trigger log, and
 * for `verify/` itself. The package does not export it.
 */
export function markVerified(delivery: Delivery, origin: Origin): Verified {
  return { delivery, origin } as Verified;
}
