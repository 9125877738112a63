import type { IncomingMessage } from "node:http";
import { isLoopbackUrl } from "../../base/loopback.js";
import { closeCodes, PROTOCOL_VERSION } from "../../protocol/pusher.js";

/** Who is at the other end of a connection, in its own words. */
export interface Peer {
  /** `client` and `version` of the connection's URL: `js 8.4.0`. */
  readonly client: string | undefined;
  readonly userAgent: string | undefined;
  readonly remoteAddress: string | undefined;
}

/** What becomes of an upgrade request. */
export type HandshakeResult =
  /** Not a realtime connection, or not from here: answered in HTTP, without an upgrade. */
  | { readonly kind: "rejected"; readonly status: 400 | 403 | 404 }
  /** Upgraded, then closed with an error frame of the protocol. */
  | { readonly kind: "closed"; readonly code: number; readonly message: string }
  | { readonly kind: "accepted"; readonly peer: Peer };

/** @param appKeys the keys of the one application */
export function checkHandshake(request: IncomingMessage, appKeys: readonly string[]): HandshakeResult {
  // The base is never used for anything: a request line has no origin.
  const target = `http://localhost${request.url ?? ""}`;
  if (!URL.canParse(target)) return { kind: "rejected", status: 400 };
  const { pathname, searchParams } = new URL(target);
  const key = /^\/app\/([^/]+)$/.exec(pathname)?.[1];
  if (key === undefined) return { kind: "rejected", status: 404 };
  // Browsers let any page open a WebSocket to this machine, and name the page here. Programs send no Origin.
  const { origin } = request.headers;
  if (origin !== undefined && !isLoopbackUrl(origin)) return { kind: "rejected", status: 403 };
  if (!appKeys.includes(key)) {
    return closed(closeCodes.noSuchApp, `There is no application with the key ${key}`);
  }
  const version = searchParams.get("protocol");
  if (version === null) return closed(closeCodes.noVersion, "The protocol version is missing");
  if (!/^\d{1,4}$/.test(version)) {
    return closed(closeCodes.invalidVersion, "The protocol version is not a whole number");
  }
  if (Number(version) !== PROTOCOL_VERSION) {
    return closed(
      closeCodes.unsupportedVersion,
      `Protocol version ${version} is not spoken here, only ${PROTOCOL_VERSION}`,
    );
  }
  const client = [searchParams.get("client"), searchParams.get("version")].filter(Boolean).join(" ");
  return {
    kind: "accepted",
    peer: {
      client: client === "" ? undefined : client.slice(0, 200),
      userAgent: request.headers["user-agent"],
      remoteAddress: request.socket.remoteAddress,
    },
  };
}

function closed(code: number, message: string): HandshakeResult {
  return { kind: "closed", code, message };
}
