import { describe, expect, onTestFinished, test } from "vitest";
import { Client } from "../../src/client/client.js";
import type { PlatformOptions } from "../../src/dev/index.js";
import type { TriggerLog } from "../../src/model/trigger-log.js";
import type { ToolsetOptions } from "../../src/settings/toolset.js";
import { onLocalPlatform, onStrictPlatform } from "./fixture.js";
import { rejection, settingsFor } from "./support.js";

const star = "GITHUB_STAR_ADDED_EVENT";
const config = { owner: "acme", repo: "site" };

describe.each([
  ["the local platform", "v3"],
  ["the local platform", "v1"],
  ["a platform as strict as the hosted one", "v3"],
  ["a platform as strict as the hosted one", "v1"],
] as const)("%s, generation %s", (kind, apiVersion) => {
  const start = (options: ToolsetOptions = {}, platformOptions: PlatformOptions = {}) =>
    (kind === "the local platform" ? onLocalPlatform : onStrictPlatform)(
      apiVersion,
      options,
      platformOptions,
    );

  const idsOf = async (items: PromiseLike<readonly { readonly id: string }[]>) =>
    (await items).map(({ id }) => id);

  test("a trigger is enabled, found there already, disabled, enabled again, and deleted", async () => {
    const { toolset, platform } = await start();
    const first = await toolset.enableTrigger("github_star_added_event", { config });
    expect(first.isNew).toBe(apiVersion === "v1" ? true : undefined);
    expect(await idsOf(toolset.activeTriggers())).toEqual([first.triggerId]);

    const again = await toolset.enableTrigger(star, { config });
    expect(again.triggerId).toBe(first.triggerId);
    expect(again.isNew).toBe(apiVersion === "v1" ? false : undefined);

    await toolset.disableTrigger(first.triggerId);
    await toolset.disableTrigger(first.triggerId);
    expect(await toolset.activeTriggers()).toEqual([]);
    expect(await toolset.activeTriggers({ showDisabled: true })).toMatchObject([
      { id: first.triggerId, enabled: false, disabledAt: expect.any(Date), config, triggerName: star },
    ]);
    await expect(platform.fire(star)).rejects.toMatchObject({ code: "ERR_TRIGGER_NOT_ENABLED" });

    await toolset.switchTrigger(first.triggerId, true);
    expect(await toolset.activeTriggers()).toMatchObject([
      { id: first.triggerId, enabled: true, disabledAt: undefined },
    ]);

    // Enabling what was disabled before switches it on.
    await toolset.disableTrigger(first.triggerId);
    expect((await toolset.enableTrigger(star, { config })).triggerId).toBe(first.triggerId);
    expect(await idsOf(toolset.activeTriggers())).toEqual([first.triggerId]);

    await toolset.deleteTrigger(first.triggerId);
    expect(await toolset.activeTriggers({ showDisabled: true })).toEqual([]);
    await expect(toolset.deleteTrigger(first.triggerId)).rejects.toMatchObject({ code: "ERR_NOT_FOUND" });
    await expect(toolset.disableTrigger(first.triggerId)).rejects.toMatchObject({ code: "ERR_NOT_FOUND" });
  });

  test("every trigger of the catalog can be read, and its config schema checks what is sample-sized", async () => {
    const { toolset } = await start();
    const triggers = await toolset.listTriggers();
    expect(triggers.length).toBeGreaterThan(20);
    for (const { name, appName, config: schema, payload } of triggers) {
      expect(name).toMatch(/^[A-Z0-9_]+$/);
      expect(appName).toBe(appName.toLowerCase());
      expect(schema).toMatchObject({ type: "object" });
      expect(payload).toMatchObject({ type: "object" });
    }
    const one = await toolset.getTrigger(star);
    expect(triggers.find(({ name }) => name === star)).toMatchObject({
      name: star,
      appName: "github",
      config: one.config,
    });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["missing", { owner: "acme" }, "- repo is required"],
    ["of the wrong type", { owner: 1, repo: "site" }, "- owner must be a string, not the number 1"],
    ["misspelt", { owner: "acme", rpeo: "site" }, "did you mean repo?"],
  ])("a config value that is %s is refused before the call", async (_, wrong, line) => {
    const { toolset, platform } = await start();
    const error = await rejection(toolset.enableTrigger(star as string, { config: wrong }));
    expect(error).toMatchObject({ code: "ERR_TRIGGER_CONFIG" });
    expect(error.message).toContain(line);
    expect(await toolset.activeTriggers({ showDisabled: true })).toEqual([]);
    expect(platform.events()).toEqual([]);
  });

  test("an unknown trigger offers the nearest", async () => {
    const { toolset } = await start();
    const error = await rejection(toolset.enableTrigger("GITHUB_STAR_ADED_EVENT"));
    expect(error).toMatchObject({ code: "ERR_TRIGGER_UNKNOWN" });
    expect(error.message).toContain(star);
  });

  test("no account, one that is not active, several, and one that is named", async () => {
    const accounts = [
      { appName: "github", userId: "joe", status: "EXPIRED" as const },
      { appName: "github", userId: "eve", status: "REVOKED" as const },
      { appName: "github", userId: "ann" },
      { appName: "github", userId: "ann" },
    ];
    const { toolset } = await start({}, { accounts });
    await expect(toolset.enableTrigger(star, { config, entityId: "nobody" })).rejects.toMatchObject({
      code: "ERR_ACCOUNT_NONE",
    });
    const none = await rejection(toolset.getEntity("joe").enableTrigger(star, { config }));
    expect(none).toMatchObject({ code: "ERR_ACCOUNT_NONE" });
    expect(none.message).toContain("(EXPIRED)");
    const revoked = await toolset.connectedAccounts({ statuses: "REVOKED" });
    expect(revoked).toMatchObject([{ entityId: "eve", status: "REVOKED", usable: false }]);
    const taken = await rejection(toolset.getEntity("eve").enableTrigger(star, { config }));
    expect(taken).toMatchObject({ code: "ERR_ACCOUNT_NONE" });
    expect(taken.message).toContain("(REVOKED)");

    const ann = toolset.getEntity("ann");
    const several = await rejection(ann.enableTrigger(star, { config, requireSingleAccount: true }));
    expect(several).toMatchObject({ code: "ERR_ACCOUNT_AMBIGUOUS" });
    const [first, second] = await idsOf(ann.connectedAccounts());
    expect(several.message).toContain(`${first}, ${second}`);
    // Generation 3 chooses by itself.
    const chosen = ann.enableTrigger(star, { config }).then(({ connectedAccountId }) => connectedAccountId);
    if (apiVersion === "v1") await expect(chosen).rejects.toMatchObject({ code: "ERR_ACCOUNT_AMBIGUOUS" });
    else expect([first, second]).toContain(await chosen);

    for (const { id } of await toolset.activeTriggers()) await toolset.deleteTrigger(id);
    const enabled = await toolset.enableTrigger(star, { config, connectedAccountId: second ?? "" });
    expect(await toolset.activeTriggers({ entityIds: "ann" })).toMatchObject([
      { id: enabled.triggerId, connectedAccountId: second, entityId: "ann" },
    ]);
  });

  test("a shared account is listed with the others, and serves another entity by its id", async () => {
    const accounts = [
      { appName: "github", userId: "ann" },
      { appName: "github", userId: "team", shared: true },
    ];
    const { toolset } = await start({}, { accounts, defaultAccounts: false });
    const listed = await toolset.connectedAccounts();
    expect(listed.map(({ entityId, isShared }) => [entityId, isShared]).sort()).toEqual([
      ["ann", false],
      ["team", apiVersion === "v3"],
    ]);
    const shared = listed.find(({ entityId }) => entityId === "team");
    const enabling = toolset.getEntity("ann").enableTrigger(star, { config, connectedAccountId: shared?.id });
    expect(await enabling).toMatchObject({ connectedAccountId: shared?.id });
  });

  test("under two-factor, another entity's account is ERR_ACCOUNT_OWNER, which names the owner", async () => {
    const accounts = [{ appName: "github", userId: "ann" }];
    const { toolset } = await start({}, { accounts, twoFactor: true });
    const [account] = await toolset.getEntity("ann").connectedAccounts();
    const connectedAccountId = account?.id ?? "";
    const joe = toolset.getEntity("joe");
    const enabling = joe.enableTrigger(star, { config, connectedAccountId });
    const repository = "GITHUB_GET_A_REPOSITORY";
    const calls = [
      ...(apiVersion === "v3" ? [enabling] : []),
      joe.executeAction(repository, config, { connectedAccountId }),
    ];
    for (const call of calls) {
      const error = await rejection(call);
      expect(error).toMatchObject({ code: "ERR_ACCOUNT_OWNER" });
      expect(error.message).toContain(`${connectedAccountId} is of entity "ann", not of "joe"`);
      expect(error.message).toContain('entityId: "ann" }');
    }
    // Generation 1 has no user in the call that enables.
    if (apiVersion === "v1") expect(await enabling).toMatchObject({ connectedAccountId });
    for (const { id } of await toolset.activeTriggers()) await toolset.deleteTrigger(id);
    // Without an entity, the account goes with its own.
    expect(await toolset.enableTrigger(star, { config, connectedAccountId })).toMatchObject({
      connectedAccountId,
    });
    const ann = toolset.getEntity("ann");
    expect(await ann.executeAction(repository, config, { connectedAccountId })).toMatchObject({
      successful: true,
    });
  });

  test("a rejection has the platform's message", async () => {
    const { toolset } = await start();
    const [slack] = await toolset.connectedAccounts({ appNames: "slack" });
    const error = await rejection(
      toolset.enableTrigger(star, { config, connectedAccountId: slack?.id ?? "" }),
    );
    expect(error).toMatchObject({ code: "ERR_API", status: 400, requestId: expect.any(String) });
    expect(error.message).toContain("is a trigger of");
  });

  test("triggers are listed with every filter", async () => {
    const { toolset } = await start();
    const names = async (filter: object) => (await toolset.listTriggers(filter)).map(({ name }) => name);
    const all = await names({});
    const ofGithub = all.filter((name) => name.startsWith("GITHUB_"));
    expect(await names({ appNames: "GitHub" })).toEqual(ofGithub);
    expect((await names({ appNames: ["github", "slack"] })).length).toBeGreaterThan(ofGithub.length);
    expect(await names({ triggerNames: star.toLowerCase() })).toEqual([star]);
    expect(await names({ triggerIds: star })).toEqual([star]);
    expect(await names({ appNames: "slack", triggerNames: star })).toEqual([]);
    const [account] = await toolset.connectedAccounts({ appNames: "github" });
    expect(await names({ connectedAccountIds: account?.id })).toEqual(ofGithub);
    expect(await names({ integrationIds: account?.integrationId })).toEqual(ofGithub);
    expect(await names({ showEnabledOnly: true })).toEqual([]);
    await toolset.enableTrigger(star, { config });
    expect(await names({ showEnabledOnly: true })).toEqual([star]);
    expect(await names({ search: "star_added" })).toEqual([star]);
  });

  test("active triggers are listed with every filter", async () => {
    const { toolset } = await start({}, { accounts: [{ appName: "github", userId: "ann" }] });
    const mine = await toolset.enableTrigger(star, { config });
    const hers = await toolset.getEntity("ann").enableTrigger(star, { config });
    const commit = await toolset.enableTrigger("GITHUB_COMMIT_EVENT", { config });
    await toolset.disableTrigger(commit.triggerId);
    const ids = async (filter: object) => (await idsOf(toolset.activeTriggers(filter))).sort();
    const sorted = (...triggers: { readonly triggerId: string }[]) =>
      triggers.map(({ triggerId }) => triggerId).sort();
    expect(await ids({})).toEqual(sorted(mine, hers));
    expect(await ids({ showDisabled: true })).toEqual(sorted(mine, hers, commit));
    expect(await ids({ triggerIds: [mine.triggerId, commit.triggerId] })).toEqual(sorted(mine));
    expect(await ids({ triggerNames: "github_commit_event", showDisabled: true })).toEqual(sorted(commit));
    expect(await ids({ connectedAccountIds: hers.connectedAccountId })).toEqual(sorted(hers));
    const { integrationId } = await toolset.connectedAccount(hers.connectedAccountId);
    expect(await ids({ integrationIds: integrationId, entityIds: "ann" })).toEqual(sorted(hers));
    expect(await ids({ entityIds: "ann" })).toEqual(sorted(hers));
    expect(await ids({ entityIds: ["ann", "default"] })).toEqual(sorted(mine, hers));
    expect(await ids({ entityIds: "nobody" })).toEqual([]);
  });

  test("lists go over pages, and only as far as they are read", async () => {
    const accounts = Array.from({ length: 1100 }, (_, index) => ({
      appName: "github",
      userId: `user-${index}`,
    }));
    const { toolset, platform } = await start({}, { accounts, defaultAccounts: false });
    const ids = await idsOf(toolset.connectedAccounts());
    expect(new Set(ids).size).toBe(1100);
    platform.faults.calls.add({ path: "/api", times: 1000, status: 400 });
    await expect(Promise.resolve(toolset.connectedAccounts())).rejects.toMatchObject({ status: 400 });
    platform.faults.clear();
    let walked = 0;
    for await (const { id } of toolset.connectedAccounts()) {
      expect(id).toBe(ids[walked]);
      walked += 1;
      // From here on no page can be fetched, and none is.
      if (walked === 50) platform.faults.calls.add({ path: "/api", times: 1000, status: 400 });
      if (walked === 90) break;
    }
    expect(walked).toBe(90);
  });

  test("active triggers go over pages", async () => {
    const { toolset } = await start();
    const { connectedAccountId } = await toolset.enableTrigger(star, { config });
    // Some on a third page.
    const count = apiVersion === "v1" ? 205 : 105;
    for (let made = 1; made < count; made += 40) {
      const batch = Array.from({ length: Math.min(40, count - made) }, (_, index) => `repo-${made + index}`);
      await Promise.all(
        batch.map((repo) =>
          toolset.enableTrigger(star, { connectedAccountId, config: { owner: "acme", repo } }),
        ),
      );
    }
    const active = await toolset.activeTriggers();
    expect(new Set(active.map(({ config: { repo } }) => repo)).size).toBe(count);
  });

  test("the log: newest first, filtered, its payloads read; and oldest first for a listener", async () => {
    const { toolset, platform } = await start({}, { accounts: [{ appName: "github", userId: "ann" }] });
    await toolset.enableTrigger(star, { config });
    const hers = await toolset.getEntity("ann").enableTrigger("GITHUB_COMMIT_EVENT", { config });
    const logIds: string[] = [];
    for (let n = 0; n < 130; n += 1) logIds.push(...(await platform.fire(star, { data: { n } })).logIds);
    logIds.push(...(await platform.fire("GITHUB_COMMIT_EVENT", { data: { message: "needle" } })).logIds);

    const all = await toolset.triggerLogs({ since: 0 });
    expect(all.map(({ id }) => id)).toEqual([...logIds].reverse());
    expect(all[1]).toMatchObject({
      triggerName: star,
      appName: "github",
      payload: { n: 129 },
      createdAt: expect.any(Date),
    });
    expect(await toolset.triggerLogs()).toHaveLength(100);
    expect(await toolset.triggerLogs({ limit: 7 })).toHaveLength(7);

    const last = [logIds.at(-1)];
    expect(await idsOf(toolset.triggerLogs({ triggerNames: "github_commit_event" }))).toEqual(last);
    expect(await idsOf(toolset.triggerLogs({ entityIds: "ann" }))).toEqual(last);
    expect(await idsOf(toolset.triggerLogs({ connectedAccountIds: hers.connectedAccountId }))).toEqual(last);
    expect(await idsOf(toolset.triggerLogs({ search: "NEEDLE" }))).toEqual(last);
    expect(await idsOf(toolset.triggerLogs({ until: 1 }))).toEqual([]);
    const { integrationId } = await toolset.connectedAccount(hers.connectedAccountId);
    expect(await idsOf(toolset.triggerLogs({ integrationIds: integrationId, limit: 1 }))).toEqual(last);

    const client = new Client(settingsFor(platform.url, { apiVersion }));
    onTestFinished(() => client.close());
    const found: TriggerLog[] = [];
    const range = { since: 0, until: Date.now() + 60_000, signal: new AbortController().signal };
    for await (const line of client.platformAccess().logs(range)) found.push(line);
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(logIds));
    const times = found.map(({ createdAt }) => createdAt.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test("the webhook URL is set, read, and set again; the secret is the platform's", async () => {
    const { toolset, platform } = await start();
    expect(await toolset.getWebhookUrl()).toBeUndefined();
    const first = await toolset.setWebhookUrl("http://127.0.0.1:1/one");
    expect(first).toMatchObject({ url: "http://127.0.0.1:1/one", replaced: undefined });
    expect(first.secret).toBe(platform.project.webhookSecret);
    expect(await toolset.setWebhookUrl("http://127.0.0.1:1/two", { version: "V2" })).toMatchObject({
      replaced: "http://127.0.0.1:1/one",
      version: "V2",
    });
    expect(await toolset.getWebhookUrl()).toBe("http://127.0.0.1:1/two");
    if (apiVersion === "v1") return;
    const secret = await toolset.rotateWebhookSecret();
    expect(secret).not.toBe(first.secret);
    expect(platform.project.webhookSecret).toBe(secret);
  });

  test("the realtime place is on this machine, and the channel is the project's", async () => {
    const { platform } = await start();
    const client = new Client(settingsFor(platform.url, { apiVersion }));
    onTestFinished(() => client.close());
    const { realtime } = client.platformAccess();
    const { signal } = new AbortController();
    const place = await realtime.locate(signal);
    expect(place.url).toMatch(`ws://127.0.0.1:${platform.port}/app/${platform.project.appKey}?protocol=7&`);
    const { id, clientId } = platform.project;
    expect(place.channel).toBe(`private-${apiVersion === "v3" ? id : clientId}_triggers`);
    expect((await realtime.authorize("12.34", place.channel, signal)).auth).toMatch(/^\w+:[0-9a-f]{64}$/);
  });

  test("a wrong key is ERR_UNAUTHORIZED, at once and without the key", async () => {
    const { toolset } = await start({ apiKey: "invalid-0123456789" });
    const error = await rejection(toolset.listTriggers());
    expect(error).toMatchObject({ code: "ERR_UNAUTHORIZED", status: 401 });
    expect(JSON.stringify(error) + error.message).not.toContain("invalid-0123456789");
  });

  test("429 with Retry-After is waited for, then goes through", async () => {
    const { toolset, platform } = await start();
    platform.faults.calls.add({ path: "/api", status: 429, retryAfter: 1 });
    const before = performance.now();
    expect((await toolset.listTriggers()).length).toBeGreaterThan(0);
    expect(performance.now() - before).toBeGreaterThan(990);
  });

  test("500 and a broken connection are retried, an enabling too: it finds what it made", async () => {
    const { toolset, platform } = await start();
    const path = apiVersion === "v1" ? "/api/v1/triggers/enable" : "/api/v3.1/trigger_instances";
    platform.faults.calls.add({ path, method: "POST", status: 500 });
    platform.faults.calls.add({ path, method: "POST", drop: true });
    const { triggerId } = await toolset.enableTrigger(star, { config });
    expect(await idsOf(toolset.activeTriggers())).toEqual([triggerId]);
  });

  test("a platform that does not answer is ERR_TIMEOUT; one slow response is requested again", async () => {
    const { toolset, platform } = await start({ tryTimeoutMs: 1000, maxTries: 2 });
    platform.faults.calls.add({ path: "/api", delayMs: 60_000 });
    expect((await toolset.listTriggers()).length).toBeGreaterThan(0);
    platform.faults.calls.add({ path: "/api", delayMs: 60_000, times: 2 });
    await expect(Promise.resolve(toolset.listTriggers())).rejects.toMatchObject({ code: "ERR_TIMEOUT" });
  });

  test("a call is aborted", async () => {
    const { toolset, platform } = await start();
    platform.faults.calls.add({ path: "/api", delayMs: 60_000 });
    const stop = new AbortController();
    const outcome = rejection(toolset.enableTrigger(star, { config, signal: stop.signal }));
    setImmediate(() => stop.abort());
    expect(await outcome).toMatchObject({ code: "ERR_ABORTED" });
  });
});
