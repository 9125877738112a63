import { ApiError, EarshotError, type ErrorCode } from "../../base/errors.js";
import type { DisconnectReason } from "../../base/listener-events.js";
import { messageOf } from "../../base/message-of.js";
import { closeCodes } from "../../protocol/pusher.js";
import { quote } from "./protocol.js";
import { isTemporaryStatus } from "./rejection.js";

/** How a connection, or the attempt to make one, ended. */
export interface Disconnect {
  readonly reason: DisconnectReason;
  /** The server's close code, if it sent one. */
  readonly closeCode?: number | undefined;
  /** A sentence without its full stop. */
  readonly detail: string;
  /** The server requested at least this pause, milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** The subscription, or a step before it, was rejected. `unclear`: without a known reason. */
  readonly rejected?: "definite" | "unclear" | undefined;
  /** The platform's own response, if the platform rejected and not the server. */
  readonly error?: EarshotError | undefined;
  /** Set if no further try can succeed. */
  readonly fatal?: EarshotError | undefined;
}

/** The proxy failed, not the server behind it. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
}

const reasonByCode: ReadonlyMap<string, DisconnectReason> = new Map<string, DisconnectReason>([
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

/** The reason that an error of the network or of `ws` stands for, by its system code. */
export function disconnectReason(error: unknown): DisconnectReason {
  if (error instanceof ProxyError) return "proxy";
  const code = codeOf(error);
  if (code === undefined) return "other";
  const known = reasonByCode.get(code);
  if (known !== undefined) return known;
  if (/^(?:CERT_|ERR_TLS_|ERR_SSL_)/.test(code)) return "tls";
  // HPE: the answer to the upgrade was not HTTP. WS_ERR: a frame was not one of RFC 6455.
  if (/^(?:HPE_|WS_ERR_)/.test(code)) return "protocol";
  return "other";
}

/** The disconnect of an error of the network or of `ws`. */
export function disconnectOfError(error: unknown): Disconnect {
  // If every address of a host failed, the message is empty and only the code names the cause.
  const detail = messageOf(error) || (codeOf(error) ?? "no reason was given");
  return { reason: disconnectReason(error), detail };
}

/** The disconnect of a close frame, or of a stream that ended without one. */
export function disconnectOfClose(code: number, words: string, socketError: Error | undefined): Disconnect {
  if (code === 1006 && socketError !== undefined) return disconnectOfError(socketError);
  if (code === 1006) return { reason: "closed", detail: "the connection ended without a close frame" };
  // 1005 and 1006 are never sent: no code in the frame, and no frame (RFC 6455, 7.4.1).
  if (code === 1005) return disconnectOfCode(undefined, "the server closed the connection");
  const quoted = words === "" ? "" : `: ${quote(words)}`;
  return disconnectOfCode(code, `the server closed with ${code}${quoted}`);
}

/** The disconnect of a close code, or of its absence. */
export function disconnectOfCode(closeCode: number | undefined, detail: string): Disconnect {
  const reason = closeCode === closeCodes.notAuthorizedInTime ? "authorization" : "closed";
  return { reason, closeCode, detail };
}

/** Errors of the platform that a further call cannot resolve: a wrong key, an unusable setting. */
const permanent: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ERR_UNAUTHORIZED",
  "ERR_KEY_MISSING",
  "ERR_OPTION",
  "ERR_REALTIME_REFUSED",
  "ERR_REALTIME_CHANNEL",
]);

/** The disconnect of a failure to locate the server. */
export function disconnectOfLocating(error: unknown): Disconnect {
  const detail = `the platform did not say where its realtime server is: ${sentenceOf(error)}`;
  const fatal = error instanceof EarshotError && permanent.has(error.code) ? error : undefined;
  const isResponse = error instanceof ApiError && error.status !== undefined;
  const isLate = error instanceof EarshotError && error.code === "ERR_TIMEOUT";
  const reason = isResponse ? "http" : isLate ? "timeout" : disconnectReason(error);
  return { reason, detail, fatal, ...platformRejection(error) };
}

/** The disconnect of a failure to have the subscription signed. 401 and 403 are final. */
export function disconnectOfAuthorizing(error: unknown, channel: string): Disconnect {
  const detail = `the platform did not sign the subscription: ${sentenceOf(error)}`;
  if (error instanceof ApiError && error.status === 403) {
    const message = `The platform forbids this key the channel ${channel}: ${error.message}`;
    const fatal = new EarshotError("ERR_REALTIME_CHANNEL", message, { cause: error });
    return { reason: "authorization", detail, fatal };
  }
  const isFinal =
    error instanceof EarshotError &&
    (permanent.has(error.code) || (error instanceof ApiError && error.status === 401));
  const fatal = isFinal ? error : undefined;
  return { reason: "authorization", detail, fatal, ...platformRejection(error) };
}

/** A response of the platform that another call will hardly change: a 4xx, or a body that is not the API's. */
function platformRejection(error: unknown): Pick<Disconnect, "rejected" | "error"> {
  if (!(error instanceof ApiError)) return {};
  const { status = 0 } = error;
  // A gateway's 502 or 503 is a web page too: its status counts.
  const isRejected = !isTemporaryStatus(status) && (status >= 400 || error.code === "ERR_BAD_ANSWER");
  return isRejected ? { rejected: "unclear", error } : {};
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
}

/** The system's code of an error, its own or that of its cause. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const own = "code" in error && typeof error.code === "string" && !(error instanceof EarshotError);
  if (own) return error.code as string;
  return "cause" in error ? codeOf(error.cause) : undefined;
}
