import { v1 } from "../../../protocol/rest-v1.js";
import type { Core } from "../../context.js";
import { json } from "../../http/answer.js";
import type { Endpoint } from "../../http/router.js";
import { channelAuth } from "../channel-auth.js";

export function realtimeEndpoints(core: Core): Endpoint[] {
  return [
    { ...v1.channelAuth, handle: channelAuth(core) },
    {
      // The published Python client announces itself here before it connects, without its key.
      method: "POST",
      path: "/api/v1/triggers/pusher",
      open: true,
      handle: () => json({ status: "success" }),
    },
  ];
}
