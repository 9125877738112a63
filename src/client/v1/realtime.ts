import { V1_REALTIME_CLUSTER, V1_REALTIME_KEY, v1 } from "../../protocol/rest-v1.js";
import type { RealtimeCalls } from "../dialect.js";
import { objectIn, objectOf, requiredText } from "../read.js";
import type { Requester } from "../request.js";

export function realtimeCalls(requester: Requester): RealtimeCalls {
  return {
    async credentials(signal) {
      return {
        key: V1_REALTIME_KEY,
        cluster: V1_REALTIME_CLUSTER,
        project: (await clientOf(requester, signal)).id,
      };
    },
    async authorize(socketId, channel, signal) {
      const what = "the channel authorization";
      const form = { socket_id: socketId, channel_name: channel };
      const answer = objectIn(await requester.call(v1.channelAuth, {}, { form, signal }), what);
      return { auth: requiredText(answer, "auth", what) };
    },
  };
}

/** Who the key belongs to. */
export async function clientOf(requester: Requester, signal: AbortSignal | undefined) {
  const what = "the client information";
  const client = objectOf(objectIn(await requester.call(v1.clientInfo, {}, { signal }), what).client);
  return { id: requiredText(client, "id", what), client };
}
