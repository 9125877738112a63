import { z } from "zod";
import { isJsonObject } from "../../model/json.js";
import type { ModelMessage, ModelRequest, SentReply, StreamEvent } from "./conversation.js";
import { anyObject, checkBody, checkToolNames, content } from "./read-body.js";
import { pieces } from "./stream.js";

const toolName = /^[a-zA-Z0-9_-]{1,128}$/;

const block = z.union([
  z.looseObject({ type: z.literal("text"), text: z.string() }),
  z.looseObject({ type: z.literal("tool_use"), id: z.string(), name: z.string(), input: z.unknown() }),
  z.looseObject({
    type: z.literal("tool_result"),
    tool_use_id: z.string(),
    content,
    is_error: z.boolean().nullish(),
  }),
  z.looseObject({ type: z.string() }),
]);
const bodySchema = z.looseObject({
  model: z.string().min(1),
  max_tokens: z.int().min(1),
  system: content,
  messages: z
    .array(
      z.looseObject({ role: z.enum(["user", "assistant"]), content: z.union([z.string(), z.array(block)]) }),
    )
    .min(1),
  tools: z
    .array(
      z.looseObject({
        name: z.string(),
        description: z.string().nullish(),
        input_schema: anyObject.optional(),
      }),
    )
    .nullish(),
  tool_choice: z.looseObject({ type: z.string(), name: z.string().optional() }).nullish(),
  stream: z.boolean().nullish(),
});

/** Reads a body of `POST /v1/messages`. @throws HttpProblem 400 */
export function readMessages(body: unknown): ModelRequest {
  const read = checkBody(bodySchema, body);
  const tools = (read.tools ?? []).map(({ name, description, input_schema }) => ({
    name,
    description: description ?? "",
    schema: input_schema ?? {},
  }));
  checkToolNames(tools, toolName);
  const { type = "auto", name } = read.tool_choice ?? {};
  return {
    api: "anthropic",
    model: read.model,
    messages: [
      ...(read.system === "" ? [] : [{ role: "system" as const, text: read.system }]),
      ...read.messages.flatMap(({ role, content: blocks }) => messagesOf(role, blocks)),
    ],
    tools,
    toolChoice: type === "any" || type === "tool" ? "required" : type === "none" ? "none" : "auto",
    ...(type === "tool" && name !== undefined && { allowedTools: [name] }),
    stream: read.stream ?? false,
  };
}

type Block = z.infer<typeof block>;

/** A user's message with results is several: the results, then the text. */
function messagesOf(role: "user" | "assistant", blocks: string | readonly Block[]): ModelMessage[] {
  const list = typeof blocks === "string" ? [{ type: "text" as const, text: blocks }] : blocks;
  const text = list.flatMap((one) => ("text" in one ? [String(one.text)] : [])).join("\n");
  if (role === "assistant") {
    const calls = list.flatMap((one) =>
      "input" in one
        ? [{ id: String(one.id), name: String(one.name), arguments: JSON.stringify(one.input ?? {}) }]
        : [],
    );
    return [{ role, text, calls }];
  }
  const results = list.flatMap((one): ModelMessage[] =>
    "tool_use_id" in one
      ? [{ role: "tool", callId: String(one.tool_use_id), text: String(one.content ?? "") }]
      : [],
  );
  return text === "" && results.length > 0 ? results : [...results, { role, text }];
}

const stopReason = ({ calls }: SentReply) => (calls.length > 0 ? "tool_use" : "end_turn");

/** This form has no text of arguments: what is no JSON object becomes a member that no tool has. */
export function argumentsObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Below.
  }
  return { malformed_arguments: text };
}

export function messagesResponse(reply: SentReply, { model }: ModelRequest): object {
  return {
    ...head(reply, model),
    content: [
      ...(reply.text === "" ? [] : [{ type: "text", text: reply.text, citations: null }]),
      ...reply.calls.map(({ id, name, arguments: text }) => ({
        type: "tool_use",
        id,
        name,
        input: argumentsObject(text),
      })),
    ],
    stop_reason: stopReason(reply),
    usage: { input_tokens: reply.inputTokens, output_tokens: reply.outputTokens },
  };
}

const head = (reply: SentReply, model: string) => ({
  id: `msg_${reply.id}`,
  type: "message",
  role: "assistant",
  model,
  stop_sequence: null,
});

export function* messagesEvents(reply: SentReply, { model }: ModelRequest): Iterable<StreamEvent> {
  const event = (type: string, data: object): StreamEvent => ({ event: type, data: { type, ...data } });
  const usage = { input_tokens: reply.inputTokens, output_tokens: 0 };
  yield event("message_start", { message: { ...head(reply, model), content: [], stop_reason: null, usage } });
  yield event("ping", {});
  const blocks = [
    ...(reply.text === ""
      ? []
      : [
          {
            start: { type: "text", text: "" },
            deltas: pieces(reply.text).map((text) => ({ type: "text_delta", text })),
          },
        ]),
    ...reply.calls.map(({ id, name, arguments: text }) => ({
      start: { type: "tool_use", id, name, input: {} },
      // Clients parse the whole: text that is no JSON would end their stream with an exception.
      deltas: pieces(JSON.stringify(argumentsObject(text))).map((piece) => ({
        type: "input_json_delta",
        partial_json: piece,
      })),
    })),
  ];
  for (const [index, { start, deltas }] of blocks.entries()) {
    yield event("content_block_start", { index, content_block: start });
    for (const delta of deltas) yield event("content_block_delta", { index, delta });
    yield event("content_block_stop", { index });
  }
  yield event("message_delta", {
    delta: { stop_reason: stopReason(reply), stop_sequence: null },
    usage: { output_tokens: reply.outputTokens },
  });
  yield event("message_stop", {});
}
