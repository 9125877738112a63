// Run by test/tools/model-clients.test.ts with the real packages; `npm run typecheck` checks it against their types.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { AIMessage } from "@langchain/core/messages";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { generateText, type LanguageModel, stepCountIs, type ToolSet } from "ai";
import type { ToolList } from "earshot";
import OpenAI from "openai";

/** Each takes the tools as a user gives them, calls the server at `baseURL`, and gives back what the model gets. */
export interface Sent {
  readonly results: readonly unknown[];
}

export async function chatCompletions(tools: ToolList, baseURL: string): Promise<Sent> {
  const client = new OpenAI({ apiKey: "local", baseURL });
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "Star acme/site." }];
  const model = "test";
  const first = await client.chat.completions.create({ model, messages, tools: tools.forOpenAI() });
  const results = await tools.handleToolCalls(first);
  for (const { message } of first.choices) messages.push(message);
  messages.push(...results);
  await client.chat.completions.create({ model, messages, tools: tools.forOpenAI() });
  return { results };
}

export async function responses(tools: ToolList, baseURL: string): Promise<Sent> {
  const client = new OpenAI({ apiKey: "local", baseURL });
  const model = "test";
  const first = await client.responses.create({
    model,
    input: "Star acme/site.",
    tools: tools.forOpenAIResponses(),
  });
  const results = await tools.handleToolCalls(first);
  const input: OpenAI.Responses.ResponseInput = results;
  await client.responses.create({ model, input, previous_response_id: first.id });
  return { results };
}

export async function gemini(tools: ToolList, baseUrl: string): Promise<Sent> {
  const client = new GoogleGenAI({ apiKey: "local", httpOptions: { baseUrl } });
  const chat = client.chats.create({
    model: "test",
    config: { tools: [tools.forGemini()], automaticFunctionCalling: { disable: true } },
  });
  const first = await chat.sendMessage({ message: "Star acme/site." });
  const results = await tools.handleToolCalls(first);
  await chat.sendMessage({ message: results });
  return { results };
}

/** The client calls the tools by itself. */
export async function geminiAutomatic(tools: ToolList, baseUrl: string): Promise<Sent> {
  const client = new GoogleGenAI({ apiKey: "local", httpOptions: { baseUrl } });
  const { automaticFunctionCallingHistory: history = [] } = await client.models.generateContent({
    model: "test",
    contents: "Star acme/site.",
    config: { tools: [tools.forGemini()] },
  });
  const parts = history.flatMap((content) => content.parts ?? []);
  return { results: parts.filter(({ functionResponse }) => functionResponse !== undefined) };
}

export async function anthropic(tools: ToolList, baseURL: string): Promise<Sent> {
  const client = new Anthropic({ apiKey: "local", baseURL });
  const messages: Anthropic.MessageParam[] = [{ role: "user", content: "Star acme/site." }];
  const common = { model: "test", max_tokens: 100, tools: tools.forAnthropic() };
  const first = await client.messages.create({ ...common, messages });
  const results = await tools.handleToolCalls(first);
  messages.push({ role: "assistant", content: first.content }, { role: "user", content: results });
  await client.messages.create({ ...common, messages });
  return { results };
}

export async function aiSDK(tools: ToolList, model: LanguageModel): Promise<Sent> {
  const record: ToolSet = tools.forAISDK();
  const { steps } = await generateText({
    model,
    prompt: "Star acme/site.",
    tools: record,
    stopWhen: stepCountIs(3),
  });
  return { results: steps.flatMap((step) => step.content.filter(({ type }) => type.startsWith("tool-"))) };
}

export async function langChain(tools: ToolList, name: string, args: object): Promise<Sent> {
  const list: StructuredToolInterface[] = tools.forLangChain();
  const tool = list.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`no ${name}`);
  const asOpenAI = convertToOpenAITool(tool);
  const call = { id: "c1", name, args: { ...args }, type: "tool_call" as const };
  const streamed: unknown[] = [];
  for await (const part of await tool.stream({ ...args })) streamed.push(part);
  return { results: [asOpenAI, await tool.invoke(call), await tool.invoke({ ...args }), ...streamed] };
}

export async function langGraph(
  tools: ToolList,
  calls: readonly { name: string; args: object }[],
): Promise<Sent> {
  const node = new ToolNode(tools.forLangChain());
  const called = calls.map(({ name, args }, at) => ({ id: `c${at}`, name, args: { ...args } }));
  const { messages } = await node.invoke({ messages: [new AIMessage({ content: "", tool_calls: called })] });
  return { results: messages };
}
