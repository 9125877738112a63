import { type Inbox, openInbox } from "earshot";
import { redisInbox } from "earshot/redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RedisServer, startRedis, withoutRedis } from "../support/redis-server.js";
import { earshot, jsonLines } from "./cli.js";
import { entryOf } from "./inbox-store.js";

describe.skipIf(withoutRedis)(`with Redis${withoutRedis ? ` (${withoutRedis})` : ""}`, () => {
  let redis: RedisServer;
  let inbox: Inbox;
  beforeAll(async () => {
    redis = await startRedis();
    inbox = await openInbox(redisInbox({ connection: redis.url, prefix: "{cli}" }));
    const failure = { callback: undefined, attempt: 0, at: Date.now(), message: "ERR_NOT_JSON: no" };
    for (const id of ["log_1", "log_2", "log_3"]) await inbox.deadLetter(entryOf(id), failure);
    await inbox.store(entryOf("log_4"), false);
  });
  afterAll(async () => {
    await inbox.close();
    await redis.stop();
  });

  const run = (...args: string[]) =>
    earshot(["inbox", ...args, "--redis", redis.url, "--prefix", "{cli}", "--json"]);
  const ids = async (...args: string[]) => jsonLines((await run("ls", ...args)).stdout).map(({ id }) => id);

  test("ls, show, retry and drop work on it", async () => {
    expect(await ids()).toEqual(["log_4", "log_3", "log_2", "log_1"]);
    expect(await ids("--state", "waiting")).toEqual(["log_4"]);
    expect(jsonLines((await run("show", "log_1")).stdout)).toMatchObject([
      { id: "log_1", state: "dead", failures: [{ message: "ERR_NOT_JSON: no" }] },
    ]);
    expect(jsonLines((await run("retry", "log_1")).stdout)).toEqual([{ retried: 1, chosen: 1 }]);
    expect(await ids("--state", "waiting")).toEqual(["log_4", "log_1"]);
    expect(jsonLines((await run("drop", "--all", "--limit", "1")).stdout)).toEqual([
      { dropped: 1, chosen: 1 },
    ]);
    expect(await ids("--state", "dead")).toEqual(["log_2"]);
    // Its identity is remembered, though not for ever: the key has an end.
    expect(await inbox.store(entryOf("log_3"), false)).toEqual({ state: "duplicate", settled: true });
  });

  test("an inbox under another prefix is another inbox", async () => {
    const { code, stdout, stderr } = await earshot(["inbox", "ls", "--redis", redis.url]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/The inbox is empty/);
  });
});

test("no server at the address: it fails soon with a message", async () => {
  const { code, stdout, stderr } = await earshot(["inbox", "ls", "--redis", "redis://:hidden@127.0.0.1:1"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/ERR_INBOX_UNAVAILABLE/);
  expect(stderr).not.toContain("hidden");
});
