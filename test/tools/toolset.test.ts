import { describe, expect, test } from "vitest";
import { z } from "zod";
import { runInStep } from "../../src/base/step-context.js";
import { defineTool, hideArguments } from "../../src/tools/local-tool.js";
import { Toolset } from "../../src/toolset.js";
import { account1, account3, page3, type Replies, setUp } from "../client/fixture.js";
import { KEY, rejection, type Seen } from "../client/support.js";

const input = {
  type: "object",
  properties: { owner: { type: "string", description: "Of the repository." }, repo: { type: "string" } },
  required: ["owner", "repo"],
};
const STAR = "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER";
const names = [STAR, "GITHUB_CREATE_AN_ISSUE", "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL"];

interface Faked {
  readonly accounts?: readonly string[];
  /** The status of the response to an execution. */
  readonly status?: number;
  readonly result?: { readonly error: string } | undefined;
}

/** The same platform in both generations' words. */
const platforms = {
  v3: ({ accounts = ["ca_1"], status = 200, result }: Faked = {}): Replies => {
    const tool = (slug: string) => ({
      slug,
      name: slug.toLowerCase(),
      description: `Does ${slug}.`,
      toolkit: { slug: slug.startsWith("SLACK") ? "slack" : "github", name: "", logo: "" },
      input_parameters: input,
      output_parameters: { type: "object" },
      tags: slug === STAR ? ["important"] : [],
      version: "20250930_00",
      no_auth: false,
    });
    const listed = ({ query }: Seen) => {
      const slugs = query.get("tool_slugs")?.split(",");
      const apps = query.get("toolkit_slug")?.split(",");
      return page3(
        names
          .map(tool)
          .filter(
            ({ slug, toolkit }) => (slugs?.includes(slug) ?? true) && (apps?.includes(toolkit.slug) ?? true),
          ),
      );
    };
    return {
      "GET /api/v3.1/tools": listed,
      "GET /api/v3.1/tools/enum": { json: names },
      "GET /api/v3.1/toolkits": page3([{ slug: "github" }, { slug: "slack" }, { slug: "gmail" }]),
      "GET /api/v3.1/connected_accounts": page3(accounts.map((id) => account3(id))),
      ...Object.fromEntries(names.map((name) => [`GET /api/v3.1/tools/${name}`, { json: tool(name) }])),
      ...Object.fromEntries(
        names.map((name) => [
          `POST /api/v3.1/tools/execute/${name}`,
          ({ body }: Seen) => ({
            status,
            json:
              status === 200
                ? {
                    data: result === undefined ? (JSON.parse(body).arguments ?? {}) : {},
                    error: result?.error ?? null,
                    successful: result === undefined,
                    log_id: "log_1",
                  }
                : { error: { message: "no such account", code: 1, status } },
          }),
        ]),
      ),
    };
  },
  v1: ({ accounts = ["ca_1"], status = 200, result }: Faked = {}): Replies => {
    const action = (name: string) => ({
      name,
      displayName: name.toLowerCase(),
      description: `Does ${name}.`,
      appKey: name.startsWith("SLACK") ? "slack" : "github",
      appName: "x",
      parameters: input,
      response: { type: "object" },
      tags: name === STAR ? ["important"] : [],
      version: "20250930_00",
    });
    const listed = ({ query }: Seen) => {
      const actions = query.get("actions")?.split(",");
      const apps = query.get("apps")?.split(",");
      const items = names
        .map(action)
        .filter(({ name, appKey }) => (actions?.includes(name) ?? true) && (apps?.includes(appKey) ?? true));
      return { json: { items, page: 1, totalPages: 1 } };
    };
    const apps = ["github", "slack", "gmail"].map((key) => ({ key, name: key }));
    return {
      "GET /api/v2/actions": listed,
      "GET /api/v1/actions/list/enums": { text: names.join("\n") },
      "GET /api/v1/apps": { json: { items: apps } },
      "GET /api/v1/connectedAccounts": {
        json: { items: accounts.map((id) => account1(id)), totalPages: 1, page: 1 },
      },
      ...Object.fromEntries(names.map((name) => [`GET /api/v2/actions/${name}`, { json: action(name) }])),
      ...Object.fromEntries(
        names.map((name) => [
          `POST /api/v2/actions/${name}/execute`,
          ({ body }: Seen) => ({
            status,
            json:
              status === 200
                ? {
                    data: result === undefined ? (JSON.parse(body).input ?? {}) : {},
                    ...(result !== undefined && { error: result.error }),
                    successfull: result === undefined,
                    logId: "log_1",
                  }
                : { status, message: "no such account", name: "BadRequestError" },
          }),
        ]),
      ),
    };
  },
};

const args = { owner: "acme", repo: "site" };
const chat = (name: string, given: object) => ({
  choices: [
    {
      message: {
        tool_calls: [{ id: "c1", type: "function", function: { name, arguments: JSON.stringify(given) } }],
      },
    },
  ],
});

describe.each(["v3", "v1"] as const)("generation %s", (version) => {
  const start = (faked?: Faked, options = {}) => setUp(version, platforms[version](faked), options);
  const executions = (server: { readonly seen: readonly Seen[] }) =>
    server.seen.filter(({ method, path }) => method === "POST" && path.includes("execute"));

  test("tools are found by app, by name in the order of the names, by search and tag", async () => {
    const { toolset, server } = await start();
    const github = await toolset.getTools({ apps: "GitHub" });
    expect([...github].map(({ name, appName }) => [name, appName])).toEqual([
      [names[0], "github"],
      [names[1], "github"],
    ]);
    const two = await toolset.getTools({ actions: ["slack_sends_a_message_to_a_slack_channel", STAR] });
    expect([...two].map(({ name }) => name)).toEqual([names[2], names[0]]);
    expect(two.get(STAR)?.description).toBe(`Does ${STAR}.`);
    await toolset.getTools({ apps: "github", tags: ["important"], search: "star", limit: 2 });
    const { query } = server.seen.at(-1) as Seen;
    expect(query.get(version === "v3" ? "search" : "useCase")).toBe("star");
    expect(query.get("tags")).toBe("important");
  });

  test("`limit` bounds the list; where it cuts by default, that is told", async () => {
    const warnings: string[] = [];
    const { toolset } = await start({}, { onWarning: ({ message }: Error) => warnings.push(message) });
    expect((await toolset.getTools({ apps: "github", limit: 1 })).length).toBe(1);
    expect(await toolset.listTools({ limit: 2 })).toHaveLength(2);
    expect(await toolset.listTools()).toHaveLength(3);
    expect(warnings).toEqual([]);
    const many = Array.from({ length: 101 }, (_, at) => `GITHUB_${at}`);
    const large = await setUp(
      version,
      ({ path }) => {
        if (!/tools|actions/.test(path)) return { status: 404, json: {} };
        const v3 = many.map((slug) => ({ slug, toolkit: { slug: "github" }, input_parameters: {} }));
        const v1 = many.map((name) => ({ name, appName: "github", parameters: {} }));
        return {
          json: version === "v3" ? { items: v3, next_cursor: null } : { items: v1, totalPages: 1, page: 1 },
        };
      },
      { onWarning: ({ message }) => warnings.push(message) },
    );
    expect((await large.toolset.getTools({ apps: "github" })).length).toBe(100);
    expect(warnings).toEqual([expect.stringMatching(/^There are more than 100 tools for this filter/)]);
    expect((await large.toolset.getTools({ apps: "github", limit: 101 })).length).toBe(101);
    expect(warnings).toHaveLength(1);
  });

  test("a signal aborts the search for tools", async () => {
    const { toolset } = await start();
    const signal = AbortSignal.abort();
    await expect(toolset.getTools({ apps: "github" }, { signal })).rejects.toMatchObject({
      code: "ERR_ABORTED",
    });
    await expect(toolset.listTools({ signal })).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });

  test("names and apps that do not exist offer the nearest", async () => {
    const { toolset } = await start();
    const tool = await rejection(toolset.getTools({ actions: "GITHUB_CREATE_ISSUE" }));
    expect(tool).toMatchObject({ code: "ERR_TOOL_UNKNOWN" });
    expect(tool.message).toMatch(/^There is no tool GITHUB_CREATE_ISSUE\. Nearest: GITHUB_CREATE_AN_ISSUE/);
    const app = await rejection(toolset.getTools({ apps: ["github", "slak"] }));
    expect(app).toMatchObject({ code: "ERR_APP_UNKNOWN" });
    expect(app.message).toBe('There is no app "slak". Nearest: slack.');
    await expect(toolset.getTools({ apps: "gmail" })).resolves.toMatchObject({ length: 0 });
  });

  test.each([
    [{}, {}],
    [{ app: "github" }, {}],
    [{ apps: [] }, {}],
    [{ apps: "github" }, { entityId: "" }],
    [{ apps: "github" }, { processors: { before: () => ({}) } }],
    [{ apps: "github" }, { processors: { pre: "x" } }],
    [{ apps: "github" }, { processors: { pre: { SLACK_X: () => ({}) } } }],
    [{ apps: "github" }, { tools: [{}] }],
    [{ apps: "github" }, { parallel: 0 }],
  ])("a mistake in what is asked is told: %j %j", async (filter, options) => {
    const { toolset } = await start();
    await expect(toolset.getTools(filter as never, options as never)).rejects.toMatchObject({
      code: "ERR_OPTION",
    });
  });

  test("a call goes to the entity's account, with the version of the schema, and its result comes back", async () => {
    const { toolset, server } = await start();
    const tools = await toolset.getEntity("joe").getTools({ actions: STAR });
    const [result] = await tools.handleToolCalls(chat(STAR, args));
    expect(result).toEqual({ role: "tool", tool_call_id: "c1", content: JSON.stringify(args) });
    const [execution] = executions(server);
    expect(JSON.parse(execution?.body ?? "")).toEqual(
      version === "v3"
        ? { user_id: "joe", arguments: args, version: "20250930_00" }
        : { entityId: "joe", input: args, version: "20250930_00" },
    );
    expect(execution?.headers["idempotency-key"]).toBeUndefined();
  });

  test("executeAction: the name in any case, account, text, version and key; a failure is a result", async () => {
    const { toolset, server } = await start();
    const done = await toolset.executeAction("github_create_an_issue" as string, args, { entityId: "joe" });
    expect(done).toEqual({ successful: true, data: args, error: undefined, logId: "log_1" });
    await toolset.executeAction(STAR, {} as never, {
      text: "star acme/site",
      connectedAccountId: "ca_7",
      version: "v9",
      idempotencyKey: "k-1",
    });
    const last = executions(server).at(-1);
    expect(JSON.parse(last?.body ?? "")).toMatchObject(
      version === "v3"
        ? { text: "star acme/site", connected_account_id: "ca_7", version: "v9" }
        : { text: "star acme/site", connectedAccountId: "ca_7", version: "v9" },
    );
    expect(last?.headers["idempotency-key"]).toBe("k-1");
    const failing = await start({ result: { error: "It is archived." } });
    await expect(failing.toolset.executeAction(STAR, args)).resolves.toEqual({
      successful: false,
      data: {},
      error: "It is archived.",
      logId: "log_1",
    });
    for (const [given, options] of [
      ["x", {}],
      [args, { text: "as well" }],
      [args, { idempotencyKey: "with space" }],
      [args, { entity: "joe" }],
    ] as const) {
      const error = await rejection(toolset.executeAction(STAR, given as never, options as never));
      expect(error, JSON.stringify(options)).toMatchObject({ code: "ERR_OPTION" });
    }
  });

  test("without an account, the line that connects one is told: to the program, and to the model", async () => {
    const { toolset } = await start({ accounts: [], status: 400 });
    const error = await rejection(toolset.executeAction(STAR, args, { entityId: "joe" }));
    expect(error).toMatchObject({ code: "ERR_ACCOUNT_NONE" });
    expect(error.message).toBe(
      `Entity "joe" has no active github account, which ${STAR} needs. Connect one: await toolset.connect("github", { entityId: "joe" })`,
    );
    const [result] = await toolset.handleToolCalls(chat(STAR, args), { entityId: "joe" });
    expect(result?.content).toContain("has no active github account");
  });

  test("with an account, a rejected call has the platform's words; so has an unknown tool", async () => {
    const { toolset } = await start({ status: 422 });
    const error = await rejection(toolset.executeAction(STAR, args));
    expect(error).toMatchObject({ code: "ERR_API", status: 422 });
    const unknown = await rejection(toolset.executeAction("GITHUB_STAR_REPOSITORY", {}));
    expect(unknown).toMatchObject({ code: "ERR_TOOL_UNKNOWN" });
    expect(unknown.message).toContain(`Nearest: ${STAR}`);
  });

  test("a rejected key is an exception of handleToolCalls", async () => {
    const { toolset } = await start({ status: 401 });
    const tools = await toolset.getTools({ actions: STAR });
    await expect(tools.handleToolCalls(chat(STAR, args))).rejects.toMatchObject({
      code: "ERR_UNAUTHORIZED",
      status: 401,
    });
  });

  test("in a step, calls have the keys of event, step and tool; a retry has the same ones", async () => {
    const { toolset, server } = await start();
    const tools = await toolset.getTools({ actions: [STAR, "GITHUB_CREATE_AN_ISSUE"] });
    const step = () =>
      runInStep({ eventId: "evt 1", step: "triage/star" }, async () => {
        await toolset.executeAction(STAR, args);
        await Promise.all([
          tools.get(STAR)?.execute(args),
          tools.get("GITHUB_CREATE_AN_ISSUE")?.execute(args as never),
        ]);
        await toolset.executeAction(STAR, args, { idempotencyKey: "own" });
      });
    await step();
    const keys = executions(server).map(({ headers }) => headers["idempotency-key"]);
    expect(keys.sort()).toEqual([
      "evt%201/triage/star/GITHUB_CREATE_AN_ISSUE",
      `evt%201/triage/star/${STAR}`,
      `evt%201/triage/star/${STAR}/2`,
      "own",
    ]);
    await step();
    const again = executions(server)
      .slice(4)
      .map(({ headers }) => headers["idempotency-key"]);
    expect(again.sort()).toEqual(keys);
  });

  test("in a step, two toolsets have different keys, and no key is longer than servers take", async () => {
    const { toolset, server } = await start();
    const other = new Toolset({ apiKey: KEY, baseUrl: server.url, apiVersion: version });
    const run = (step: string) =>
      runInStep({ eventId: "evt_1", step }, async () => {
        await toolset.executeAction(STAR, args);
        await other.executeAction(STAR, args);
      });
    await run("triage/star");
    for (const end of ["a", "b"]) await run(`triage/${"x".repeat(300)}${end}`);
    await other.close();
    const keys = executions(server).map(({ headers }) => String(headers["idempotency-key"]));
    expect(keys.slice(0, 2)).toEqual([`evt_1/triage/star/${STAR}`, `evt_1/triage/star/${STAR}/2`]);
    expect(new Set(keys).size).toBe(6);
    expect(Math.max(...keys.map(({ length }) => length))).toBe(255);
  });

  test("a name that exists and does not match the other conditions, or the limit, is not unknown", async () => {
    const { toolset } = await start();
    const slack = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
    const none = await toolset.getTools({ actions: slack, apps: "github" });
    expect(none.length).toBe(0);
    const one = await toolset.getTools({ actions: names, limit: 1 });
    expect(one.length).toBe(1);
    await expect(toolset.getTools({ actions: [slack, "SLACK_NONE"] })).rejects.toMatchObject({
      code: "ERR_TOOL_UNKNOWN",
      message: expect.stringContaining("SLACK_NONE"),
    });
  });

  test("a tool that the platform lists twice is in the list once", async () => {
    const twice = await setUp(version, ({ path }) => {
      if (!/tools|actions/.test(path)) return { status: 404, json: {} };
      const v3 = { slug: STAR, toolkit: { slug: "github" }, input_parameters: {} };
      const v1 = { name: STAR, appName: "github", parameters: {} };
      return {
        json:
          version === "v3"
            ? { items: [v3, v3], next_cursor: null }
            : { items: [v1, v1], totalPages: 1, page: 1 },
      };
    });
    expect((await twice.toolset.getTools({ apps: "github" })).length).toBe(1);
  });

  test("arguments that JSON does not have, and an entity that is none, are errors of the program", async () => {
    const { toolset, server } = await start();
    const circle: { self?: unknown } = {};
    circle.self = circle;
    for (const given of [{ owner: 1n }, circle]) {
      const error = await rejection(toolset.executeAction(STAR, given as never));
      expect(error).toMatchObject({ code: "ERR_OPTION" });
      expect(error.message).toContain("cannot be written as JSON");
    }
    for (const entityId of ["", null as never]) {
      const options = { apiKey: KEY, baseUrl: server.url, apiVersion: version, entityId };
      expect(() => new Toolset(options)).toThrow("`entityId` is a string that is not empty");
    }
    expect(executions(server)).toEqual([]);
  });

  test("toolset.handleToolCalls runs only what getTools has returned, and takes nothing else from that list", async () => {
    const { toolset, server } = await start();
    const pre = { [STAR]: () => ({ owner: "wrong", repo: "wrong" }) };
    await toolset.getEntity("eve").getTools({ actions: STAR }, { processors: { pre } });
    const [done] = await toolset.handleToolCalls(chat(STAR, args), { entityId: "joe" });
    expect(done?.content).toBe(JSON.stringify(args));
    expect(JSON.parse(executions(server)[0]?.body ?? "")).toMatchObject(
      version === "v3" ? { user_id: "joe" } : { entityId: "joe" },
    );
    const [other] = await toolset.handleToolCalls(chat("GITHUB_CREATE_AN_ISSUE", args));
    expect(other?.content).toContain('There is no tool \\"GITHUB_CREATE_AN_ISSUE\\".');
    expect(executions(server)).toHaveLength(1);
  });

  test("before the first getTools, each tool of the platform runs, once looked up", async () => {
    const { toolset, asked } = await start();
    const response = {
      content: ["a", "b"].map((id) => ({ type: "tool_use", id, name: STAR, input: args })),
    };
    const results = await toolset.handleToolCalls(response);
    expect(results).toMatchObject([{ tool_use_id: "a", is_error: false }, { is_error: false }]);
    expect(asked().filter((what) => what.startsWith("GET"))).toHaveLength(1);
    const [unknown] = await toolset.handleToolCalls({
      content: [{ type: "tool_use", id: "c", name: "GITHUB_STAR", input: args }],
    });
    expect(unknown?.content).toContain("Nearest: ");
  });

  test("processors and local tools of handleToolCalls; a schema that hides what `pre` fills in", async () => {
    const { toolset } = await start();
    const processors = {
      schema: hideArguments("owner"),
      pre: { [STAR]: (given: object) => ({ ...given, owner: "acme" }) },
      post: () => ({ successful: true, data: { ok: true }, error: undefined, logId: undefined }) as const,
    };
    const tools = await toolset.getTools({ actions: STAR }, { processors });
    expect(Object.keys(tools.forAnthropic()[0]?.input_schema.properties ?? {})).toEqual(["repo"]);
    const [own] = await tools.handleToolCalls(chat(STAR, { repo: "site" }));
    expect(own?.content).toBe('{"ok":true}');
    const roll = defineTool({ name: "roll", description: "", input: z.object({}), execute: () => 4 });
    const response = {
      content: [
        { type: "tool_use", id: "a", name: STAR, input: { repo: "site" } },
        { type: "tool_use", id: "b", name: "roll", input: {} },
      ],
    };
    const results = await toolset.handleToolCalls(response, { processors, tools: [roll] });
    expect(results.map(({ content }) => content)).toEqual(['{"ok":true}', '{"ok":true}']);
    const only = await toolset.getTools({}, { tools: [roll] });
    expect([...only].map(({ name }) => name)).toEqual(["roll"]);
  });
});
