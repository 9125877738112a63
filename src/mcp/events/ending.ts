import type { JsonSchema } from "../../model/json.js";
import type { McpDeliveryMode } from "../../protocol/mcp-events.js";
import { McpRequestError } from "./errors.js";
import type { McpEventList } from "./event-list.js";
import { eventArguments } from "./event-type.js";
import { isGrown } from "./schema-growth.js";

/** What a host has subscribed to, or has an open stream of. */
export interface Subscribed {
  readonly name: string;
  readonly args: unknown;
  readonly mode: McpDeliveryMode;
  /** The schema of the events' data when it began. */
  readonly payloadSchema: JsonSchema | undefined;
}

/** Why the list of now ends a subscription; `undefined` where it goes on. */
export function endedByList(list: McpEventList, given: Subscribed): McpRequestError | undefined {
  const { name, args, mode, payloadSchema } = given;
  const type = list.find(name);
  if (type === undefined) {
    return new McpRequestError("NotFound", "There is no longer an event of this name.", { kind: "event" });
  }
  if (!type.descriptor.delivery.includes(mode)) {
    return new McpRequestError("Unsupported", `The event no longer comes by ${mode}.`, {
      feature: "delivery",
      value: mode,
    });
  }
  if (payloadSchema !== undefined && !isGrown(payloadSchema, type.descriptor.payloadSchema)) {
    return changed("payloadSchema");
  }
  try {
    eventArguments(type, args);
    return undefined;
  } catch {
    return changed("inputSchema");
  }
}

function changed(feature: "payloadSchema" | "inputSchema"): McpRequestError {
  const message = `The event's ${feature} has changed: list the events, and subscribe again.`;
  return new McpRequestError("Unsupported", message, { feature, reason: "schema_changed" });
}
