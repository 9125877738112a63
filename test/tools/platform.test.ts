import { afterEach, describe, expect, test } from "vitest";
import { builtInTools } from "../../src/catalog/index.js";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import type { ToolsetOptions } from "../../src/settings/toolset.js";
import { hideArguments } from "../../src/tools/local-tool.js";
import { Toolset } from "../../src/toolset.js";
import { rejection } from "../client/support.js";

const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
const STAR = "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe.each(["v3", "v1"] as const)("the local platform, generation %s", (apiVersion) => {
  async function start(options: ToolsetOptions = {}): Promise<{ platform: Platform; toolset: Toolset }> {
    const platform = await startPlatform();
    const toolset = new Toolset({ apiKey: "local", baseUrl: platform.url, apiVersion, ...options });
    cleanups.push(
      () => platform.stop(),
      () => toolset.close(),
    );
    return { platform, toolset };
  }

  const anthropic = (...calls: readonly { readonly name: string; readonly input: object }[]) => ({
    content: calls.map((call, at) => ({ type: "tool_use", id: `t${at}`, ...call })),
  });

  test("every tool of the catalog is listed, with its schemas, and got by its app and by its name", async () => {
    const { toolset } = await start();
    const listed = await toolset.listTools();
    const known = builtInTools();
    for (const { name, appName, input, output } of known) {
      const tool = listed.find((one) => one.name === name);
      expect(tool, name).toMatchObject({ appName, inputSchema: input });
      expect(Object.keys(tool?.outputSchema.properties ?? {}), name).toEqual(
        Object.keys(output.properties ?? {}),
      );
    }
    for (const app of new Set(known.map(({ appName }) => appName))) {
      const tools = await toolset.getTools({ apps: app });
      expect([...tools].map(({ name }) => name).sort()).toEqual(
        known
          .filter(({ appName }) => appName === app)
          .map(({ name }) => name)
          .sort(),
      );
    }
    const important = await toolset.getTools({ apps: "slack", tags: "important" });
    expect(important.get(POST)).toBeDefined();
    expect(important.length).toBeLessThan((await toolset.getTools({ apps: "slack" })).length);
    const found = await toolset.getTools({ search: "star a repository", limit: 1 });
    expect([...found].map(({ name }) => name)).toEqual([STAR]);
  });

  test("a message that a model posts stands in the thread that `pre` says, once for a key", async () => {
    const { toolset, platform } = await start();
    const first = await toolset.executeAction(POST, { channel: "general", text: "hello" });
    if (!first.successful) throw new Error(first.error);
    const { ts } = first.data;
    const tools = await toolset.getTools(
      { actions: POST },
      {
        processors: {
          schema: hideArguments("channel", "thread_ts"),
          pre: (args) => ({ ...args, channel: "general", thread_ts: ts }),
        },
      },
    );
    const response = anthropic({ name: POST, input: { text: "hello yourself" } });
    const [result] = await tools.handleToolCalls(response);
    expect(result).toMatchObject({ is_error: false });
    const again = { channel: "general", text: "once", thread_ts: ts };
    for (let turn = 0; turn < 2; turn += 1) {
      await toolset.executeAction(POST, again, { idempotencyKey: "k1" });
    }
    expect(platform.world.slack.thread("general", ts).map(({ text }) => text)).toEqual([
      "hello",
      "hello yourself",
      "once",
    ]);
  });

  test('a post that fails in a step with onFailure: "throw" is tried again with its callback', async () => {
    const { toolset, platform } = await start();
    platform.faults.tools.add({ tool: POST, error: "Slack is away" });
    const tools = await toolset.getTools({ actions: POST }, { onFailure: "throw" });
    const listener = toolset.createTriggerListener();
    cleanups.push(() => listener.stop());
    const errors: unknown[] = [];
    listener.on("callback.failed", ({ error }) => errors.push(error));
    listener.callback(
      {},
      async (_event, { step }) => {
        const input = { channel: "general", text: "hello" };
        await step("post", () => tools.handleToolCalls(anthropic({ name: POST, input })));
      },
      { retry: { attempts: 2, baseMs: 0, capMs: 0 } },
    );
    const done = new Promise<void>((resolve) => listener.on("callback.done", () => resolve()));
    await listener.start();
    await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: "acme", repo: "site" } });
    await platform.fire("GITHUB_STAR_ADDED_EVENT");
    await done;
    expect(errors).toMatchObject([{ code: "ERR_TOOL_FAILED", message: `${POST}: Slack is away` }]);
    expect(platform.world.slack.messages().map(({ text }) => text)).toEqual(["hello"]);
  });

  test("wrong arguments that reach the platform are a failed result", async () => {
    const { toolset } = await start();
    const result = await toolset.executeAction(POST, { chanel: "general" } as never);
    expect(result).toMatchObject({ successful: false, error: expect.stringContaining("channel") });
  });

  test("a tool runs from words, where the platform reads them", async () => {
    const { toolset } = await start();
    const result = await toolset.executeAction(STAR, {} as never, { text: "Star acme/site" });
    expect(result).toMatchObject({ successful: true });
  });

  test("a tool that does not exist offers the nearest", async () => {
    const { toolset } = await start();
    const error = await rejection(toolset.executeAction("GITHUB_STAR_REPOSITORY", {}));
    expect(error).toMatchObject({ code: "ERR_TOOL_UNKNOWN" });
    expect(error.message).toContain(STAR);
  });

  test("an account is connected on its page, disabled, enabled and deleted; without one, the line is told", async () => {
    const { toolset, platform } = await start();
    const entity = toolset.getEntity("joe");
    const request = await entity.connect("github", { callbackUrl: "http://localhost:3000/done" });
    expect(request.redirectUrl).toContain(`${platform.url}/connect/`);
    const active = request.waitUntilActive();
    await press(request.redirectUrl ?? "", "allow");
    expect(await active).toMatchObject({ id: request.connectedAccountId, entityId: "joe", usable: true });

    await toolset.disableAccount(request.connectedAccountId);
    expect(await toolset.connectedAccount(request.connectedAccountId)).toMatchObject({ usable: false });
    await toolset.switchAccount(request.connectedAccountId, true);
    expect(await toolset.connectedAccount(request.connectedAccountId)).toMatchObject({ usable: true });

    for (const { id } of await entity.connectedAccounts({ appNames: "github" }))
      await toolset.deleteAccount(id);
    const error = await rejection(entity.executeAction(STAR, { owner: "acme", repo: "site" }));
    expect(error).toMatchObject({ code: "ERR_ACCOUNT_NONE" });
    expect(error.message).toContain('await toolset.connect("github", { entityId: "joe" })');
  });

  test("an account that the person denies cannot be used", async () => {
    const { toolset } = await start();
    const request = await toolset.connect("slack");
    const waiting = rejection(request.waitUntilActive());
    await press(request.redirectUrl ?? "", "deny");
    expect(await waiting).toMatchObject({ code: "ERR_ACCOUNT_FAILED" });
  });

  test("an account is connected with a key, and an unknown app offers the nearest", async () => {
    const { toolset } = await start();
    const account = await toolset.connectWithKey("stripe", "sk_test_1", { entityId: "joe" });
    expect(account).toMatchObject({ appName: "stripe", entityId: "joe", usable: true });
    const error = await rejection(toolset.connect("gihub"));
    expect(error).toMatchObject({ code: "ERR_APP_UNKNOWN" });
    expect(error.message).toContain("github");
  });
});

/** Presses a button of a connect page, as a browser does. */
async function press(url: string, answer: string): Promise<void> {
  const page = await (await fetch(url)).text();
  const token = /name="form_token" value="([^"]+)"/.exec(page)?.[1] ?? "";
  const { status } = await fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded", origin: new URL(url).origin },
    body: new URLSearchParams({ form_token: token, answer }),
  });
  expect(status).toBeLessThan(400);
}
