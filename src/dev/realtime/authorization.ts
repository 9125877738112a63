import { createHmac, timingSafeEqual } from "node:crypto";
import { channelAuthText } from "../../protocol/pusher.js";
import type { SubscriptionProblem } from "./frames.js";

/** The application that connections belong to. */
export interface RealtimeApp {
  readonly key: string;
  readonly secret: string;
}

/** `{key}:{hex HMAC-SHA256 of "{socket id}:{channel}"}`: what the authorization endpoint answers. */
export function authorization(app: RealtimeApp, socketId: string, channel: string): string {
  const digest = createHmac("sha256", app.secret).update(channelAuthText(socketId, channel)).digest("hex");
  return `${app.key}:${digest}`;
}

/** The characters that the protocol allows in a channel's name, and its longest. */
const channelName = /^[A-Za-z0-9_\-=@,.;]{1,200}$/;

/**
 * Whether a connection may subscribe to a channel: public ones at will, private ones with an authorization
 * that was made for this very connection.
 *
 * @returns what is wrong; `undefined` where nothing is
 */
export function subscriptionProblem(
  app: RealtimeApp,
  socketId: string,
  channel: string,
  auth: unknown,
): SubscriptionProblem | undefined {
  if (!channelName.test(channel)) {
    return { type: "InvalidChannel", error: "The channel's name is not allowed", status: 400 };
  }
  if (channel.startsWith("presence-")) {
    return { type: "InvalidChannel", error: "There are no presence channels here", status: 400 };
  }
  if (!channel.startsWith("private-")) return undefined;
  if (typeof auth !== "string" || auth === "") {
    return { type: "AuthError", error: "A private channel needs an authorization", status: 401 };
  }
  const expected = Buffer.from(authorization(app, socketId, channel));
  const given = Buffer.from(auth);
  if (given.length === expected.length && timingSafeEqual(given, expected)) return undefined;
  return {
    type: "AuthError",
    error: `The authorization is not one for ${channelAuthText(socketId, channel)}`,
    status: 403,
  };
}
