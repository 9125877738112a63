import { z } from "zod";
import { isJsonObject, type JsonSchema } from "../../model/json.js";
import { argumentsObject } from "./anthropic.js";
import type { ModelMessage, ModelRequest, ModelToolCall, SentReply, StreamEvent } from "./conversation.js";
import { anyObject, checkBody, checkSchemas, checkToolNames } from "./read-body.js";
import { pieces } from "./stream.js";

const toolName = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/;
/** Keywords that `parameters` and `responseSchema` do not have; `parametersJsonSchema` has them. */
const unknownKeywords = [
  "$ref",
  "$defs",
  "definitions",
  "additionalProperties",
  "oneOf",
  "allOf",
  "not",
  "const",
];

const part = z.looseObject({
  text: z.string().optional(),
  functionCall: z
    .looseObject({ id: z.string().nullish(), name: z.string(), args: anyObject.nullish() })
    .optional(),
  functionResponse: z
    .looseObject({ id: z.string().nullish(), name: z.string(), response: anyObject.nullish() })
    .optional(),
});
const turn = z.looseObject({
  role: z.enum(["user", "model", "function"]).optional(),
  parts: z.array(part).min(1),
});
const bodySchema = z.looseObject({
  contents: z.array(turn).min(1),
  systemInstruction: z.looseObject({ parts: z.array(part) }).optional(),
  tools: z
    .array(
      z.looseObject({
        functionDeclarations: z
          .array(
            z.looseObject({
              name: z.string(),
              description: z.string().optional(),
              parameters: anyObject.optional(),
              parametersJsonSchema: anyObject.optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
  toolConfig: z
    .looseObject({
      functionCallingConfig: z
        .looseObject({ mode: z.string().optional(), allowedFunctionNames: z.array(z.string()).optional() })
        .optional(),
    })
    .optional(),
  generationConfig: z
    .looseObject({
      responseMimeType: z.string().optional(),
      responseSchema: anyObject.optional(),
      responseJsonSchema: anyObject.optional(),
    })
    .optional(),
});

/** Reads a body of `POST /v1beta/models/{model}:generateContent`. @throws HttpProblem 400 */
export function readContents(body: unknown, model: string, stream: boolean): ModelRequest {
  const read = checkBody(bodySchema, body);
  const tools = (read.tools ?? [])
    .flatMap(({ functionDeclarations }) => functionDeclarations ?? [])
    .map(({ name, description = "", parameters, parametersJsonSchema }) => {
      if (parameters !== undefined) checkSchemas(parameters, `${name}.parameters`, parametersProblem);
      return { name, description, schema: parametersJsonSchema ?? lowerCaseTypes(parameters ?? {}) };
    });
  checkToolNames(tools, toolName);
  const { mode = "AUTO", allowedFunctionNames } = read.toolConfig?.functionCallingConfig ?? {};
  const config = read.generationConfig ?? {};
  const system = textOf(read.systemInstruction?.parts ?? []);
  return {
    api: "gemini",
    model,
    messages: [
      ...(system === "" ? [] : [{ role: "system" as const, text: system }]),
      ...messagesOf(read.contents),
    ],
    tools,
    toolChoice: mode === "ANY" ? "required" : mode === "NONE" ? "none" : "auto",
    ...(allowedFunctionNames !== undefined && { allowedTools: allowedFunctionNames }),
    stream,
    ...(config.responseMimeType === "application/json" && {
      outputSchema: config.responseJsonSchema ?? lowerCaseTypes(config.responseSchema ?? {}),
    }),
  };
}

function parametersProblem(schema: JsonSchema): string | undefined {
  const keyword = unknownKeywords.find((name) => Object.hasOwn(schema, name));
  return keyword === undefined ? undefined : `'${keyword}' is unknown here; use parametersJsonSchema`;
}

/** `{type: "STRING"}` → `{type: "string"}`, at any depth. */
function lowerCaseTypes(schema: JsonSchema): JsonSchema {
  const lower = (value: unknown, isType: boolean): unknown => {
    if (Array.isArray(value)) return value.map((one) => lower(one, isType));
    if (isType && typeof value === "string") return value.toLowerCase();
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, lower(one, name === "type")]),
    );
  };
  return lower(schema, false) as JsonSchema;
}

type Part = z.infer<typeof part>;

const textOf = (parts: readonly Part[]) =>
  parts.flatMap(({ text }) => (text === undefined ? [] : [text])).join("\n");

/** Calls without an id get one by their place; results belong to the calls of their name, in their order. */
function messagesOf(contents: readonly z.infer<typeof turn>[]): ModelMessage[] {
  const messages: ModelMessage[] = [];
  let open: ModelToolCall[] = [];
  for (const [at, { role = "user", parts }] of contents.entries()) {
    const text = textOf(parts);
    if (role === "model") {
      open = parts.flatMap(({ functionCall }, index) =>
        functionCall === undefined
          ? []
          : [
              {
                id: functionCall.id ?? `${at}.${index}`,
                name: functionCall.name,
                arguments: JSON.stringify(functionCall.args ?? {}),
              },
            ],
      );
      messages.push({ role: "assistant", text, calls: open });
      continue;
    }
    for (const { functionResponse: result } of parts) {
      if (result === undefined) continue;
      const call = open.find(({ id, name }) => (result.id == null ? name === result.name : id === result.id));
      open = open.filter((other) => other !== call);
      const callId = call?.id ?? result.id ?? result.name;
      messages.push({ role: "tool", callId, text: JSON.stringify(result.response ?? {}) });
    }
    if (text !== "" || !parts.some(({ functionResponse }) => functionResponse)) {
      messages.push({ role: "user", text });
    }
  }
  return messages;
}

function contentChunk(reply: SentReply, model: string, parts: readonly object[], isLast: boolean): object {
  return {
    candidates: [{ content: { role: "model", parts }, index: 0, ...(isLast && { finishReason: "STOP" }) }],
    usageMetadata: {
      promptTokenCount: reply.inputTokens,
      ...(isLast && { candidatesTokenCount: reply.outputTokens }),
      totalTokenCount: reply.inputTokens + (isLast ? reply.outputTokens : 0),
    },
    modelVersion: model,
    responseId: reply.id,
  };
}

const callParts = ({ calls }: SentReply) =>
  calls.map(({ id, name, arguments: text }) => ({ functionCall: { id, name, args: argumentsObject(text) } }));

export function contentsResponse(reply: SentReply, { model }: ModelRequest): object {
  const text = reply.text === "" ? [] : [{ text: reply.text }];
  return contentChunk(reply, model, [...text, ...callParts(reply)], true);
}

export function* contentsEvents(reply: SentReply, { model }: ModelRequest): Iterable<StreamEvent> {
  const texts = pieces(reply.text).map((text) => [{ text }]);
  const chunks = reply.calls.length > 0 ? [...texts, callParts(reply)] : texts;
  for (const [at, parts] of chunks.entries()) {
    yield { data: contentChunk(reply, model, parts, at === chunks.length - 1) };
  }
}
