import { inspect } from "node:util";
import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { VERSION } from "../../src/base/version.js";
import { Client } from "../../src/client/client.js";
import { realtimeUrl } from "../../src/client/platform-access.js";
import type { ApiVersion } from "../../src/settings/toolset.js";
import { Toolset } from "../../src/toolset.js";
import { type Replies, setUp } from "./fixture.js";
import { KEY, settingsFor } from "./support.js";

const { signal } = new AbortController();

const realtime: Readonly<Record<ApiVersion, Replies>> = {
  v3: {
    "GET /api/v3/internal/sdk/realtime/credentials": {
      json: { pusher_key: "k1", project_id: "pr_1", pusher_cluster: "eu" },
    },
    "POST /api/v3/internal/sdk/realtime/auth": ({ body, headers }) => ({
      json: { auth: `${headers["content-type"]} ${body}` },
    }),
  },
  v1: {
    "GET /api/v1/client/auth/client_info": { json: { client: { id: "c1" } } },
    "POST /api/v1/client/auth/pusher_auth": ({ body, headers }) => ({
      json: { auth: `${headers["content-type"]} ${body}` },
    }),
  },
};

test.each<[ApiVersion, string, string]>([
  ["v3", "k1", "private-pr_1_triggers"],
  ["v1", "8e1b8c92b7f8b2151c15", "private-c1_triggers"],
])(
  "%s: the realtime channel of a platform on this machine is at its own port",
  async (apiVersion, key, channel) => {
    const { server } = await setUp(apiVersion, realtime[apiVersion]);
    const client = new Client(settingsFor(server.url, { apiVersion }));
    try {
      const place = await client.platformAccess().realtime.locate(signal);
      expect(place).toEqual({
        url: `ws://127.0.0.1:${server.port}/app/${key}?protocol=7&client=earshot&version=${VERSION}&flash=false`,
        channel,
      });
      expect(await client.platformAccess().realtime.authorize("1.2", channel, signal)).toEqual({
        auth: `application/x-www-form-urlencoded socket_id=1.2&channel_name=${channel}`,
      });
    } finally {
      await client.close();
    }
  },
);

test.each([
  ["https://backend.composio.dev", undefined, "wss://ws-mt1.pusher.com/app/k?"],
  ["https://localhost:8443", undefined, "wss://localhost:8443/app/k?"],
  ["http://[::1]:4747", undefined, "ws://[::1]:4747/app/k?"],
  ["http://127.0.0.1:4747", "wss://rt.example:6001", "wss://rt.example:6001/app/k?"],
  ["https://backend.composio.dev", "wss://rt.example/soketi", "wss://rt.example/soketi/app/k?"],
])("platform %s, realtimeUrl %s: %s", (baseUrl, own, start) => {
  expect(realtimeUrl({ baseUrl, realtimeUrl: own }, "k", "mt1")).toContain(start);
});

test("the version that is sent is the package's", () => {
  expect(VERSION).toBe(packageJson.version);
});

test("a toolset shows where it points, and not its key", () => {
  const toolset = new Toolset({ apiKey: KEY, baseUrl: "http://127.0.0.1:1", entityId: "joe" });
  const shown = inspect(toolset, { depth: 20, showHidden: true });
  expect(shown).toContain("127.0.0.1:1");
  expect(shown).toContain("joe");
  expect(shown + JSON.stringify(toolset) + String(toolset)).not.toContain(KEY);
  expect(inspect({ deep: { toolset } }, { depth: 20 })).not.toContain(KEY);
});

test("no key is ERR_KEY_MISSING, of the first call and of the start, not of the import", async () => {
  const before = process.env.COMPOSIO_API_KEY;
  delete process.env.COMPOSIO_API_KEY;
  try {
    const toolset = new Toolset();
    await expect(toolset.getTrigger("X")).rejects.toMatchObject({ code: "ERR_KEY_MISSING" });
    await expect(toolset.createTriggerListener().start()).rejects.toMatchObject({ code: "ERR_KEY_MISSING" });
    await expect(toolset.createTriggerListener({ webhook: { port: 0 } }).start()).rejects.toMatchObject({
      code: "ERR_KEY_MISSING",
    });
  } finally {
    if (before !== undefined) process.env.COMPOSIO_API_KEY = before;
  }
});

test.each<[ApiVersion, Replies, string]>([
  [
    "v3",
    {
      "PATCH /api/v3.1/trigger_instances/manage/t1": { json: { status: "success" } },
      "DELETE /api/v3.1/trigger_instances/manage/t1": { json: { trigger_id: "t1" } },
    },
    '{"status":"disable"}',
  ],
  [
    "v1",
    {
      "PATCH /api/v1/triggers/instance/t1/status": { json: { status: "success" } },
      "DELETE /api/v1/triggers/instance/t1": { json: { status: "success", count: 1 } },
    },
    '{"enabled":false}',
  ],
])("%s: disable, enable again, delete; an unknown id is ERR_NOT_FOUND", async (version, replies, body) => {
  const { toolset, server } = await setUp(version, replies);
  await toolset.disableTrigger("t1");
  await toolset.switchTrigger("t1", true);
  await toolset.deleteTrigger("t1");
  expect(server.seen.map(({ method }) => method)).toEqual(["PATCH", "PATCH", "DELETE"]);
  expect(server.seen[0]?.body).toBe(body);
  await expect(toolset.disableTrigger("t2")).rejects.toMatchObject({ code: "ERR_NOT_FOUND" });
  await expect(toolset.deleteTrigger("t2")).rejects.toMatchObject({ code: "ERR_NOT_FOUND" });
});

test("v3: what is done already counts as done, also where a lost try of ours did it", async () => {
  const error = (status: number) => ({ status, json: { error: { message: "so already", code: 1, status } } });
  let tries = 0;
  const { toolset } = await setUp(
    "v3",
    {
      "PATCH /api/v3.1/trigger_instances/manage/t1": error(409),
      "DELETE /api/v3.1/trigger_instances/manage/t1": error(410),
      "DELETE /api/v3.1/trigger_instances/manage/t2": () => {
        tries += 1;
        return error(tries === 1 ? 502 : 404);
      },
    },
    { maxTries: 2 },
  );
  await toolset.disableTrigger("t1");
  await toolset.deleteTrigger("t1");
  await toolset.deleteTrigger("t2");
  expect(tries).toBe(2);
});
