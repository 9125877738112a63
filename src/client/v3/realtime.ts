import { v3 } from "../../protocol/rest-v3.js";
import type { RealtimeCalls } from "../dialect.js";
import { objectIn, requiredText } from "../read.js";
import type { Requester } from "../request.js";

export function realtimeCalls(requester: Requester): RealtimeCalls {
  return {
    async credentials(signal) {
      const what = "the realtime credentials";
      const answer = objectIn(await requester.call(v3.realtimeCredentials, {}, { signal }), what);
      return {
        key: requiredText(answer, "pusher_key", what),
        cluster: requiredText(answer, "pusher_cluster", what),
        project: requiredText(answer, "project_id", what),
      };
    },
    async authorize(socketId, channel, signal) {
      const what = "the channel authorization";
      const form = { socket_id: socketId, channel_name: channel };
      const answer = objectIn(await requester.call(v3.channelAuth, {}, { form, signal }), what);
      return { auth: requiredText(answer, "auth", what) };
    },
  };
}
