import { z } from "zod";
import type { ModelMessage, ModelRequest, SentReply, StreamEvent } from "./conversation.js";
import { anyObject, checkBody, checkSchemas, checkToolNames, content, strictProblem } from "./read-body.js";
import { pieces } from "./stream.js";

export const openAiName = /^[a-zA-Z0-9_-]{1,64}$/;

const named = z.looseObject({ name: z.string() });
const message = z.discriminatedUnion("role", [
  z.looseObject({ role: z.enum(["system", "developer", "user"]), content }),
  z.looseObject({
    role: z.literal("assistant"),
    content,
    tool_calls: z
      .array(
        z.looseObject({
          id: z.string(),
          type: z.literal("function"),
          function: z.looseObject({ name: z.string(), arguments: z.string() }),
        }),
      )
      .nullish(),
  }),
  z.looseObject({ role: z.literal("tool"), tool_call_id: z.string(), content }),
]);
const bodySchema = z.looseObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  tools: z
    .array(
      z.looseObject({
        type: z.literal("function"),
        function: z.looseObject({
          name: z.string(),
          description: z.string().nullish(),
          parameters: anyObject.nullish(),
          strict: z.boolean().nullish(),
        }),
      }),
    )
    .nullish(),
  tool_choice: z
    .union([
      z.enum(["auto", "none", "required"]),
      z.looseObject({
        function: named.optional(),
        allowed_tools: z
          .looseObject({
            mode: z.enum(["auto", "required"]),
            tools: z.array(z.looseObject({ function: named })),
          })
          .optional(),
      }),
    ])
    .nullish(),
  response_format: z
    .looseObject({
      type: z.string(),
      json_schema: z.looseObject({ schema: anyObject.optional() }).optional(),
    })
    .nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
});

/** Reads a body of `POST /chat/completions`. @throws HttpProblem 400 */
export function readChat(body: unknown): ModelRequest & { readonly includeUsage: boolean } {
  const read = checkBody(bodySchema, body);
  const tools = (read.tools ?? []).map(({ function: { name, description, parameters, strict } }, at) => {
    if (strict === true) checkSchemas(parameters ?? {}, `tools[${at}].function.parameters`, strictProblem);
    return { name, description: description ?? "", schema: parameters ?? {} };
  });
  checkToolNames(tools, openAiName);
  const choice = read.tool_choice ?? "auto";
  const format = read.response_format;
  return {
    api: "openai-chat",
    model: read.model,
    messages: read.messages.map(messageOf),
    tools,
    toolChoice: typeof choice === "string" ? choice : (choice.allowed_tools?.mode ?? "required"),
    ...(typeof choice !== "string" && {
      allowedTools: (choice.allowed_tools?.tools ?? [choice]).flatMap((one) => one.function?.name ?? []),
    }),
    stream: read.stream ?? false,
    includeUsage: read.stream_options?.include_usage ?? false,
    ...(format?.type === "json_object" && { outputSchema: {} }),
    ...(format?.type === "json_schema" && { outputSchema: format.json_schema?.schema ?? {} }),
  };
}

function messageOf(one: z.infer<typeof message>): ModelMessage {
  if (one.role === "tool") return { role: "tool", callId: one.tool_call_id, text: one.content };
  if (one.role !== "assistant") return { role: one.role === "user" ? "user" : "system", text: one.content };
  const calls = (one.tool_calls ?? []).map(({ id, function: called }) => ({
    id,
    name: called.name,
    arguments: called.arguments,
  }));
  return { role: "assistant", text: one.content, calls };
}

const finishReason = ({ calls }: SentReply) => (calls.length > 0 ? "tool_calls" : "stop");
const callShape = ({ id, name, arguments: text }: SentReply["calls"][number]) => ({
  id,
  type: "function",
  function: { name, arguments: text },
});
const usageOf = ({ inputTokens, outputTokens }: SentReply) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
});

export function chatResponse(reply: SentReply, { model }: ModelRequest): object {
  return {
    id: `chatcmpl-${reply.id}`,
    object: "chat.completion",
    created: reply.createdSeconds,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: reply.text === "" ? null : reply.text,
          refusal: null,
          ...(reply.calls.length > 0 && { tool_calls: reply.calls.map(callShape) }),
        },
        logprobs: null,
        finish_reason: finishReason(reply),
      },
    ],
    usage: usageOf(reply),
    system_fingerprint: "scripted-model",
  };
}

export function* chatEvents(
  reply: SentReply,
  { model, includeUsage }: ReturnType<typeof readChat>,
): Iterable<StreamEvent> {
  const base = {
    id: `chatcmpl-${reply.id}`,
    object: "chat.completion.chunk",
    created: reply.createdSeconds,
    model,
    system_fingerprint: "scripted-model",
  };
  const chunk = (delta: object, finish: string | null = null): StreamEvent => ({
    data: { ...base, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] },
  });
  yield chunk({ role: "assistant", content: reply.calls.length > 0 && reply.text === "" ? null : "" });
  for (const text of pieces(reply.text)) yield chunk({ content: text });
  for (const [index, call] of reply.calls.entries()) {
    yield chunk({ tool_calls: [{ index, ...callShape({ ...call, arguments: "" }) }] });
    for (const text of pieces(call.arguments)) {
      yield chunk({ tool_calls: [{ index, function: { arguments: text } }] });
    }
  }
  yield chunk({}, finishReason(reply));
  if (includeUsage) yield { data: { ...base, choices: [], usage: usageOf(reply) } };
  yield { data: "[DONE]" };
}
