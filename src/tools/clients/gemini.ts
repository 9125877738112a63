import { asText, isJsonObject, type JsonObject, type JsonSchema } from "../../model/json.js";
import type { Answer } from "../answer.js";
import type { ClientTool } from "../client-forms.js";
import type { ModelCall } from "../run-calls.js";
import { geminiSchema } from "../schema/gemini.js";

/** The tools as `@google/genai` takes them. */
export interface GeminiDeclarations {
  functionDeclarations: { name: string; description: string; parametersJsonSchema: JsonSchema }[];
}

/** The tools for Gemini: declarations, and what the client needs to call them by itself. */
export interface GeminiTool extends GeminiDeclarations {
  readonly tool: () => Promise<GeminiDeclarations>;
  readonly callTool: (calls: GeminiCall[]) => Promise<GeminiResponsePart[]>;
}

/** A call of a function by Gemini. */
export interface GeminiCall {
  id?: string | undefined;
  name?: string | undefined;
  args?: Record<string, unknown> | undefined;
}

/** A response of `generateContent`, as far as it is read: the first candidate. */
export interface GeminiResponse {
  readonly candidates?:
    | readonly { readonly content?: { readonly parts?: readonly object[] | undefined } | undefined }[]
    | undefined;
}

/** What goes back to the model: a part. */
export interface GeminiResponsePart {
  // The client takes no `undefined` where there is no id.
  functionResponse: { name: string; response: Record<string, unknown> } & Partial<Record<"id", string>>;
}

export function geminiDeclarations(tools: readonly ClientTool[]): GeminiDeclarations {
  return {
    functionDeclarations: tools.map(({ name, description, parameters }) => ({
      name,
      description,
      parametersJsonSchema: geminiSchema(parameters),
    })),
  };
}

/** @returns `undefined` where it is no response of this client */
export function geminiCalls(response: object): readonly ModelCall[] | undefined {
  const { candidates } = response as { readonly candidates?: unknown };
  // A prompt that was blocked has none.
  if (candidates === undefined && ["promptFeedback", "usageMetadata"].some((name) => name in response))
    return [];
  if (!Array.isArray(candidates)) return undefined;
  const content: unknown = isJsonObject(candidates[0]) ? candidates[0].content : undefined;
  const parts: readonly unknown[] =
    isJsonObject(content) && Array.isArray(content.parts) ? content.parts : [];
  return parts
    .filter(isJsonObject)
    .map(({ functionCall }) => functionCall)
    .filter(isJsonObject)
    .map(geminiCall);
}

/** One call of a function, as a call in no client's form. */
export function geminiCall({ id, name, args }: JsonObject | GeminiCall): ModelCall {
  return { id: typeof id === "string" ? id : undefined, name: asText(name), args };
}

export function geminiResult({ id, name }: ModelCall, { isError, text, data }: Answer): GeminiResponsePart {
  // Gemini looks for these two names.
  const response = isError ? { error: text } : { output: data ?? text };
  return { functionResponse: { ...(id !== undefined && { id }), name, response } };
}
