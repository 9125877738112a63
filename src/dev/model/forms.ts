import { type Call, param } from "../http/endpoint.js";
import { HttpProblem } from "../http/http-problem.js";
import { messagesEvents, messagesResponse, readMessages } from "./anthropic.js";
import type { ModelRequest, SentReply, StreamEvent } from "./conversation.js";
import { contentsEvents, contentsResponse, readContents } from "./gemini.js";
import { chatEvents, chatResponse, readChat } from "./openai-chat.js";
import {
  outputItems,
  ResponseMemory,
  readResponses,
  responsesEvents,
  responsesResponse,
} from "./openai-responses.js";

/** How one API's bodies are read and written. */
export interface Form<R extends ModelRequest> {
  read(c: Call): R;
  response(reply: SentReply, request: R): object;
  events(reply: SentReply, request: R): Iterable<StreamEvent>;
  /** Called with every reply that is sent. */
  sent?(reply: SentReply, request: R): void;
}

export type ModelForms = ReturnType<typeof modelForms>;

/** The forms of OpenAI, Anthropic and Gemini. */
export function modelForms() {
  const memory = new ResponseMemory();
  return {
    chat: {
      read: (c) => readChat(c.var.body),
      response: chatResponse,
      events: chatEvents,
    } satisfies Form<ReturnType<typeof readChat>>,
    responses: {
      read: (c) => readResponses(c.var.body, memory),
      response: responsesResponse,
      events: responsesEvents,
      sent: (reply, { items }) => memory.store(`resp_${reply.id}`, items, outputItems(reply)),
    } satisfies Form<ReturnType<typeof readResponses>>,
    messages: {
      read: (c) => readMessages(c.var.body),
      response: messagesResponse,
      events: messagesEvents,
    } satisfies Form<ReturnType<typeof readMessages>>,
    contents: {
      read: readGemini,
      response: contentsResponse,
      events: contentsEvents,
    } satisfies Form<ModelRequest>,
  };
}

/** `gemini-2.5-flash:generateContent` → the model and the method. */
function readGemini(c: Call): ModelRequest {
  const [model = "", method = ""] = param(c, "call").split(":");
  const stream = method === "streamGenerateContent";
  if (!stream && method !== "generateContent") {
    throw new HttpProblem(
      404,
      `The scripted model has generateContent and streamGenerateContent, not '${method}'`,
    );
  }
  return readContents(c.var.body, model, stream);
}
