import { triggerChannel } from "../../protocol/pusher.js";
import { V1_REALTIME_CLUSTER, v1 } from "../../protocol/rest-v1.js";
import { v3 } from "../../protocol/rest-v3.js";
import type { PlatformContext } from "../context.js";
import { type Endpoint, type EndpointHandler, requiredString } from "../http/endpoint.js";
import { HttpProblem } from "../http/http-problem.js";

export function realtimeEndpointsV1(context: PlatformContext): Endpoint[] {
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

export function realtimeEndpointsV3(context: PlatformContext): Endpoint[] {
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

/**
 * Signs a subscription to a channel of this project, of either generation. Published clients send a form, one
 * sends JSON.
 *
 * @returns a handler; it answers 403 for a channel of another project
 */
function channelAuth(context: PlatformContext): EndpointHandler {
  return (c) => {
    const socketId = requiredString(c, "socket_id");
    const channel = requiredString(c, "channel_name");
    if (!/^\d{1,20}\.\d{1,20}$/.test(socketId)) {
      throw new HttpProblem(
        400,
        `\`socket_id\` is two numbers with a dot between, not ${JSON.stringify(socketId)}`,
      );
    }
    const { project } = context.state;
    if (![project.clientId, project.id].map(triggerChannel).includes(channel)) {
      throw new HttpProblem(403, `The channel ${channel} is not one of this project`);
    }
    return c.json({ auth: context.authorize(socketId, channel) });
  };
}
