import { EarshotError, messageOf } from "../../base/errors.js";
import type { DisconnectReason } from "../../base/listener-events.js";
import { closeCodes } from "../../protocol/pusher.js";
import { quote } from "./protocol.js";

/** How a connection, or the attempt to make one, ended. */
export interface Loss {
  readonly trouble: DisconnectReason;
  /** The close code, where the server gave one. */
  readonly closeCode?: number | undefined;
  /** A sentence without its full stop. */
  readonly detail: string;
  /** The server asked for at least this pause, milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The subscription, or what leads to it, was refused. `unclear`: without a reason that is known. */
  readonly refused?: "clear" | "unclear" | undefined;
  /** What was refused, where it is not the server that refuses: the platform's own answer. */
  readonly error?: EarshotError | undefined;
  /** Set where no further try can help. */
  readonly fatal?: EarshotError | undefined;
}

/** The proxy failed, not what lies behind it. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

const troubleOfCode: ReadonlyMap<string, DisconnectReason> = new Map<string, DisconnectReason>([
  ["ENOTFOUND", "dns"],
  ["EAI_AGAIN", "dns"],
  ["EAI_FAIL", "dns"],
  ["EAI_NODATA", "dns"],
  ["EAI_NONAME", "dns"],
  ["ECONNREFUSED", "refused"],
  ["ECONNRESET", "reset"],
  ["ECONNABORTED", "reset"],
  ["EPIPE", "reset"],
  ["ETIMEDOUT", "timeout"],
  ["UND_ERR_CONNECT_TIMEOUT", "timeout"],
  ["EPROTO", "tls"],
  ["UNABLE_TO_GET_ISSUER_CERT", "tls"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "tls"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "tls"],
  ["HOSTNAME_MISMATCH", "tls"],
]);

/** Names an error of the network or of `ws` by the system's code for it. */
export function troubleOf(error: unknown): DisconnectReason {
  if (error instanceof ProxyError) return "proxy";
  const code = codeOf(error);
  if (code === undefined) return "other";
  const known = troubleOfCode.get(code);
  if (known !== undefined) return known;
  if (/^(?:CERT_|ERR_TLS_|ERR_SSL_)/.test(code)) return "tls";
  // HPE: the answer to the upgrade was not HTTP. WS_ERR: a frame was not one of RFC 6455.
  if (/^(?:HPE_|WS_ERR_)/.test(code)) return "protocol";
  return "other";
}

/** An error of the network or of `ws` as a loss. */
export function lossOf(error: unknown): Loss {
  // Where every address of a host failed, the message is empty and the code says it.
  return { trouble: troubleOf(error), detail: messageOf(error) || (codeOf(error) ?? "no reason was given") };
}

/** A close frame, or the end of the stream without one. */
export function lossOfClose(code: number, reason: string, socketError: Error | undefined): Loss {
  // 1005 and 1006 are never sent: no code in the frame, and no frame (RFC 6455, 7.4.1).
  const closeCode = code === 1005 || code === 1006 ? undefined : code;
  if (code === 1006 && socketError !== undefined) return lossOf(socketError);
  if (code === 1006) return { trouble: "closed", detail: "the connection ended without a close frame" };
  const words = reason === "" ? "" : `: ${quote(reason)}`;
  const detail =
    closeCode === undefined ? "the server closed the connection" : `the server closed with ${code}${words}`;
  return lossOfCode(closeCode, detail);
}

/** A close code of the server's, or its absence, as a loss. */
export function lossOfCode(closeCode: number | undefined, detail: string): Loss {
  const trouble = closeCode === closeCodes.notAuthorizedInTime ? "authorization" : "closed";
  return { trouble, closeCode, detail };
}

/** The system's code of an error, its own or that of what caused it. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const own = "code" in error && typeof error.code === "string" && !(error instanceof EarshotError);
  if (own) return error.code as string;
  return "cause" in error ? codeOf(error.cause) : undefined;
}
