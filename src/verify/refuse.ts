import { type ErrorCode, RejectedError } from "../base/errors.js";

/** The sender has not proved who it is: 401. */
export function unproved(
  code: Extract<ErrorCode, `ERR_SIGNATURE_${string}` | `ERR_TIMESTAMP_${string}`>,
  message: string,
): RejectedError {
  return new RejectedError(code, 401, message);
}

/** The request is not in the form that this sender uses: 400. */
export function malformed(
  code: Extract<ErrorCode, "ERR_SIGNATURE_MALFORMED" | "ERR_TIMESTAMP_MALFORMED" | "ERR_HEADER_REPEATED">,
  message: string,
): RejectedError {
  return new RejectedError(code, 400, message);
}
