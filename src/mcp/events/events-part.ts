import type { Server } from "@modelcontextprotocol/server";
import { messageOf } from "../../base/message-of.js";
import { isJsonObject, type JsonObject } from "../../model/json.js";
import { MCP_EVENTS, type McpErrorCodes } from "../../protocol/mcp-events.js";
import type { McpPart, McpSession } from "../endpoint.js";
import { LISTEN } from "../listen-request.js";
import { McpRequestError, numbered } from "./errors.js";
import type { McpEventList } from "./event-list.js";
import type { Listening } from "./listening.js";
import type { EventReading } from "./reading.js";
import type { Subscribing } from "./subscribing.js";

/** What the methods of events work with. */
export interface EventsPartOptions {
  readonly list: McpEventList;
  readonly reading: EventReading;
  readonly subscribing: Subscribing;
  readonly listening: Listening;
  readonly errorCodes: McpErrorCodes;
  readonly warn: (message: string) => void;
}

/** The SDK validates with a Standard Schema; each method checks its own parameters. */
const anyParams = {
  "~standard": {
    version: 1,
    vendor: "earshot",
    validate: (value: unknown) => ({ value: isJsonObject(value) ? value : {} }),
  },
} as const;

/** The methods of the events extension. Both ways to announce it: some clients read only the older one. */
export function eventsPart(options: EventsPartOptions): McpPart {
  const { list, reading, subscribing, listening } = options;
  return {
    capabilities: { events: {}, extensions: { [MCP_EVENTS]: { listChanged: true } } },
    register(server, session) {
      const { principal } = session;
      method(server, options, "events/list", async () => ({ events: await list.descriptors() }));
      method(server, options, "events/poll", (params) => reading.poll(params, principal));
      method(server, options, "events/subscribe", (params) => subscribing.subscribe(params, principal));
      method(server, options, "events/unsubscribe", (params) => subscribing.unsubscribe(params, principal));
      method(server, options, "events/stream", (params, context) =>
        reading.stream(params, principal, channelOf(context, session)),
      );
      method(server, options, LISTEN, (params, context) =>
        listening.listen(params, channelOf(context, session)),
      );
    },
  };
}

/** The part of the SDK's context that streams use. */
interface RequestContext {
  readonly mcpReq: {
    readonly id: string | number;
    readonly signal: AbortSignal;
    readonly notify: (notification: { method: string; params: Record<string, unknown> }) => Promise<void>;
  };
}

function method(
  server: Server,
  { errorCodes, warn }: EventsPartOptions,
  name: string,
  run: (params: JsonObject, context: RequestContext) => Promise<JsonObject>,
): void {
  server.setRequestHandler(name, { params: anyParams }, async (params, context) => {
    try {
      return { resultType: "complete", ...(await run(params as JsonObject, context as RequestContext)) };
    } catch (error) {
      if (error instanceof McpRequestError) {
        throw Object.assign(new Error(error.message), numbered(error, errorCodes));
      }
      warn(`${name} failed: ${messageOf(error)}`);
      // What went wrong inside is no business of the client.
      throw Object.assign(new Error("Internal error"), { code: -32603 });
    }
  });
}

function channelOf({ mcpReq }: RequestContext, { pace }: McpSession) {
  return {
    id: mcpReq.id,
    signal: mcpReq.signal,
    notify: async (name: string, params: JsonObject) => {
      if (mcpReq.signal.aborted) return;
      await mcpReq.notify({ method: name, params: { ...params } });
      await pace?.sent();
    },
  };
}
