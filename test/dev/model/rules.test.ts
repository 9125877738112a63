import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ModelRules, type Platform, startPlatform } from "earshot/dev";
import { describe, expect, onTestFinished, test } from "vitest";

async function platformWith(modelRules: string | ModelRules): Promise<Platform> {
  const platform = await startPlatform({ modelRules });
  onTestFinished(() => platform.stop());
  return platform;
}

async function fileWith(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "earshot-rules-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "rules.json");
  await writeFile(file, content);
  return file;
}

interface Answer {
  readonly status: number;
  readonly content?: string | null;
  readonly calls: readonly (readonly [name: string, input: string])[];
}

const post = {
  type: "function",
  function: {
    name: "SLACK_SEND",
    description: "Send a message",
    parameters: {
      type: "object",
      properties: { channel: { type: "string" }, text: { type: "string" }, loud: { type: "boolean" } },
      required: ["channel", "text"],
    },
  },
};

async function chat(platform: Platform, ...messages: readonly object[]): Promise<Answer> {
  const response = await fetch(`${platform.model.urls.openai}/chat/completions`, {
    method: "POST",
    headers: { authorization: "Bearer local", "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-5", messages, tools: [post] }),
  });
  const body = (await response.json()) as {
    choices?: [
      {
        message: { content: string | null; tool_calls?: { function: { name: string; arguments: string } }[] };
      },
    ];
  };
  const message = body.choices?.[0].message;
  const calls =
    message?.tool_calls?.map((call) => [call.function.name, call.function.arguments] as const) ?? [];
  return { status: response.status, ...(message && { content: message.content }), calls };
}

const user = (content: string) => ({ role: "user", content });
const afterCall = (content: string) => [
  user("go"),
  {
    role: "assistant",
    tool_calls: [{ id: "c", type: "function", function: { name: "SLACK_SEND", arguments: "{}" } }],
  },
  { role: "tool", tool_call_id: "c", content },
];

describe("rules", () => {
  test("the first that matches replies; groups of its expressions are in texts and arguments", async () => {
    const platform = await platformWith({
      rules: [
        { when: { user: "^roast (?<who>\\w+)" }, reply: { text: "{{who}}, {{1}}: {{user}}" } },
        {
          when: { user: "post (.+)", tool: "slack" },
          reply: { calls: [{ tool: "slack_send", arguments: { text: "<{{1}}>", loud: true } }] },
        },
        { when: { result: '"ok":(\\w+)' }, reply: { text: "It was {{1}}." } },
      ],
    });
    expect((await chat(platform, user("Roast ada"))).content).toBe("ada, ada: Roast ada");
    const { calls } = await chat(platform, user("post lunch, channel: C1"));
    expect(calls).toEqual([
      ["SLACK_SEND", '{"channel":"C1,","text":"<lunch, channel: C1>","loud":true}'.replace("C1,", "C1")],
    ]);
    expect((await chat(platform, ...afterCall('{"ok":true}'))).content).toBe("It was true.");
    expect((await chat(platform, user("something else"))).calls[0]?.[0]).toBe("SLACK_SEND");
  });

  test("`times` limits a rule; errors, invented tools, and arguments that are no JSON", async () => {
    const platform = await platformWith({
      rules: [
        { reply: { status: 503 }, times: 1 },
        { reply: { calls: [{ tool: "NO_SUCH_TOOL" }] }, times: 1 },
        { reply: { calls: [{ tool: "SLACK_SEND", arguments: "{oops" }], text: "Here:" }, times: 1 },
        { reply: { text: "enough", delayMs: 20 } },
      ],
    });
    expect((await chat(platform, user("a"))).status).toBe(503);
    expect((await chat(platform, user("a"))).calls).toEqual([["NO_SUCH_TOOL", "{}"]]);
    expect(await chat(platform, user("a"))).toEqual({
      ...{ status: 200, content: "Here:", calls: [["SLACK_SEND", "{oops"]] },
    });
    const startedMs = performance.now();
    expect((await chat(platform, user("a"))).content).toBe("enough");
    expect(performance.now() - startedMs).toBeGreaterThan(15);
    expect(platform.model.exchanges().map(({ reply }) => reply.text)).toEqual(["", "Here:", "enough"]);
  });

  test("exchanges are kept in a bounded amount of memory, the newest ones", async () => {
    const platform = await platformWith({ rules: [{ reply: { text: "ok" } }] });
    for (let at = 0; at < 6; at += 1) await chat(platform, user(`${at}${"x".repeat(4 * 1024 * 1024)}`));
    const kept = platform.model.exchanges().map(({ request }) => request.messages[0]?.text[0]);
    expect(kept).toEqual(["3", "4", "5"]);
  });

  test("faults of the model are set over HTTP, and listed until they are used up", async () => {
    const platform = await platformWith({ rules: [] });
    const faults = async (body?: object) => {
      const response = await fetch(`${platform.url}/dev/api/faults`, {
        headers: { "x-earshot-dev": "1", "content-type": "application/json" },
        ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
      });
      return { status: response.status, json: (await response.json()) as { model?: object } };
    };
    const set = await faults({ model: { malformedArguments: 1, unknownTool: 1 } });
    expect(set).toMatchObject({ status: 200, json: { model: { malformedArguments: 1, unknownTool: 1 } } });
    expect((await chat(platform, user("go"))).calls[0]?.[0]).toBe("SLACK_SEND_INVENTED");
    const [call] = (await chat(platform, user("go"))).calls;
    expect(() => JSON.parse(call?.[1] ?? "")).toThrow();
    expect((await faults()).json.model).toEqual({ malformedArguments: 0, unknownTool: 0 });
    expect(await faults({ model: { slow: 1 } })).toMatchObject({ status: 400 });
  });

  test("a file of rules is read, also one with a byte order mark", async () => {
    const platform = await platformWith(await fileWith('\uFEFF{"rules":[{"reply":{"text":"from a file"}}]}'));
    expect((await chat(platform, user("a"))).content).toBe("from a file");
  });

  test("each reply is an event of the platform", async () => {
    const platform = await platformWith({ rules: [] });
    const replies: unknown[] = [];
    platform.on((event) => event.type === "model" && replies.push(event));
    await chat(platform, user('Send "a" to #b'));
    const call = { name: "SLACK_SEND", arguments: '{"channel":"b","text":"a"}' };
    expect(replies).toEqual([{ type: "model", api: "openai-chat", model: "gpt-5", text: "", calls: [call] }]);
  });
});

test.each<[content: string, problem: RegExp]>([
  ["{", /rules\.json of the scripted model's rules is not JSON: /],
  ["[]", /the file: .*expected object/],
  ['{"rules":[{"reply":{"txt":"a"}}]}', /rules\[0\]\.reply: .*txt/],
  ['{"rules":[{"reply":{}}]}', /rules\[0\]\.reply: a reply has `text`, `calls` or `status`/],
  [
    '{"rules":[{"when":{"user":"("},"reply":{"text":"a"}}]}',
    /rules\[0\]\.when\.user: Invalid regular expression/,
  ],
  [
    '{"rules":[{"when":{"user":"(a)"},"reply":{"text":"{{2}}"}}]}',
    /rules\[0\]\.reply: \{\{2\}\} is not known here; there are .*\{\{1\}\}/,
  ],
  ['{"rules":[{"reply":{"status":200}}]}', /rules\[0\]\.reply\.status: /],
  ['{"rules":[{"reply":{"text":"a"},"times":0}]}', /rules\[0\]\.times: /],
])("a file with %s is rejected, and the error says where", async (content, problem) => {
  const modelRules = await fileWith(content);
  await expect(startPlatform({ modelRules })).rejects.toMatchObject({
    code: "ERR_MODEL_RULES",
    message: expect.stringMatching(problem),
  });
});

test("a file that does not exist is an error that names it", async () => {
  await expect(startPlatform({ modelRules: "/nowhere/rules.json" })).rejects.toMatchObject({
    code: "ERR_MODEL_RULES",
    message: expect.stringContaining("/nowhere/rules.json"),
  });
});
