import { z } from "zod";
import { HttpProblem } from "../http/http-problem.js";
import type { ModelMessage, ModelRequest, SentReply, StreamEvent } from "./conversation.js";
import { openAiName } from "./openai-chat.js";
import { anyObject, checkBody, checkSchemas, checkToolNames, content, strictProblem } from "./read-body.js";
import { pieces } from "./stream.js";

const messageItem = z.looseObject({
  type: z.literal("message").optional(),
  role: z.enum(["system", "developer", "user", "assistant"]),
  content,
});
const item = z.union([
  messageItem,
  z.looseObject({
    type: z.literal("function_call"),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.looseObject({ type: z.literal("function_call_output"), call_id: z.string(), output: content }),
  z.looseObject({ type: z.literal("item_reference"), id: z.string() }),
  z.looseObject({ type: z.literal("reasoning") }),
]);
const bodySchema = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(item)]),
  instructions: z.string().nullish(),
  previous_response_id: z.string().nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.string(),
        name: z.string().optional(),
        description: z.string().nullish(),
        parameters: anyObject.nullish(),
        strict: z.boolean().nullish(),
      }),
    )
    .nullish(),
  tool_choice: z
    .union([
      z.enum(["auto", "none", "required"]),
      z.looseObject({
        type: z.string(),
        name: z.string().optional(),
        mode: z.enum(["auto", "required"]).optional(),
        tools: z.array(z.looseObject({ name: z.string().optional() })).optional(),
      }),
    ])
    .nullish(),
  text: z
    .looseObject({ format: z.looseObject({ type: z.string(), schema: anyObject.optional() }).nullish() })
    .nullish(),
  stream: z.boolean().nullish(),
});

type Item = z.infer<typeof item>;

/** Responses that are remembered: `previous_response_id` and `item_reference` name them and their items. */
const MOST_REMEMBERED = 1_000;

/** What this API stores between requests. */
export class ResponseMemory {
  readonly #conversations = new Map<string, readonly Item[]>();
  readonly #items = new Map<string, Item>();

  /** The items of a request's whole conversation. @throws HttpProblem 400 for an unknown id */
  resolve(input: readonly Item[], previousId: string | null | undefined): readonly Item[] {
    const before = previousId == null ? [] : this.#conversations.get(previousId);
    if (before === undefined)
      throw new HttpProblem(400, `Previous response with id '${previousId}' not found`);
    const items = input.map((one) => {
      if (one.type !== "item_reference" || !("id" in one)) return one;
      const found = this.#items.get(String(one.id));
      if (found === undefined) throw new HttpProblem(400, `Item with id '${one.id}' not found`);
      return found;
    });
    return [...before, ...items];
  }

  store(id: string, conversation: readonly Item[], output: readonly OutputItem[]): void {
    this.#conversations.set(id, [...conversation, ...(output as readonly unknown[] as readonly Item[])]);
    for (const one of output) this.#items.set(one.id, one as unknown as Item);
    for (const map of [this.#conversations, this.#items]) {
      for (const oldest of map.keys()) {
        if (map.size <= MOST_REMEMBERED) break;
        map.delete(oldest);
      }
    }
  }
}

/** A request with the items that it stands for, to be stored with its response. */
export type ResponsesRequest = ModelRequest & { readonly items: readonly Item[] };

/** Reads a body of `POST /responses`. @throws HttpProblem 400 */
export function readResponses(body: unknown, memory: ResponseMemory): ResponsesRequest {
  const read = checkBody(bodySchema, body);
  const input: readonly Item[] =
    typeof read.input === "string" ? [{ role: "user", content: read.input }] : read.input;
  const items = memory.resolve(input, read.previous_response_id);
  // Built-in tools, such as web search, have no name: the scripted model has none of them.
  const tools = (read.tools ?? []).flatMap(({ type, name, description, parameters, strict }, at) => {
    if (type !== "function" || name === undefined) return [];
    if (strict === true) checkSchemas(parameters ?? {}, `tools[${at}].parameters`, strictProblem);
    return [{ name, description: description ?? "", schema: parameters ?? {} }];
  });
  checkToolNames(tools, openAiName);
  const choice = read.tool_choice ?? "auto";
  const format = read.text?.format;
  const allowed =
    typeof choice === "string"
      ? undefined
      : (choice.tools ?? [{ name: choice.name }]).flatMap(({ name }) => name ?? []);
  return {
    api: "openai-responses",
    model: read.model,
    messages: [
      ...(read.instructions ? [{ role: "system" as const, text: read.instructions }] : []),
      ...items.reduce<ModelMessage[]>(addItem, []),
    ],
    tools,
    toolChoice: typeof choice === "string" ? choice : (choice.mode ?? "required"),
    ...(allowed !== undefined && { allowedTools: allowed }),
    stream: read.stream ?? false,
    ...(format?.type === "json_object" && { outputSchema: {} }),
    ...(format?.type === "json_schema" && { outputSchema: format.schema ?? {} }),
    items,
  };
}

/** Calls in a row are one message of the assistant. */
function addItem(messages: ModelMessage[], one: Item): ModelMessage[] {
  if ("role" in one && typeof one.role === "string") {
    const { role, content: text } = one as z.infer<typeof messageItem>;
    if (role === "assistant") messages.push({ role, text, calls: [] });
    else messages.push({ role: role === "user" ? "user" : "system", text });
  } else if (one.type === "function_call") {
    const call = { id: String(one.call_id), name: String(one.name), arguments: String(one.arguments) };
    const last = messages.at(-1);
    if (last?.role === "assistant") messages[messages.length - 1] = { ...last, calls: [...last.calls, call] };
    else messages.push({ role: "assistant", text: "", calls: [call] });
  } else if (one.type === "function_call_output") {
    messages.push({ role: "tool", callId: String(one.call_id), text: String(one.output) });
  }
  return messages;
}

type OutputItem = { readonly id: string; readonly type: string; readonly status: string } & (
  | { readonly type: "message"; readonly role: "assistant"; readonly content: readonly object[] }
  | {
      readonly type: "function_call";
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
    }
);

const textPart = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });

/** The items of a reply: its text first. */
export function outputItems({ id, text, calls }: SentReply): OutputItem[] {
  const status = "completed";
  const message = { id: `msg_${id}`, type: "message" as const, status, role: "assistant" as const };
  return [
    ...(text === "" ? [] : [{ ...message, content: [textPart(text)] }]),
    ...calls.map((call) => ({
      id: `fc_${call.id.replace(/^call_/, "")}`,
      type: "function_call" as const,
      status,
      call_id: call.id,
      name: call.name,
      arguments: call.arguments,
    })),
  ];
}

export function responsesResponse(reply: SentReply, request: ResponsesRequest): object {
  return responseShape(reply, request, outputItems(reply), "completed");
}

function responseShape(
  { id, createdSeconds, inputTokens, outputTokens }: SentReply,
  { model, toolChoice }: ResponsesRequest,
  output: readonly OutputItem[],
  status: "in_progress" | "completed",
): object {
  const usage = {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  };
  return {
    id: `resp_${id}`,
    object: "response",
    created_at: createdSeconds,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model,
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: toolChoice,
    tools: [],
    top_p: 1,
    usage: status === "completed" ? usage : null,
  };
}

export function* responsesEvents(reply: SentReply, request: ResponsesRequest): Iterable<StreamEvent> {
  let sequence = 0;
  const event = (type: string, data: object): StreamEvent => ({
    event: type,
    data: { type, sequence_number: sequence++, ...data },
  });
  const output = outputItems(reply);
  const started = responseShape(reply, request, [], "in_progress");
  yield event("response.created", { response: started });
  yield event("response.in_progress", { response: started });
  for (const [output_index, one] of output.entries()) {
    const at = { item_id: one.id, output_index };
    const open = one.type === "message" ? { content: [] } : { arguments: "" };
    yield event("response.output_item.added", {
      output_index,
      item: { ...one, status: "in_progress", ...open },
    });
    if (one.type === "message") {
      const part = { ...at, content_index: 0 };
      yield event("response.content_part.added", { ...part, part: textPart("") });
      for (const delta of pieces(reply.text)) {
        yield event("response.output_text.delta", { ...part, delta, logprobs: [] });
      }
      yield event("response.output_text.done", { ...part, text: reply.text, logprobs: [] });
      yield event("response.content_part.done", { ...part, part: textPart(reply.text) });
    } else {
      for (const delta of pieces(one.arguments)) {
        yield event("response.function_call_arguments.delta", { ...at, delta });
      }
      const { name, arguments: text } = one;
      yield event("response.function_call_arguments.done", { ...at, name, arguments: text });
    }
    yield event("response.output_item.done", { output_index, item: one });
  }
  yield event("response.completed", { response: responsesResponse(reply, request) });
}
