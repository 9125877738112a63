import { V1_REALTIME_CLUSTER } from "../../../protocol/rest-v1.js";
import { v3 } from "../../../protocol/rest-v3.js";
import type { PlatformContext } from "../../context.js";
import type { Endpoint } from "../../http/endpoint.js";
import { channelAuth } from "../channel-auth.js";

export function realtimeEndpoints(context: PlatformContext): Endpoint[] {
  const { project } = context.state;
  return [
    {
      ...v3.realtimeCredentials,
      handle: (c) =>
        c.json({ pusher_key: project.appKey, project_id: project.id, pusher_cluster: V1_REALTIME_CLUSTER }),
    },
    { ...v3.channelAuth, handle: channelAuth(context) },
  ];
}
