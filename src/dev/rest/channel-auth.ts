import { triggerChannel } from "../../protocol/pusher.js";
import type { PlatformContext } from "../context.js";
import { type EndpointHandler, requiredText } from "../http/endpoint.js";
import { HttpProblem } from "../http/http-problem.js";

/**
 * Signs a subscription to a channel of this project, of either generation. Published clients send a form, one
 * sends JSON.
 *
 * @returns a handler; it answers 403 for a channel of somebody else's
 */
export function channelAuth(context: PlatformContext): EndpointHandler {
  return (c) => {
    const socketId = requiredText(c, "socket_id");
    const channel = requiredText(c, "channel_name");
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
