import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { Toolset } from "../../src/index.js";
import { begin, type Ended, earshot, jsonLines, type Surroundings } from "./cli.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
let platform: Platform;
let triggerId: string;

beforeAll(async () => {
  platform = await startPlatform();
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  ({ triggerId } = await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } }));
  await toolset.close();
});

afterAll(() => platform.stop());

const run = (args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> =>
  earshot(args, { ...surroundings, env: { COMPOSIO_BASE_URL: platform.url, ...surroundings.env } });

const payloads = (count: number) => platform.events(count).map(({ event }) => event.payload);

test("fire prints only the log id on stdout, and needs no key", async () => {
  const { code, stdout, stderr } = await run(["fire", "github_star_added_event"]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${platform.events(1)[0]?.event.logId}\n` });
  expect(stderr).toMatch(/Fired GITHUB_STAR_ADDED_EVENT once/);
});

test("an event that cannot be fired: the advice is a command, not a call of the library", async () => {
  const unknown = await run(["fire", "NOPE"]);
  expect(unknown.stderr).toBe(
    "error: The catalog has no trigger NOPE.\n  List the names: `earshot triggers ls`.\n",
  );
  const asleep = await run(["fire", "SLACK_RECEIVE_MESSAGE"]);
  expect(asleep.stderr).toMatch(/\n {2}Enable it first: `earshot triggers enable NAME`\.\n$/);
  expect([unknown.code, asleep.code]).toEqual([1, 1]);
});

test("--data: as it stands, from a file, from stdin", async () => {
  const file = join(tmpdir(), `earshot-data-${process.pid}.json`);
  await writeFile(file, '{"starred_by":"of a file"}');
  await run(["fire", STAR, "--data", '{"starred_by":"of the line"}']);
  await run(["fire", STAR, "--data", `@${file}`]);
  await run(["fire", STAR, "--data", "@-"], { input: '{"starred_by":"of stdin"}' });
  expect(payloads(3)).toMatchObject([
    { starred_by: "of stdin" },
    { starred_by: "of a file" },
    { starred_by: "of the line" },
  ]);
});

test("a payload that does not match the schema is fired, with one warning", async () => {
  const { code, stdout, stderr } = await run(["fire", STAR, "--data", '{"starred_by":7}', "--count", "3"]);
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(3);
  expect(payloads(1)).toMatchObject([{ starred_by: 7 }]);
  expect(stderr.match(/starred_by: .*string/g)).toHaveLength(1);
  const fits = await run(["fire", STAR, "--data", '{"starred_by":"ada"}']);
  expect(fits.stderr).toMatch(/^Fired GITHUB_STAR_ADDED_EVENT once; 0 listeners connected\.\n.*\n$/);
});

test("--data changes members of a generated payload, which has all the others", async () => {
  const { stderr } = await run(["fire", STAR, "--data", '{"starred_by":"ada"}']);
  expect(stderr).not.toMatch(/schema/);
  const [payload] = payloads(1);
  expect(payload).toMatchObject({ starred_by: "ada", action: "created", repository_name: "site" });
  expect(Object.keys(payload ?? {}).sort()).toEqual(
    "action repository_id repository_name repository_url starred_at starred_by".split(" "),
  );
});

test("--data merges objects at any depth and replaces arrays", async () => {
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  await toolset.enableTrigger("STRIPE_PRODUCT_CREATED_TRIGGER", { config: {} });
  await toolset.enableTrigger("GMAIL_NEW_GMAIL_MESSAGE", { config: {} });
  await toolset.close();
  const body = '{"body":{"data":{"object":{"name":"Rye"}}}}';
  await run(["fire", "STRIPE_PRODUCT_CREATED_TRIGGER", "--data", body]);
  expect(payloads(1)).toMatchObject([
    { body: { object: "event", data: { object: { object: "product", name: "Rye", active: true } } } },
  ]);
  await run(["fire", "GMAIL_NEW_GMAIL_MESSAGE", "--data", '{"label_ids":["SPAM"]}']);
  expect(payloads(1)).toMatchObject([{ label_ids: ["SPAM"], subject: expect.any(String) }]);
});

test("--raw fires exactly --data, and warns of missing and unknown members", async () => {
  const { code, stderr } = await run(["fire", STAR, "--raw", "--data", '{"starred_bye":"ada","action":1}']);
  expect(code).toBe(0);
  expect(payloads(1)).toEqual([{ starred_bye: "ada", action: 1 }]);
  expect(stderr).toMatch(/^ {2}starred_by: is missing$/m);
  expect(stderr).toMatch(/^ {2}action: .*expected string/m);
  expect(stderr).toMatch(/^ {2}starred_bye: is not in the schema; did you mean starred_by\?$/m);
  expect((await run(["fire", STAR, "--raw"])).code).toBe(2);
});

test("an unknown member of --data is fired with a warning", async () => {
  const { code, stderr } = await run(["fire", STAR, "--data", '{"starred_bye":"ada"}']);
  expect(code).toBe(0);
  expect(payloads(1)).toMatchObject([{ starred_bye: "ada", starred_by: expect.any(String) }]);
  expect(stderr).toMatch(/starred_bye: is not in the schema/);
});

test("fire prints how many listeners received the event, and without one how to connect one", async () => {
  const none = await run(["fire", STAR]);
  expect(none.stderr).toMatch(/; 0 listeners connected\.\n/);
  expect(none.stderr).toContain("earshot listen");
  expect(none.stderr).toContain(`COMPOSIO_BASE_URL=${platform.url}`);
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  const listener = toolset.createTriggerListener();
  listener.callback(STAR, () => undefined);
  await listener.start();
  onTestFinished(async () => {
    await listener.stop();
    await toolset.close();
  });
  const received = await run(["fire", STAR]);
  expect(received.stderr).toBe(`Fired ${STAR} once; received by 1 listener.\n`);
});

test("--count and --json: a line for each event, in the order of firing", async () => {
  const { code, stdout } = await run(["fire", STAR, "--count", "2500", "--json"]);
  expect(code).toBe(0);
  const ids = jsonLines(stdout).map(({ logId }) => logId);
  expect(ids).toHaveLength(2500);
  expect(ids).toEqual(
    platform
      .events(2500)
      .map(({ event }) => event.logId)
      .reverse(),
  );
});

test("--rate spreads them over time", async () => {
  const before = performance.now();
  const { stdout } = await run(["fire", STAR, "--count", "11", "--rate", "20", "--json"]);
  expect(jsonLines(stdout)).toHaveLength(11);
  expect(performance.now() - before).toBeGreaterThanOrEqual(500);
  const times = platform.events(11).map(({ atMs }) => atMs);
  expect((times[0] ?? 0) - (times.at(-1) ?? 0)).toBeGreaterThanOrEqual(480);
});

test("--id and --entity choose whose trigger fires", async () => {
  expect((await run(["fire", STAR, "--id", triggerId, "--entity", "default"])).code).toBe(0);
  const { code, stderr } = await run(["fire", STAR, "--entity", "nobody"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/not enabled for what was asked/);
});

test("Ctrl-C between events: 130, and the number of fired events is printed", async () => {
  const firing = begin(["fire", STAR, "--count", "1000", "--rate", "5", "--json"], {
    env: { COMPOSIO_BASE_URL: platform.url },
  });
  await firing.out(/logId/);
  firing.signal("SIGINT");
  const { code, stdout, stderr } = await firing.ended;
  expect(code).toBe(130);
  const count = jsonLines(stdout).length;
  expect(stderr).toMatch(new RegExp(`Fired ${STAR} (once|${count} times)`));
  expect(count).toBeLessThan(50);
});

test.each([
  ["NO_SUCH_TRIGGER", /no trigger NO_SUCH_TRIGGER/],
  ["GITHUB_STAR_ADED_EVENT", /Did you mean GITHUB_STAR_ADDED_EVENT/],
  ["SLACK_RECEIVE_MESSAGE", /not enabled[\s\S]*earshot triggers enable/],
])("%s cannot fire: 1, and why", async (name, message) => {
  const { code, stdout, stderr } = await run(["fire", name]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(message);
});

test("no platform: 3, and what to run", async () => {
  const { code, stdout, stderr } = await run(["fire", STAR], {
    env: { COMPOSIO_BASE_URL: "http://127.0.0.1:1/" },
  });
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toMatch(/No response from http:\/\/127\.0\.0\.1:1 [\s\S]*earshot dev --port 1\n/);
});

test("no request to fire goes to a hosted platform", async () => {
  const { code, stderr } = await run(["fire", STAR], {
    env: { COMPOSIO_BASE_URL: "https://backend.composio.dev" },
  });
  expect(code).toBe(2);
  expect(stderr).toMatch(/not a local platform/);
});

test("another server at the port is reported as not a local platform", async () => {
  const other: Server = createServer((_request, response) => response.end("<h1>hello</h1>"));
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        other.close(() => resolve());
        other.closeAllConnections();
      }),
  );
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const { code, stderr } = await run(["fire", STAR], { env: { COMPOSIO_BASE_URL: url } });
  expect(code).toBe(1);
  expect(stderr).toMatch(/is not a local platform; start one with `earshot dev`/);
});
