import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ApiError, EarshotError } from "../../src/base/errors.js";
import type { JsonObject } from "../../src/model/json.js";
import { defineTool, hideArguments } from "../../src/tools/local-tool.js";
import { ToolList } from "../../src/tools/tool-list.js";
import type { Processors } from "../../src/tools/types.js";
import { manualClock } from "../support/manual-clock.js";
import { unhandledRejections } from "../support/unhandled-rejections.js";
import { type Call, testClients } from "./clients.js";
import { notingList, runSettings, toolFor } from "./support.js";

const aCause = () => new Error("failed", { cause: Promise.reject(new Error("no")) });

const post = {
  type: "object",
  properties: {
    channel: { type: "string", description: "The id of the channel." },
    text: { type: "string" },
    limit: { type: "integer", default: 10 },
  },
  required: ["channel", "text"],
};
const good = { channel: "C1", text: "Hi" };

describe.each(Object.entries(testClients))("%s", (_, client) => {
  async function handle(tools: ToolList, calls: readonly Call[], signal?: AbortSignal) {
    const results = await tools.handleToolCalls(client.response(calls) as never, { signal });
    return results.map((result) => client.read(result as never));
  }
  const one = async (tools: ToolList, args: unknown, name = "ACME_POST") =>
    (await handle(tools, [{ id: "c1", name, args }]))[0];

  test("no calls are no results", async () => {
    const { tools } = await notingList({ ACME_POST: post });
    expect(await handle(tools, [])).toEqual([]);
  });

  test("calls run side by side, at most `parallel` of them, and the results have the calls' order", async () => {
    let running = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const tool = await toolFor("ACME_POST", post, async (args) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => waiting.push(resolve));
      running -= 1;
      return { successful: true, data: { ...args }, error: undefined, logId: undefined };
    });
    const tools = new ToolList([tool], { ...runSettings, parallel: 3 });
    const calls = ["a", "b", "c", "d", "e"].map((id) => ({
      id,
      name: "ACME_POST",
      args: { ...good, text: id },
    }));
    const handled = handle(tools, calls);
    for (const count of [3, 2]) {
      await expect.poll(() => waiting.length).toBe(count);
      // The last one first.
      for (const resolve of waiting.splice(0).reverse()) resolve();
    }
    expect((await handled).map(({ id, content }) => [id, content])).toEqual(
      calls.map(({ id }) => [id, { channel: "C1", text: id }]),
    );
    expect(most).toBe(3);
  });

  test("a hallucinated name is told, with the nearest; the other calls run", async () => {
    const { tools, ran } = await notingList({ ACME_POST: post });
    const results = await handle(tools, [
      { id: "c1", name: "ACME_POSTS", args: good },
      { id: "c2", name: "ACME_POST", args: good },
      { id: "c3", name: "constructor", args: {} },
    ]);
    expect(results).toMatchObject([
      { id: "c1", isError: true, content: 'There is no tool "ACME_POSTS". Tools: ACME_POST.' },
      { id: "c2", isError: false },
      { id: "c3", isError: true },
    ]);
    expect(ran).toHaveLength(1);
  });

  test("wrong arguments are told with path and description, and the tool does not run", async () => {
    const { tools, ran } = await notingList({ ACME_POST: post });
    const result = await one(tools, { text: 1, txet: "Hi", limit: "x" });
    expect(result).toMatchObject({ isError: true });
    expect(result?.content).toBe(
      "The arguments of ACME_POST have 3 problems:\n- channel is required (The id of the channel.)\n- text must be a string, not the number 1\n- limit must be a whole number, not a string",
    );
    for (const args of [["C1"], [], "[1]", 5].filter((each) => typeof each !== "string")) {
      expect(await one(tools, args), JSON.stringify(args)).toMatchObject({ isError: true });
    }
    expect(ran).toEqual([]);
  });

  test("a tool that fails, or throws, is told", async () => {
    const failing = await toolFor("ACME_POST", post, async () => ({
      successful: false,
      data: { code: "not_in_channel" },
      error: "The bot is not in the channel.",
      logId: "log_1",
    }));
    const throwing = await toolFor("ACME_THROW", post, async () => {
      throw new ApiError("ERR_API", "The platform answered 500.", { status: 500 });
    });
    const tools = new ToolList([failing, throwing], runSettings);
    expect(await one(tools, good)).toMatchObject({
      isError: true,
      content: 'The bot is not in the channel.\n{"code":"not_in_channel"}',
    });
    expect(await one(tools, good, "ACME_THROW")).toMatchObject({
      isError: true,
      content: "The platform answered 500.",
    });
  });

  test('with onFailure: "throw", each failed call is in one error, once all calls have ended', async () => {
    const ran: string[] = [];
    const working = await toolFor("ACME_POST", post, async ({ text }) => {
      await turn();
      ran.push(String(text));
      return { successful: true, data: {}, error: undefined, logId: undefined };
    });
    const throwing = await toolFor("ACME_THROW", post, async () => {
      throw new ApiError("ERR_API", "The platform answered 500.", { status: 500 });
    });
    const tools = new ToolList([working, throwing], { ...runSettings, onFailure: "throw" });
    const call = (name: string, args: unknown) => ({ id: name, name, args });
    await expect(handle(tools, [call("ACME_POST", good)])).resolves.toMatchObject([{ isError: false }]);
    const failing = handle(tools, [call("ACME_THROW", good), call("ACME_NONE", {}), call("ACME_POST", good)]);
    await expect(failing).rejects.toMatchObject({
      code: "ERR_TOOL_FAILED",
      message: expect.stringMatching(/^ACME_THROW: The platform answered 500\.\nACME_NONE: There is no tool/),
    });
    expect(ran).toEqual(["Hi", "Hi"]);
  });

  test("a tool that hangs is told after the time limit, and its signal is aborted", async () => {
    const clock = manualClock();
    let reason: unknown;
    const tool = await toolFor("ACME_POST", post, (_args, signal) => {
      signal?.addEventListener("abort", () => {
        reason = signal.reason;
      });
      return new Promise(() => {});
    });
    const tools = new ToolList([tool], { ...runSettings, clock, timeoutMs: 5000 });
    const result = one(tools, good);
    await expect.poll(() => clock.pending()).toBe(1);
    clock.advance(4999);
    clock.advance(1);
    expect(await result).toMatchObject({
      isError: true,
      content: "ACME_POST did not end within 5000 ms. It may still take effect: do not repeat it unchecked.",
    });
    expect(reason).toMatchObject({ code: "ERR_TIMEOUT" });
    expect(clock.pending()).toBe(0);
  });

  test("a result of 5 MB is cut, with a note", async () => {
    const text = "\u{1f600}".repeat(1_250_000);
    const tool = await toolFor("ACME_POST", post, async () => ({
      successful: true,
      data: { text },
      error: undefined,
      logId: undefined,
    }));
    // Odd: the cut goes through a surrogate pair.
    const tools = new ToolList([tool], { ...runSettings, maxResultLength: 10_000 });
    const result = await one(tools, good);
    expect(result).toMatchObject({ isError: false });
    const content = String(result?.content);
    expect(content.length).toBeLessThan(10_200);
    expect(content.isWellFormed()).toBe(true);
    expect(content).toMatch(
      /\n\[Cut: the result has 2500011 characters, of which these are the first 10000\.\]$/,
    );
  });

  test("an aborted call is told; one that had not begun does not begin", async () => {
    const controller = new AbortController();
    let runs = 0;
    const tool = await toolFor("ACME_POST", post, () => {
      runs += 1;
      controller.abort(new Error("the user left"));
      return new Promise(() => {});
    });
    const tools = new ToolList([tool], { ...runSettings, parallel: 1 });
    const calls = ["a", "b"].map((id) => ({ id, name: "ACME_POST", args: good }));
    const results = await handle(tools, calls, controller.signal);
    expect(results).toMatchObject([
      { id: "a", isError: true, content: "ACME_POST was aborted." },
      { id: "b", isError: true, content: "ACME_POST was aborted." },
    ]);
    expect(runs).toBe(1);
  });

  test.each([
    ["401", new ApiError("ERR_UNAUTHORIZED", "no", { status: 401 })],
    ["403", new ApiError("ERR_UNAUTHORIZED", "no", { status: 403 })],
    ["no key", new EarshotError("ERR_KEY_MISSING", "no")],
  ])("a rejected key is an exception, and no further call begins: %s", async (_title, error) => {
    const ran: unknown[] = [];
    let end = () => {};
    const tool = await toolFor("ACME_POST", post, async ({ text }) => {
      ran.push(text);
      if (text === "a") throw error;
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      return { successful: true, data: {}, error: undefined, logId: undefined };
    });
    const tools = new ToolList([tool], { ...runSettings, parallel: 2 });
    const calls = ["a", "b", "c"].map((id) => ({ id, name: "ACME_POST", args: { ...good, text: id } }));
    await expect(handle(tools, calls)).rejects.toBe(error);
    end();
    await turn();
    expect(ran).toEqual(["a", "b"]);
  });
});

test.each(["Chat Completions", "Responses"])("%s: arguments that are no JSON are told", async (title) => {
  const { tools, ran } = await notingList({ ACME_POST: post, ACME_LIST: { type: "object", properties: {} } });
  const client = testClients[title] as (typeof testClients)[string];
  const calls = ['{"channel":', "[1]", "null", '"x"', ""].map((args, at) => ({
    id: `c${at}`,
    name: "ACME_POST",
    args,
  }));
  const response = client.response([...calls, { id: "none", name: "ACME_LIST", args: "" }]);
  const results = (await tools.handleToolCalls(response as never)).map((result) =>
    client.read(result as never),
  );
  expect(results.map(({ isError }) => isError)).toEqual([true, true, true, true, true, false]);
  expect(results[0]?.content).toMatch(/^The arguments of ACME_POST are not JSON: .* Send a JSON object\.$/);
  expect(results[1]?.content).toBe("The arguments of ACME_POST are not a JSON object.");
  expect(ran).toEqual([{ name: "ACME_LIST", args: {} }]);
});

test.each([undefined, null, "text", 1, {}, [], { choices: 1 }, { data: [] }])(
  "what is no response of a model is an error of the program: %j",
  async (response) => {
    const { tools } = await notingList({ ACME_POST: post });
    await expect(tools.handleToolCalls(response as never)).rejects.toMatchObject({ code: "ERR_OPTION" });
  },
);

test("a response that was hurt on its way throws nothing but that", async () => {
  const { tools } = await notingList({ ACME_POST: post });
  for (const response of [
    { choices: [] },
    { choices: [{}] },
    { choices: [{ message: { tool_calls: [null, 1, { id: "c" }, { function: {} }] } }] },
    { output: [null, { type: "function_call" }] },
    { content: [{ type: "tool_use" }, 7] },
    { candidates: [] },
    { promptFeedback: { blockReason: "SAFETY" } },
    { candidates: [{ content: { parts: [null, { functionCall: 1 }, { functionCall: {} }] } }] },
  ]) {
    await expect(tools.handleToolCalls(response as never), JSON.stringify(response)).resolves.toBeInstanceOf(
      Array,
    );
  }
});

describe("processors", () => {
  const run = async (processors: Processors, args: JsonObject = good) => {
    const ran: object[] = [];
    const tool = await toolFor(
      "ACME_POST",
      post,
      async (given) => {
        ran.push(given);
        return { successful: true, data: { ...given }, error: undefined, logId: undefined };
      },
      processors,
    );
    return { tool, ran, result: await tool.execute(args) };
  };

  test("`schema` hides what `pre` fills in; both may be asynchronous, and see the call", async () => {
    const seen: unknown[] = [];
    const { tool, ran } = await run(
      {
        schema: {
          acme_post: async (schema) => ({
            ...schema,
            properties: { text: post.properties.text },
            required: ["text"],
          }),
        },
        pre: async (args, call) => {
          seen.push(call);
          return { ...args, channel: "C9" };
        },
      },
      { text: "Hi" },
    );
    expect(tool.inputSchema.properties).toEqual({ text: { type: "string" } });
    expect(ran).toEqual([{ text: "Hi", channel: "C9" }]);
    expect(seen).toEqual([{ name: "ACME_POST", appName: "acme", entityId: "joe" }]);
  });

  test("a hidden argument cannot be set by the model; a schema with a reference at its root hides it too", async () => {
    const schema = { $ref: "#/$defs/Post", $defs: { Post: post } };
    const ran: object[] = [];
    const tool = await toolFor(
      "ACME_POST",
      schema,
      async (args) => {
        ran.push(args);
        return { successful: true, data: {}, error: undefined, logId: undefined };
      },
      { schema: hideArguments("channel"), pre: (args) => ({ channel: "C9", ...args }) },
    );
    const tools = new ToolList([tool], runSettings);
    expect(JSON.stringify(tools.forAnthropic()[0]?.input_schema.properties)).not.toContain("channel");
    await expect(tool.execute({ ...good })).resolves.toMatchObject({
      successful: false,
      error: "ACME_POST takes no channel from its caller.",
    });
    await tool.execute({ text: "Hi" });
    expect(ran).toEqual([{ channel: "C9", text: "Hi" }]);
  });

  test("`pre` may change the arguments that it got; the caller's stay", async () => {
    const args = { ...good };
    const change = (given: Record<string, unknown>) => {
      given.channel = "C9";
    };
    const { ran } = await run({ pre: { ACME_POST: change } }, args);
    expect(ran).toEqual([{ ...good, channel: "C9" }]);
    expect(args).toEqual(good);
  });

  test("what `pre` makes wrong is told, and so is what it throws: the tool does not run", async () => {
    const wrong = await run({ pre: () => ({ channel: "C1" }) });
    expect(wrong.result).toMatchObject({ successful: false });
    expect(wrong.result.error).toContain("text is required");
    const forbidding = await run({
      pre: () => {
        throw new Error("Not on a Friday.");
      },
    });
    expect(forbidding.result).toMatchObject({ successful: false, error: "Not on a Friday." });
    expect([...wrong.ran, ...forbidding.ran]).toEqual([]);
  });

  test("`post` changes results, failed ones too; an exception does not hide that the tool has run", async () => {
    const changed = await run({
      post: (result) => ({ ...result, data: { short: true }, successful: true, error: undefined }),
    });
    expect(changed.result).toMatchObject({ successful: true, data: { short: true } });
    const throwing = await run({
      post: async () => {
        throw new Error("no such member");
      },
    });
    expect(throwing.result).toMatchObject({
      successful: false,
      error: "ACME_POST has run, but its result could not be processed: no such member",
    });
    expect(throwing.ran).toHaveLength(1);
  });
});

describe("local tools", () => {
  const roll = defineTool({
    name: "roll_dice",
    description: "Rolls a die.",
    input: z.object({ sides: z.int().min(2).describe("Of the die."), note: z.string().optional() }),
    execute: ({ sides }) => ({ rolled: sides }),
  });

  test("one joins a list, and is called like any other", async () => {
    const { tools } = await notingList({ ACME_POST: post });
    const both = tools.with(roll);
    expect(both.forOpenAI().map(({ function: { name, strict } }) => [name, strict])).toEqual([
      ["ACME_POST", true],
      ["roll_dice", true],
    ]);
    const content = [
      { type: "tool_use", id: "t1", name: "roll_dice", input: { sides: 6, note: null } },
      { type: "tool_use", id: "t2", name: "roll_dice", input: { sides: 1 } },
    ];
    const results = await both.handleToolCalls({ content });
    expect(results[0]).toMatchObject({ is_error: false, content: '{"rolled":6}' });
    expect(results[1]?.is_error).toBe(true);
    expect(results[1]?.content).toContain("sides");
  });

  test("two tools of one name are an error", async () => {
    const { tools } = await notingList({ roll_dice: post });
    expect(() => tools.with(roll)).toThrow("Two tools have the name roll_dice.");
  });

  test.each<[string, () => unknown, unknown]>([
    ["a string", () => "six", { result: "six" }],
    ["nothing", () => undefined, { result: null }],
    ["a list", () => [1, 2], { result: [1, 2] }],
    ["a promise", async () => ({ a: 1 }), { a: 1 }],
  ])("what it returns is the data: %s", async (_, execute, data) => {
    const tool = defineTool({ name: "t", description: "", input: z.object({}), execute });
    await expect(tool.execute({})).resolves.toMatchObject({ successful: true, data });
  });

  test("what it throws, and data that JSON cannot say, is told", async () => {
    const input = z.object({});
    const throwing = defineTool({
      name: "throws",
      description: "",
      input,
      execute: () => {
        throw new Error("jammed");
      },
    });
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const circular = defineTool({ name: "circle", description: "", input, execute: () => circle });
    const tools = new ToolList([throwing, circular], runSettings);
    const results = await tools.handleToolCalls({
      content: ["throws", "circle"].map((name) => ({ type: "tool_use", id: name, name, input: {} })),
    });
    expect(results[0]).toMatchObject({ is_error: true, content: "jammed" });
    expect(results[1]?.content).toMatch(/^The result cannot be written as JSON: /);
  });

  test.each<[string, () => unknown, string]>([
    ["a generator", () => (async function* () {})(), "runs nothing of its body"],
    ["a list with a promise that rejects", () => [Promise.reject(new Error("no"))], "is a promise: await it"],
    ["an object with one", () => ({ post: Promise.reject(new Error("no")) }), '"post" is a promise'],
    ["a Map", () => new Map([["a", 1]]), "t ran, and returned a Map, which JSON cannot say"],
    ["a Response", () => new Response("x"), "returned a Response"],
    ["an error that is returned", () => new Error("no room"), "an error: no room"],
    ["a symbol", () => Symbol("s"), "which JSON cannot say"],
    ["a function", () => () => 1, "returned a function"],
    ["an error whose cause is one", () => Promise.reject(aCause()), "failed"],
  ])("%s is told as a failure, and ends no process", async (_, execute, message) => {
    const unhandled = unhandledRejections();
    const tool = defineTool({ name: "t", description: "", input: z.object({}), execute });
    const [result] = await new ToolList([tool], runSettings).handleToolCalls({
      content: [{ type: "tool_use", id: "1", name: "t", input: {} }],
    });
    expect(result).toMatchObject({ is_error: true, content: expect.stringContaining(message) });
    await turn();
    await turn();
    expect(unhandled).toEqual([]);
  });

  test("an object whose JSON is nothing is an empty result", async () => {
    const execute = () => ({ toJSON: () => undefined });
    const tool = defineTool({ name: "t", description: "", input: z.object({}), execute });
    const [result] = await new ToolList([tool], runSettings).handleToolCalls({
      content: [{ type: "tool_use", id: "1", name: "t", input: {} }],
    });
    expect(result).toMatchObject({ content: "{}" });
  });

  test("a check of its schema that throws is told; an aborted call does not begin", async () => {
    const controller = new AbortController();
    let runs = 0;
    const tool = (check: () => boolean) =>
      defineTool({
        name: "t",
        description: "",
        input: z.object({}).refine(check),
        execute: () => (runs += 1),
      });
    const throwing = tool(() => {
      throw new Error("no database");
    });
    await expect(throwing.execute({})).resolves.toMatchObject({ successful: false, error: "no database" });
    const slow = tool(() => {
      controller.abort();
      return true;
    });
    await expect(slow.execute({}, { signal: controller.signal })).resolves.toMatchObject({
      successful: false,
      error: "t was aborted.",
    });
    expect(runs).toBe(0);
  });

  test("a mistake in its definition is told at once", () => {
    const fine = { name: "t", description: "", input: z.object({}), execute: () => 1 };
    for (const options of [
      { ...fine, name: "no spaces" },
      { ...fine, name: "" },
      { ...fine, execute: 1 },
      { ...fine, input: { type: "object" } },
      { ...fine, input: { "~standard": { version: 1, vendor: "old", validate: () => ({ value: 1 }) } } },
      { ...fine, input: z.object({ big: z.bigint() }) },
      { ...fine, excute: () => 1 },
      { ...fine, inputSchema: true },
      { ...fine, inputSchema: "object" },
    ]) {
      expect(() => defineTool(options as never), JSON.stringify(Object.keys(options))).toThrow(
        expect.objectContaining({ code: "ERR_OPTION" }),
      );
    }
  });
});

type Invoke = (tools: ToolList, signal?: AbortSignal) => Promise<unknown>;

/** Clients that call tools by themselves. @returns what the model gets */
const byThemselves: Readonly<Record<string, Invoke>> = {
  "AI SDK": (tools, abortSignal) =>
    tools
      .forAISDK()
      .ACME_POST?.execute(good, { abortSignal })
      .catch(({ message }) => message) as Promise<unknown>,
  LangChain: async (tools, signal) => tools.forLangChain()[0]?.invoke(good, { signal }),
  MCP: (tools, signal) => tools.forMCP().callTool({ name: "ACME_POST", arguments: good }, { signal }),
};

test.each(Object.entries(byThemselves))(
  "%s: a call that fails, hangs, is aborted, or returns 5 MB",
  async (_, invoke) => {
    const callOf = async (
      run: () => Promise<{ data: JsonObject; error?: string }>,
      more: Partial<typeof runSettings> = {},
      signal?: AbortSignal,
    ) => {
      const tool = await toolFor("ACME_POST", post, async () => {
        const { data, error } = await run();
        return error === undefined
          ? { successful: true, data, error, logId: undefined }
          : { successful: false, data, error, logId: undefined };
      });
      return JSON.stringify(await invoke(new ToolList([tool], { ...runSettings, ...more }), signal));
    };
    const hang = () => new Promise<never>(() => {});
    expect(await callOf(async () => ({ data: {}, error: "It is archived." }))).toContain("It is archived.");
    expect(await callOf(hang, { timeoutMs: 1 })).toContain("did not end within 1 ms");
    const controller = new AbortController();
    const aborted = callOf(hang, {}, controller.signal);
    controller.abort();
    expect(await aborted).toContain("ACME_POST was aborted.");
    const long = await callOf(async () => ({ data: { text: "x".repeat(5_000_000) } }));
    expect(long.length).toBeLessThan(60_000);
    expect(long).toContain("[Cut: the result has 5000011 characters");
  },
);

test("a piece of a stream is no response without calls: it is an error that says what to do", async () => {
  const { tools } = await notingList({ ACME_POST: post });
  const call = { index: 0, id: "c1", type: "function", function: { name: "ACME_POST", arguments: "{}" } };
  const piece = { object: "chat.completion.chunk", choices: [{ index: 0, delta: { tool_calls: [call] } }] };
  await expect(tools.handleToolCalls(piece as never)).rejects.toThrow(/collect the pieces of a stream first/);
});

test.each([
  [{ choices: [{ message: { tool_calls: [{ function: { name: "ACME_POST", arguments: "{}" } }] } }] }],
  [{ output: [{ type: "function_call", name: "ACME_POST", arguments: "{}" }] }],
  [{ content: [{ type: "tool_use", name: "ACME_POST", input: {} }] }],
])("a call without an id is answered without the text `undefined`", async (response) => {
  const { tools } = await notingList({ ACME_POST: post });
  const [answer] = await tools.handleToolCalls(response as never);
  expect(JSON.stringify(answer)).toContain("channel is required");
  expect(JSON.stringify(answer)).not.toContain("undefined");
});
