import { v1 } from "../../../protocol/rest-v1.js";
import type { PlatformContext } from "../../context.js";
import type { Endpoint } from "../../http/endpoint.js";
import { channelAuth } from "../channel-auth.js";

export function realtimeEndpoints(context: PlatformContext): Endpoint[] {
  return [
    { ...v1.channelAuth, handle: channelAuth(context) },
    {
      // The published Python client announces itself here before it connects, without its key.
      method: "POST",
      path: "/api/v1/triggers/pusher",
      open: true,
      handle: (c) => c.json({ status: "success" }),
    },
  ];
}
