import http from "node:http";
import https from "node:https";
import { ApiError } from "../../../src/base/errors.js";
import type { RealtimeAccess } from "../../../src/model/platform.js";
import { CHANNEL, type PusherServer } from "./server.js";

/**
 * The platform as the socket sees it, over HTTP to the server's own authorization endpoint.
 *
 * @param url where the realtime server is to be found; default: the server itself
 */
export function accessTo(server: PusherServer, url = server.url): RealtimeAccess {
  return {
    locate: async () => ({ url, channel: CHANNEL }),
    authorize: (socketId, channel, signal) => ask(server, socketId, channel, signal),
  };
}

function ask(
  { port, secure }: PusherServer,
  socketId: string,
  channel: string,
  signal: AbortSignal,
): Promise<{ readonly auth: string }> {
  const form = new URLSearchParams({ socket_id: socketId, channel_name: channel }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return new Promise((resolve, reject) => {
    const asking = (secure ? https : http).request({
      host: "127.0.0.1",
      port,
      path: "/auth",
      method: "POST",
      headers,
      agent: false,
      signal,
      // It is the WebSocket's certificate check that is under test, not this call's.
      rejectUnauthorized: false,
    } as https.RequestOptions);
    asking.on("error", (cause) =>
      reject(new ApiError("ERR_NETWORK", `no answer: ${cause.message}`, { cause })),
    );
    asking.on("response", (response) => {
      const status = response.statusCode ?? 0;
      let body = "";
      response.on("data", (part) => {
        body += part;
      });
      response.on("end", () => {
        if (status === 200) resolve(JSON.parse(body) as { auth: string });
        else reject(new ApiError(codeOf(status), `HTTP ${status}`, { status }));
      });
    });
    asking.end(form);
  });
}

function codeOf(status: number): "ERR_UNAUTHORIZED" | "ERR_RATE_LIMITED" | "ERR_API" {
  if (status === 401) return "ERR_UNAUTHORIZED";
  return status === 429 ? "ERR_RATE_LIMITED" : "ERR_API";
}
