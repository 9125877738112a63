import type { JsonObject } from "../../model/json.js";

/** How an open response sends. */
export interface StreamChannel {
  /** The id of the request, which names the stream to the client. */
  readonly id: string | number;
  readonly signal: AbortSignal;
  /** Resolves where the client can take more. */
  readonly notify: (method: string, params: JsonObject) => Promise<void>;
}

/** The `_meta` by which a client tells its streams apart. */
export function named({ id }: StreamChannel): JsonObject {
  return { "io.modelcontextprotocol/subscriptionId": id };
}
