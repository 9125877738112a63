import { afterEach, expect, test } from "vitest";
import type { JsonObject } from "../../src/model/json.js";
import { ToolList } from "../../src/tools/tool-list.js";
import * as clients from "../compat/model-clients.js";
import { modelServer } from "./model-server.js";
import { notingList, runSettings, toolFor } from "./support.js";

const STAR = "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER";
const repository = {
  type: "object",
  properties: { owner: { type: "string" }, repo: { type: "string" }, $note: { type: "string" } },
  required: ["owner", "repo"],
};
const good = { owner: "acme", repo: "site" };

let server: Awaited<ReturnType<typeof modelServer>> | undefined;
afterEach(() => server?.close());

const calls = [
  { name: STAR, args: good },
  { name: STAR, args: { owner: "acme" } },
  { name: "GITHUB_STAR", args: good },
];
/** What the model is to get for each of these calls. */
const wanted = [/"owner":"acme".*"repo":"site"/, /repo is required/, /There is no tool/];

const run = {
  "OpenAI Chat Completions": (tools: ToolList, url: string) => clients.chatCompletions(tools, `${url}/v1`),
  "OpenAI Responses": (tools: ToolList, url: string) => clients.responses(tools, `${url}/v1`),
  Gemini: clients.gemini,
  "Gemini, calling by itself": clients.geminiAutomatic,
  Anthropic: clients.anthropic,
};

test.each(Object.entries(run))(
  "%s: the real client takes the tools, and the model gets a result for each call",
  async (_, use) => {
    server = await modelServer(calls);
    const { tools, ran } = await notingList({ [STAR]: repository });
    const { results } = await use(tools as never, server.url);
    expect(results).toHaveLength(calls.length);
    for (const [at, pattern] of wanted.entries()) {
      expect(JSON.stringify(results[at]).replaceAll("\\", "")).toMatch(pattern);
    }
    expect(ran).toEqual([{ name: STAR, args: good }]);
    // What was sent: the tools at first, the results in the end.
    const [first, last] = [server.asked[0], server.asked.at(-1)].map((one) => JSON.stringify(one?.body));
    expect(first).toContain(STAR);
    expect(first).not.toContain("$note");
    for (const pattern of wanted) expect(last?.replaceAll("\\", "")).toMatch(pattern);
  },
);

test("AI SDK: the real SDK calls the tools, gets results, and tells the model of errors", async () => {
  const { tools, ran } = await notingList({ [STAR]: repository });
  const prompts: unknown[] = [];
  let asked = 0;
  const model = {
    specificationVersion: "v2" as const,
    provider: "test",
    modelId: "test",
    supportedUrls: {},
    doGenerate: async (options: { readonly prompt: unknown; readonly tools?: unknown }) => {
      prompts.push(options);
      asked += 1;
      const content = calls.slice(0, 2).map(({ name, args }, at) => ({
        type: "tool-call" as const,
        toolCallId: `c${at}`,
        toolName: name,
        input: JSON.stringify(args),
      }));
      return {
        content: asked === 1 ? content : [{ type: "text" as const, text: "Done." }],
        finishReason: asked === 1 ? ("tool-calls" as const) : ("stop" as const),
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
        warnings: [],
      };
    },
    doStream: () => Promise.reject(new Error("not streamed")),
  };
  const { results } = await clients.aiSDK(tools as never, model);
  expect(results).toMatchObject([
    { type: "tool-call" },
    { type: "tool-call" },
    { type: "tool-result", output: good },
    { type: "tool-error" },
  ]);
  expect(ran).toEqual([{ name: STAR, args: good }]);
  expect((prompts[0] as { tools: JsonObject[] }).tools).toMatchObject([
    { type: "function", name: STAR, inputSchema: { type: "object", required: ["owner", "repo"] } },
  ]);
  expect(JSON.stringify(prompts[1])).toContain("repo is required");
});

test("LangChain: the real package takes a tool, and gets its results and errors as text", async () => {
  const failing = await toolFor("ACME_FAIL", repository, async () => {
    throw new Error("jammed");
  });
  const { tools } = await notingList({ [STAR]: repository });
  const { results } = await clients.langChain(tools as never, STAR, good);
  expect(results[0]).toMatchObject({
    type: "function",
    function: { name: STAR, parameters: { type: "object" } },
  });
  expect(results.slice(1)).toEqual(Array(3).fill(JSON.stringify(good)));
  const [, failed] = (
    await clients.langChain(new ToolList([failing], runSettings) as never, "ACME_FAIL", good)
  ).results;
  expect(failed).toBe('{"error":"jammed"}');
});

test("LangGraph: a tool node calls the tools, and makes messages of their results and errors", async () => {
  const { tools, ran } = await notingList({ [STAR]: repository });
  const { results } = await clients.langGraph(tools as never, calls.slice(0, 2));
  expect(results).toMatchObject([
    { tool_call_id: "c0", name: STAR, content: JSON.stringify(good) },
    { tool_call_id: "c1", name: STAR, content: expect.stringContaining("repo is required") },
  ]);
  expect(ran).toEqual([{ name: STAR, args: good }]);
});

test("MCP: tools are listed and called by their names, with structured content and errors", async () => {
  const { tools } = await notingList({ [STAR]: repository });
  const { tools: listed, callTool } = tools.forMCP();
  expect(listed).toMatchObject([{ name: STAR, inputSchema: { type: "object" } }]);
  await expect(callTool({ name: STAR, arguments: good })).resolves.toEqual({
    content: [{ type: "text", text: JSON.stringify(good) }],
    structuredContent: good,
  });
  await expect(callTool({ name: STAR })).resolves.toMatchObject({ isError: true });
  await expect(callTool({ name: "NONE" })).resolves.toMatchObject({ isError: true });
});
