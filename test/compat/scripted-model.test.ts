import { createOpenAI } from "@ai-sdk/openai";
import Anthropic from "@anthropic-ai/sdk";
import { type FunctionDeclaration, GoogleGenAI } from "@google/genai";
import type { AIMessageChunk } from "@langchain/core/messages";
import { tool as langChainTool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import { generateObject, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import { type Platform, startPlatform } from "earshot/dev";
import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

const description = "Post a message to a Slack channel";
const parameters = {
  type: "object" as const,
  properties: {
    channel: { type: "string", description: "The channel" },
    text: { type: "string", description: "What to say" },
    thread_ts: { type: "string" },
  },
  required: ["channel", "text"],
  additionalProperties: false,
};
const name = "SLACK_SEND_MESSAGE";
const prompt = 'Send "It is noon" to the channel #general';
const made = { channel: "general", text: "It is noon" };
const done = 'Scripted model: SLACK_SEND_MESSAGE returned {"ok":true}';
const content = JSON.stringify({ ok: true });

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterEach(() => platform.faults.clear());
afterAll(() => platform.stop());

describe("openai", () => {
  const clientFor = (apiKey = "local") =>
    new OpenAI({ apiKey, baseURL: platform.model.urls.openai, maxRetries: 2 });
  const chatTools = [{ type: "function" as const, function: { name, description, parameters } }];

  test("Chat Completions: a call, and a text once it has its result", async () => {
    const openai = clientFor();
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: prompt }];
    const first = await openai.chat.completions.create({ model: "gpt-5", messages, tools: chatTools });
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (message === undefined || call?.type !== "function") throw new Error("no call");
    expect(first.choices[0]?.finish_reason).toBe("tool_calls");
    expect([call.function.name, JSON.parse(call.function.arguments)]).toEqual([name, made]);
    messages.push(message, { role: "tool", tool_call_id: call.id, content });
    const second = await openai.chat.completions.create({ model: "gpt-5", messages, tools: chatTools });
    expect(second.choices[0]?.message.content).toBe(done);
  });

  test("Chat Completions, streaming: the client puts the same call and text together", async () => {
    const openai = clientFor();
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: prompt }];
    const stream = openai.chat.completions.stream({
      ...{ model: "gpt-5", messages, tools: chatTools },
      stream_options: { include_usage: true },
    });
    const { choices, usage } = await stream.finalChatCompletion();
    expect(choices[0]?.message.tool_calls).toMatchObject([
      { function: { name, arguments: JSON.stringify(made) } },
    ]);
    expect(usage?.total_tokens).toBeGreaterThan(1);
  });

  test("runTools runs a whole conversation", async () => {
    const said: unknown[] = [];
    const runner = clientFor().chat.completions.runTools({
      model: "gpt-5",
      messages: [{ role: "user", content: prompt }],
      tools: [
        {
          type: "function",
          function: {
            ...{ name, description, parameters },
            parse: JSON.parse,
            function: (input: object) => {
              said.push(input);
              return content;
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe(done);
    expect(said).toEqual([made]);
  });

  const responseTools = [{ type: "function" as const, name, description, parameters, strict: false }];

  test("Responses: a call, and a text in the conversation of previous_response_id", async () => {
    const openai = clientFor();
    const first = await openai.responses.create({ model: "gpt-5", input: prompt, tools: responseTools });
    const call = first.output.find((item) => item.type === "function_call");
    expect([call?.name, JSON.parse(call?.arguments ?? "")]).toEqual([name, made]);
    const second = await openai.responses.create({
      model: "gpt-5",
      previous_response_id: first.id,
      input: [{ type: "function_call_output", call_id: call?.call_id ?? "", output: content }],
      tools: responseTools,
    });
    expect(second.output_text).toBe(done);
  });

  test("Responses, streaming: the client puts call and text together", async () => {
    const openai = clientFor();
    const first = await openai.responses
      .stream({ model: "gpt-5", input: prompt, tools: responseTools })
      .finalResponse();
    expect(first.output).toMatchObject([{ type: "function_call", name, arguments: JSON.stringify(made) }]);
    const second = await openai.responses.stream({ model: "gpt-5", input: "Hello" }).finalResponse();
    expect(second.output_text).toBe("Scripted model: you said: Hello");
  });

  test("strict schemas are checked as the real API does, and what they may leave out is null", async () => {
    const openai = clientFor();
    const withSchema = (schema: Record<string, unknown>) =>
      openai.chat.completions.create({
        model: "gpt-5",
        messages: [{ role: "user", content: prompt }],
        tools: [{ type: "function", function: { name, parameters: schema, strict: true } }],
      });
    await expect(withSchema(parameters)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining("it lacks 'thread_ts'"),
    });
    const strict = {
      ...parameters,
      properties: { ...parameters.properties, thread_ts: { type: ["string", "null"] } },
      required: ["channel", "text", "thread_ts"],
    };
    const { choices } = await withSchema(strict);
    const [call] = choices[0]?.message.tool_calls ?? [];
    if (call?.type !== "function") throw new Error("no call");
    expect(JSON.parse(call.function.arguments)).toEqual({ ...made, thread_ts: null });
  });

  test.each([
    [
      "a name that is too long",
      { tools: [{ type: "function", function: { name: "X".repeat(65) } }] },
      "X{65}",
    ],
    [
      "a result without its call",
      { messages: [{ role: "tool", tool_call_id: "c", content }] },
      "not before it",
    ],
    [
      "a call without its result",
      {
        messages: [
          { role: "user", content: prompt },
          {
            role: "assistant",
            tool_calls: [{ id: "c1", type: "function", function: { name, arguments: "{}" } }],
          },
          { role: "user", content: "And?" },
        ],
      },
      "c1 .* has no tool result",
    ],
    ["a message of no role", { messages: [{ content }] }, "messages\\[0\\]"],
  ])("%s is a 400 that says where", async (_name, body, message) => {
    const whole = { model: "gpt-5", messages: [{ role: "user", content: prompt }], ...body };
    const called = clientFor().chat.completions.create(
      whole as OpenAI.ChatCompletionCreateParamsNonStreaming,
    );
    await expect(called).rejects.toThrow(new RegExp(`^400 Scripted model: .*${message}`));
  });

  test("a key that begins with `invalid` is rejected", async () => {
    const called = clientFor("invalid").responses.create({ model: "gpt-5", input: "hi" });
    await expect(called).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });

  test("429 and 500 on purpose are retried by the client", async () => {
    platform.faults.calls.add({ path: "/model/openai", status: 429, retryAfter: 0 });
    platform.faults.calls.add({ path: "/model/openai", status: 500 });
    const { output_text } = await clientFor().responses.create({ model: "gpt-5", input: "hi" });
    expect(output_text).toContain("Scripted model");
    platform.faults.calls.add({ path: "/model/openai", status: 429, times: 3 });
    const called = clientFor().responses.create({ model: "gpt-5", input: "hi" }, { maxRetries: 0 });
    await expect(called).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });

  test("a slow model runs into the client's time limit", async () => {
    platform.faults.calls.add({ path: "/model/openai", delayMs: 60_000 });
    const called = clientFor().responses.create(
      { model: "gpt-5", input: "hi" },
      { timeout: 50, maxRetries: 0 },
    );
    await expect(called).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
  });

  test("malformed arguments and an invented tool on purpose; with the error as result, the call is right", async () => {
    const openai = clientFor();
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: prompt }];
    const next = async () => {
      const { choices } = await openai.chat.completions.create({
        model: "gpt-5",
        messages,
        tools: chatTools,
      });
      const message = choices[0]?.message;
      const call = message?.tool_calls?.[0];
      if (message === undefined || call?.type !== "function") throw new Error("no call");
      messages.push(message, { role: "tool", tool_call_id: call.id, content: '{"error":"that was wrong"}' });
      return call.function;
    };
    platform.faults.model.malformedArguments(1);
    const malformed = await next();
    expect(malformed.name).toBe(name);
    expect(() => JSON.parse(malformed.arguments)).toThrow();
    platform.faults.model.unknownTool(1);
    expect((await next()).name).toBe("SLACK_SEND_MESSAGE_INVENTED");
    expect(JSON.parse((await next()).arguments)).toEqual(made);
  });
});

describe("@google/genai", () => {
  const clientFor = () =>
    new GoogleGenAI({ apiKey: "local", httpOptions: { baseUrl: platform.model.urls.gemini } });
  const declarations: FunctionDeclaration[] = [{ name, description, parametersJsonSchema: parameters }];
  const model = "gemini-2.5-flash";
  const config = { tools: [{ functionDeclarations: declarations }] };

  test("generateContent: a call, and a text once it has its result", async () => {
    const chat = clientFor().chats.create({ model, config });
    const first = await chat.sendMessage({ message: prompt });
    const call = first.functionCalls?.[0];
    expect([call?.name, call?.args]).toEqual([name, made]);
    const second = await chat.sendMessage({
      message: [{ functionResponse: { id: call?.id as string, name, response: { ok: true } } }],
    });
    expect(second.text).toBe(done);
  });

  test("generateContentStream: the same in pieces", async () => {
    const client = clientFor();
    const calls = [];
    const stream = await client.models.generateContentStream({ model, contents: prompt, config });
    for await (const chunk of stream) calls.push(...(chunk.functionCalls ?? []));
    expect(calls).toMatchObject([{ name, args: made }]);
    const texts: string[] = [];
    const contents = "Say what you are, at some length";
    for await (const chunk of await client.models.generateContentStream({ model, contents })) {
      texts.push(chunk.text ?? "");
    }
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.join("")).toBe(`Scripted model: you said: ${contents}`);
  });

  test("automatic calling: the client calls the tool itself, and returns the text", async () => {
    const called: unknown[] = [];
    const callable = {
      tool: async () => ({ functionDeclarations: declarations }),
      callTool: async (calls: readonly { name?: string; args?: Record<string, unknown> }[]) =>
        calls.map((call) => {
          called.push(call.args);
          return { functionResponse: { name: call.name ?? "", response: { ok: true } } };
        }),
    };
    const response = await clientFor().models.generateContent({
      ...{ model, contents: prompt },
      config: { tools: [callable] },
    });
    expect(called).toEqual([made]);
    expect(response.text).toBe(done);
  });

  test("`parameters` with keywords that Gemini does not have is a 400", async () => {
    const tools = [{ functionDeclarations: [{ name, parameters: { type: "OBJECT", oneOf: [] } as object }] }];
    const called = clientFor().models.generateContent({ model, contents: prompt, config: { tools } });
    await expect(called).rejects.toThrow(/'oneOf' is unknown/);
  });

  test("a 503 on purpose is an ApiError with its status", async () => {
    platform.faults.calls.add({ path: "/model/gemini", status: 503, times: 10 });
    const called = clientFor().models.generateContent({ model, contents: prompt });
    await expect(called).rejects.toMatchObject({ name: "ApiError", status: 503 });
  });

  test("malformed arguments on purpose are arguments that the tool does not have", async () => {
    platform.faults.model.malformedArguments(1);
    const { functionCalls } = await clientFor().models.generateContent({ model, contents: prompt, config });
    expect(functionCalls?.[0]?.args).toHaveProperty("malformed_arguments");
  });
});

describe("@anthropic-ai/sdk", () => {
  const clientFor = () =>
    new Anthropic({ apiKey: "local", baseURL: platform.model.urls.anthropic, maxRetries: 0 });
  const base = {
    model: "scripted-model",
    max_tokens: 1000,
    tools: [{ name, description, input_schema: parameters }],
  };

  test("Messages: a call, and a text once it has its result", async () => {
    const messages: Anthropic.MessageParam[] = [{ role: "user", content: prompt }];
    const first = await clientFor().messages.create({ ...base, messages });
    const call = first.content.find((block) => block.type === "tool_use");
    expect([first.stop_reason, call?.name, call?.input]).toEqual(["tool_use", name, made]);
    messages.push(
      { role: "assistant", content: first.content },
      { role: "user", content: [{ type: "tool_result", tool_use_id: call?.id ?? "", content }] },
    );
    const second = await clientFor().messages.create({ ...base, messages });
    expect(second.content).toMatchObject([{ type: "text", text: done }]);
  });

  test("streaming: the client puts call and text together", async () => {
    const messages: Anthropic.MessageParam[] = [{ role: "user", content: prompt }];
    const first = await clientFor()
      .messages.stream({ ...base, messages })
      .finalMessage();
    expect(first.content).toMatchObject([{ type: "tool_use", name, input: made }]);
    const stream = clientFor().messages.stream({ ...base, tools: [], messages });
    expect(await stream.finalText()).toContain("Scripted model: you said");
  });

  test("an overloaded model on purpose is the client's own error", async () => {
    platform.faults.calls.add({ path: "/model/anthropic", status: 529 });
    const called = clientFor().messages.create({ ...base, messages: [{ role: "user", content: prompt }] });
    await expect(called).rejects.toMatchObject({
      status: 529,
      error: { error: { type: "overloaded_error" } },
    });
  });
});

describe("the AI SDK", () => {
  const providerFor = () => createOpenAI({ apiKey: "local", baseURL: platform.model.urls.openai });
  const toolsFor = (called: unknown[]) => ({
    [name]: tool({
      description,
      inputSchema: jsonSchema<Record<string, unknown>>(parameters as object),
      execute: async (input) => {
        called.push(input);
        return { ok: true };
      },
    }),
  });

  test.each(["responses", "chat"] as const)(
    "generateText runs the tool and gets the text, over %s",
    async (api) => {
      const called: unknown[] = [];
      const { text } = await generateText({
        ...{ model: providerFor()[api]("gpt-5"), prompt, tools: toolsFor(called), stopWhen: stepCountIs(5) },
      });
      expect(called).toEqual([made]);
      expect(text).toBe(done);
    },
  );

  test.each(["responses", "chat"] as const)("streamText does the same in pieces, over %s", async (api) => {
    const called: unknown[] = [];
    const result = streamText({
      ...{ model: providerFor()[api]("gpt-5"), prompt, tools: toolsFor(called), stopWhen: stepCountIs(5) },
    });
    const texts = [];
    for await (const text of result.textStream) texts.push(text);
    expect(called).toEqual([made]);
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.join("")).toBe(done);
  });

  test("generateObject gets an object of the schema, with what the prompt says", async () => {
    const schema = jsonSchema<{ priority: string; title: string }>({
      type: "object",
      properties: { priority: { type: "string", enum: ["low", "high"] }, title: { type: "string" } },
      required: ["priority", "title"],
      additionalProperties: false,
    });
    const { object } = await generateObject({
      ...{ model: providerFor()("gpt-5"), schema, prompt: 'The issue "Login fails" has a high priority' },
    });
    expect(object).toEqual({ priority: "high", title: "Login fails" });
  });
});

describe("@langchain/openai", () => {
  const modelFor = () =>
    new ChatOpenAI({
      model: "gpt-5",
      apiKey: "local",
      configuration: { baseURL: platform.model.urls.openai },
    });

  test.each(["at once", "streaming"])("a bound tool is called with its arguments, %s", async (form) => {
    const called: unknown[] = [];
    const post = langChainTool(
      async (input: unknown) => {
        called.push(input);
        return content;
      },
      { name, description, schema: parameters },
    );
    const model = modelFor().bindTools([post]);
    let first: AIMessageChunk = await model.invoke(prompt);
    if (form === "streaming") {
      const chunks = [];
      for await (const chunk of await model.stream(prompt)) chunks.push(chunk);
      expect(chunks.length).toBeGreaterThan(2);
      first = chunks.reduce((before, chunk) => before.concat(chunk));
    }
    expect(first.tool_calls).toMatchObject([{ name, args: made }]);
    const [call] = first.tool_calls ?? [];
    if (call === undefined) throw new Error("no call");
    const result = await post.invoke({ ...call, type: "tool_call" });
    const second = await model.invoke([{ role: "user", content: prompt }, first, result]);
    expect(called).toEqual([made]);
    expect(second.text).toBe(done);
  });
});
