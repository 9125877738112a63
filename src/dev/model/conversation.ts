import type { JsonSchema } from "../../model/json.js";
import { HttpProblem } from "../http/http-problem.js";

/** The clients' forms that the scripted model speaks. */
export type ModelApi = "openai-chat" | "openai-responses" | "gemini" | "anthropic";

/** A tool that a client offers. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  /** Schema of the arguments. */
  readonly schema: JsonSchema;
}

/** A call as a model writes it: the arguments are text, which need not be JSON. */
export interface ModelToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

export type ModelMessage =
  | { readonly role: "system" | "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly calls: readonly ModelToolCall[] }
  | { readonly role: "tool"; readonly callId: string; readonly text: string };

/** A request to a model, the same for every client's form. */
export interface ModelRequest {
  readonly api: ModelApi;
  readonly model: string;
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  /** `required`: at least one call. */
  readonly toolChoice: "auto" | "none" | "required";
  /** Names of the tools that may be called; default: all. */
  readonly allowedTools?: readonly string[] | undefined;
  readonly stream: boolean;
  /** The text is to be JSON of this schema. */
  readonly outputSchema?: JsonSchema | undefined;
}

/** What the model says: a text, calls, or both. */
export interface ModelReply {
  readonly text: string;
  readonly calls: readonly Pick<ModelToolCall, "name" | "arguments">[];
}

/** A reply with what every form needs besides. */
export interface SentReply {
  readonly id: string;
  readonly createdSeconds: number;
  readonly text: string;
  readonly calls: readonly ModelToolCall[];
  /** Estimates: a token is about four characters. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** One event of a stream. Data that is not a string is sent as JSON. */
export interface StreamEvent {
  readonly event?: string;
  readonly data: unknown;
}

/** The last user's text, and what came after it. */
export interface Turn {
  readonly system: string;
  readonly user: string;
  /** Calls since the user's text, oldest first. */
  readonly calls: readonly ModelToolCall[];
  /** Results at the end of the conversation; empty where the user spoke last. */
  readonly results: readonly { readonly name: string; readonly text: string }[];
}

/** Texts of the system and of the user, and the calls since. */
export function turnOf({ messages }: ModelRequest): Turn {
  const textsOf = (role: ModelMessage["role"], from: readonly ModelMessage[]) =>
    from.flatMap((message) => (message.role === role ? [message.text] : [])).join("\n");
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  // Several user messages in a row are one turn.
  let first = lastUser;
  while (first > 0 && messages[first - 1]?.role === "user") first -= 1;
  const after = messages.slice(lastUser + 1);
  const calls = after.flatMap((message) => (message.role === "assistant" ? message.calls : []));
  const lastOther = after.findLastIndex(({ role }) => role !== "tool");
  const results = after.slice(lastOther + 1).flatMap((message) => {
    if (message.role !== "tool") return [];
    const name = calls.find(({ id }) => id === message.callId)?.name ?? "";
    return [{ name, text: message.text }];
  });
  return {
    system: textsOf("system", messages),
    user: textsOf("user", messages.slice(Math.max(0, first), lastUser + 1)),
    calls,
    results,
  };
}

/**
 * Checks that every call has its result before the conversation goes on, as the real models do.
 *
 * @throws HttpProblem 400
 */
export function checkResults(messages: readonly ModelMessage[]): void {
  let open = new Map<string, string>();
  const missing = (): void => {
    const [first] = open;
    if (first === undefined) return;
    throw new HttpProblem(400, `The tool call ${first[0]} (${first[1]}) has no tool result after it`);
  };
  for (const message of messages) {
    if (message.role === "tool") {
      if (!open.delete(message.callId)) {
        throw new HttpProblem(400, `A tool result is for the call ${message.callId}, which is not before it`);
      }
      continue;
    }
    missing();
    if (message.role === "assistant") open = new Map(message.calls.map(({ id, name }) => [id, name]));
  }
  missing();
}
