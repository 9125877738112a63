import { expect, test } from "vitest";
import type { ApiVersion } from "../../src/settings/toolset.js";
import { Toolset } from "../../src/toolset.js";
import { account1, account3, page3, type Replies, setUp, trigger1, trigger3 } from "./fixture.js";
import { KEY, rejection } from "./support.js";

const active3 = {
  id: "ti_1",
  connected_account_id: "acc-1",
  trigger_name: "GITHUB_STAR_ADDED_EVENT",
  trigger_config: { owner: "acme", repo: "site" },
  user_id: "default",
  updated_at: "2026-01-01T00:00:00Z",
  disabled_at: null,
};

const names = ["GITHUB_STAR_ADDED_EVENT", "GITHUB_COMMIT_EVENT", "SLACK_RECEIVE_MESSAGE"];

/** The same platform in both generations' words. */
const platforms: Readonly<
  Record<ApiVersion, (accounts: readonly { id: string; status?: string }[]) => Replies>
> = {
  v3: (accounts) => ({
    "GET /api/v3.1/triggers_types/GITHUB_STAR_ADDED_EVENT": { json: trigger3 },
    "GET /api/v3.1/triggers_types/list/enum": { json: names },
    "GET /api/v3.1/connected_accounts": page3(accounts.map(({ id, ...more }) => account3(id, more))),
    "GET /api/v3.1/connected_accounts/acc-1": { json: account3("acc-1", { user_id: "owner" }) },
    // The platform chooses the entity's first active account.
    "POST /api/v3.1/trigger_instances/GITHUB_STAR_ADDED_EVENT/upsert": accounts.some(
      ({ status = "ACTIVE" }) => status === "ACTIVE",
    )
      ? { json: { trigger_id: "ti_1", deprecated: { uuid: "u1" } } }
      : { status: 404, json: { error: { message: "no account", code: 1, status: 404 } } },
    "GET /api/v3.1/trigger_instances/active": page3([active3]),
  }),
  v1: (accounts) => ({
    "GET /api/v2/triggers/GITHUB_STAR_ADDED_EVENT": { json: trigger1 },
    "GET /api/v1/triggers/list/enums": { text: `${names.join("\n")}\n` },
    "GET /api/v1/connectedAccounts": {
      json: { items: accounts.map(({ id, ...more }) => account1(id, more)), totalPages: 1, page: 1 },
    },
    "POST /api/v1/triggers/enable/acc-1/GITHUB_STAR_ADDED_EVENT": {
      json: { status: "success", triggerId: "t1", isNew: true },
    },
  }),
};

const good = { owner: "acme", repo: "site" };

test("v3: the name in any case, the account that the platform chooses, the config as given", async () => {
  const { toolset, server, asked } = await setUp("v3", platforms.v3([{ id: "acc-1" }]));
  await expect(toolset.enableTrigger("github_star_added_event", { config: good })).resolves.toEqual({
    triggerId: "ti_1",
    uuid: "u1",
    triggerName: "GITHUB_STAR_ADDED_EVENT",
    connectedAccountId: "acc-1",
    isNew: undefined,
  });
  expect(asked()).toEqual([
    "GET /api/v3.1/triggers_types/GITHUB_STAR_ADDED_EVENT",
    "POST /api/v3.1/trigger_instances/GITHUB_STAR_ADDED_EVENT/upsert",
    "GET /api/v3.1/trigger_instances/active",
  ]);
  expect(JSON.parse(server.seen[1]?.body ?? "")).toEqual({
    user_id: "default",
    trigger_config: good,
    toolkit_versions: "latest",
  });
  expect(server.seen[2]?.query.getAll("trigger_ids")).toEqual(["ti_1"]);
});

test("v3: a response without a body, and a list that fails after the trigger was enabled", async () => {
  const upsert = "POST /api/v3.1/trigger_instances/GITHUB_STAR_ADDED_EVENT/upsert";
  const listed = "GET /api/v3.1/trigger_instances/active";
  const enabled = async (replies: Replies) => {
    const { toolset } = await setUp("v3", { ...platforms.v3([{ id: "acc-1" }]), ...replies });
    return toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { repo: "site", owner: "acme" } });
  };
  const other = { ...active3, id: "ti_0", trigger_config: { owner: "acme", repo: "other" } };
  await expect(
    enabled({ [upsert]: { status: 204, text: "" }, [listed]: page3([other, active3]) }),
  ).resolves.toMatchObject({ triggerId: "ti_1", connectedAccountId: "acc-1" });
  await expect(
    enabled({ [upsert]: { status: 204, text: "" }, [listed]: page3([other]) }),
  ).rejects.toMatchObject({ code: "ERR_BAD_ANSWER" });
  await expect(enabled({ [listed]: { status: 500, json: {} } })).resolves.toMatchObject({
    triggerId: "ti_1",
    connectedAccountId: "",
  });
});

test("v3: an account is sent with its owner: the entity that is named, else the account's own", async () => {
  const { toolset, server } = await setUp("v3", platforms.v3([{ id: "acc-1" }]));
  const connectedAccountId = "acc-1";
  await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: good, connectedAccountId });
  await toolset
    .getEntity("joe")
    .enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: good, connectedAccountId });
  const sent = server.seen.filter(({ what }) => what.startsWith("POST"));
  expect(sent.map(({ body }) => JSON.parse(body))).toMatchObject([
    { connected_account_id: "acc-1", user_id: "owner" },
    { connected_account_id: "acc-1", user_id: "joe" },
  ]);
});

test("v3: pinned toolkit versions are those of the lookup and of the call", async () => {
  const { toolset, server } = await setUp("v3", platforms.v3([{ id: "acc-1" }]), {
    toolkitVersions: { GitHub: "20250930_00" },
  });
  await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: good });
  expect(server.seen[0]?.query.get("toolkit_versions[github]")).toBe("20250930_00");
  expect(JSON.parse(server.seen[1]?.body ?? "").toolkit_versions).toEqual({ github: "20250930_00" });
});

test.each([["x y"], [""], [7], [["latest"]], [{ github: 1 }], [{ "git hub": "1" }]])(
  "toolkitVersions is not %j",
  (toolkitVersions) => {
    expect(() => new Toolset({ apiKey: KEY, toolkitVersions: toolkitVersions as string })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION" }),
    );
  },
);

test("a user's key has headers of its own, and needs its organization and project", async () => {
  const key = "uak_0123456789abcdef";
  const { toolset, server } = await setUp("v3", platforms.v3([]), {
    apiKey: key,
    orgId: "ok_1",
    projectId: "pr_1",
  });
  await toolset.getTrigger("GITHUB_STAR_ADDED_EVENT");
  expect(server.seen[0]?.headers).toMatchObject({
    "x-user-api-key": key,
    "x-org-id": "ok_1",
    "x-project-id": "pr_1",
  });
  expect(server.seen[0]?.headers).not.toHaveProperty("x-api-key");
  const without = await setUp("v3", platforms.v3([]), { apiKey: key, orgId: "ok_1" });
  const error = await rejection(without.toolset.getTrigger("GITHUB_STAR_ADDED_EVENT"));
  expect(error).toMatchObject({ code: "ERR_OPTION" });
  expect(error.message).toContain("`projectId` is missing");
  expect(without.asked()).toEqual([]);
});

test("v1: the same, and the response has whether it is new", async () => {
  const { toolset, server } = await setUp("v1", platforms.v1([{ id: "acc-1" }]), { entityId: "joe" });
  await expect(toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: good })).resolves.toMatchObject({
    triggerId: "t1",
    connectedAccountId: "acc-1",
    isNew: true,
  });
  expect(server.seen[1]?.query.get("entityId")).toBe("joe");
  expect(JSON.parse(server.seen[2]?.body ?? "")).toEqual({ triggerConfig: good });
});

test("v1: an error in a 200 is an error", async () => {
  const { toolset } = await setUp("v1", {
    ...platforms.v1([{ id: "acc-1" }]),
    "POST /api/v1/triggers/enable/acc-1/GITHUB_STAR_ADDED_EVENT": {
      json: { status: "error", message: "hook limit" },
    },
  });
  const error = await rejection(toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: good }));
  expect(error).toMatchObject({ code: "ERR_API" });
  expect(error.message).toContain("hook limit");
});

test.each<ApiVersion>(["v3", "v1"])("%s: a given account is not looked for", async (version) => {
  const { toolset, asked } = await setUp(version, platforms[version]([{ id: "acc-1" }]));
  await toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: good, connectedAccountId: "acc-1" });
  expect(asked().filter((what) => /accounts$/i.test(what))).toEqual([]);
});

test.each<ApiVersion>(["v3", "v1"])("%s: an unknown trigger offers the nearest names", async (version) => {
  const { toolset } = await setUp(version, platforms[version]([]));
  for (const call of [
    () => toolset.enableTrigger("GITHUB_STAR_ADED_EVENT", { config: {} }),
    () => toolset.getTrigger("github_star_aded_event"),
  ]) {
    const error = await rejection(call());
    expect(error).toMatchObject({ code: "ERR_TRIGGER_UNKNOWN" });
    expect(error.message).toMatch(
      /^There is no trigger GITHUB_STAR_ADED_EVENT\. Nearest: GITHUB_STAR_ADDED_EVENT/,
    );
  }
});

test("v3: a 400 for a slug that is not in the list means unknown; for one that is, it is an error", async () => {
  const bad = { status: 400, json: { error: { message: "nope", code: 1, status: 400 } } };
  const { toolset } = await setUp("v3", {
    "GET /api/v3.1/triggers_types/list/enum": { json: names },
    "GET /api/v3.1/triggers_types/NOBODY_KNOWS": bad,
    "GET /api/v3.1/triggers_types/GITHUB_COMMIT_EVENT": bad,
  });
  await expect(toolset.getTrigger("NOBODY_KNOWS")).rejects.toMatchObject({ code: "ERR_TRIGGER_UNKNOWN" });
  await expect(toolset.getTrigger("GITHUB_COMMIT_EVENT")).rejects.toMatchObject({
    code: "ERR_API",
    status: 400,
  });
});

test.each<ApiVersion>(["v3", "v1"])(
  "%s: a wrong config is refused before anything is changed",
  async (version) => {
    const { toolset, asked } = await setUp(version, platforms[version]([{ id: "acc-1" }]));
    const error = await rejection(
      toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT" as string, { config: { ownr: "acme", repo: 1 } }),
    );
    expect(error).toMatchObject({ code: "ERR_TRIGGER_CONFIG" });
    expect(error.problems).toHaveLength(3);
    expect(error.message).toContain("- owner is required (Owner of the repository)");
    expect(error.message).toContain("- ownr is not a known key; did you mean owner?");
    expect(asked().some((what) => what.startsWith("POST"))).toBe(false);
  },
);

test.each<ApiVersion>(["v3", "v1"])("%s: no account at all", async (version) => {
  const { toolset } = await setUp(version, platforms[version]([]));
  const error = await rejection(
    toolset.getEntity("joe").enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: good }),
  );
  expect(error).toMatchObject({ code: "ERR_ACCOUNT_NONE" });
  expect(error.message).toBe(
    'Entity "joe" has no active github account, which GITHUB_STAR_ADDED_EVENT needs. Connect one: await toolset.connect("github", { entityId: "joe" })',
  );
});

test.each<ApiVersion>(["v3", "v1"])(
  "%s: accounts, but none that is active: they are named",
  async (version) => {
    const { toolset } = await setUp(version, platforms[version]([{ id: "acc-1", status: "EXPIRED" }]));
    const error = await rejection(toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: good }));
    expect(error).toMatchObject({ code: "ERR_ACCOUNT_NONE" });
    expect(error.message).toContain("It has acc-1 (EXPIRED).");
  },
);

test.each<ApiVersion>(["v3", "v1"])("%s: several accounts are listed, not guessed", async (version) => {
  const accounts = [{ id: "acc-1" }, { id: "acc-2" }, { id: "acc-3", status: "FAILED" }];
  const { toolset, asked } = await setUp(version, platforms[version](accounts));
  // Generation 1 leaves no choice to the platform.
  const options = { config: good, ...(version === "v3" && { requireSingleAccount: true }) };
  const error = await rejection(toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", options));
  expect(error).toMatchObject({ code: "ERR_ACCOUNT_AMBIGUOUS" });
  expect(error.message).toContain("2 active github accounts");
  expect(error.message).toContain("acc-1, acc-2.");
  expect(asked().some((what) => what.startsWith("POST"))).toBe(false);
});

test("an option that does not exist, an empty id and an empty name are rejected", async () => {
  const { toolset, asked } = await setUp("v3", {});
  const misspelt = { conifg: {} } as object;
  await expect(toolset.enableTrigger("X", misspelt)).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(toolset.enableTrigger("X", { entityId: "" })).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(toolset.enableTrigger(" ")).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(toolset.deleteTrigger("..")).rejects.toMatchObject({ code: "ERR_OPTION" });
  expect(() => toolset.getEntity("")).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  expect(asked()).toEqual([]);
});

test("the types know the configs of known triggers, and leave others open", () => {
  // Compiled, never called.
  const typed = (toolset: Toolset) => [
    toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: good }),
    // @ts-expect-error owner is a text
    toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { config: { owner: 1, repo: "site" } }),
    // @ts-expect-error there is no such option
    toolset.enableTrigger("GITHUB_STAR_ADDED_EVENT", { conifg: good }),
    toolset.enableTrigger("ACME_ORDER_PLACED", { config: { anything: 1 } }),
  ];
  expect(typed).toBeTypeOf("function");
});
