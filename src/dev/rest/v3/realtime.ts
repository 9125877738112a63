import { V1_REALTIME_CLUSTER } from "../../../protocol/rest-v1.js";
import { v3 } from "../../../protocol/rest-v3.js";
import type { Core } from "../../context.js";
import { json } from "../../http/answer.js";
import type { Endpoint } from "../../http/router.js";
import { channelAuth } from "../channel-auth.js";

export function realtimeEndpoints(core: Core): Endpoint[] {
  const { project } = core.state;
  return [
    {
      ...v3.realtimeCredentials,
      handle: () =>
        json({ pusher_key: project.appKey, project_id: project.id, pusher_cluster: V1_REALTIME_CLUSTER }),
    },
    { ...v3.channelAuth, handle: channelAuth(core) },
  ];
}
