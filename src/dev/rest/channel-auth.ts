import { triggerChannel } from "../../protocol/pusher.js";
import type { Core } from "../context.js";
import { json } from "../http/answer.js";
import { Problem } from "../http/problem.js";
import { type Handler, textField } from "../http/router.js";

/**
 * Signs a subscription to a channel of this project, of either generation. Published clients send a form, one
 * sends JSON.
 *
 * @returns a handler; it answers 403 for a channel of somebody else's
 */
export function channelAuth(core: Core): Handler {
  return (call) => {
    const socketId = textField(call, "socket_id");
    const channel = textField(call, "channel_name");
    if (!/^\d{1,20}\.\d{1,20}$/.test(socketId)) {
      throw new Problem(
        400,
        `\`socket_id\` is two numbers with a dot between, not ${JSON.stringify(socketId)}`,
      );
    }
    const { project } = core.state;
    if (![project.clientId, project.id].map(triggerChannel).includes(channel)) {
      throw new Problem(403, `The channel ${channel} is not one of this project`);
    }
    return json({ auth: core.authorize(socketId, channel) });
  };
}
