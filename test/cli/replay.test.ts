import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../src/dev/index.js";
import { Toolset } from "../../src/index.js";
import { StandardWebhook as Webhook } from "../compat/signing.js";
import { type Receiver, receiver } from "../dev/webhooks/receiver.js";
import { begin, earshot, jsonLines } from "./cli.js";

const STAR = "GITHUB_STAR_ADDED_EVENT";
let platform: Platform;
const targets: Receiver[] = [];

beforeAll(async () => {
  platform = await startPlatform();
  const toolset = new Toolset({ baseUrl: platform.url, apiKey: "local" });
  await toolset.enableTrigger(STAR, { config: { owner: "acme", repo: "site" } });
  await toolset.close();
});
afterAll(() => platform.stop());
afterEach(() => Promise.all(targets.splice(0).map((target) => target.close())));

const env = () => ({ COMPOSIO_BASE_URL: platform.url, COMPOSIO_API_KEY: "local" });
const run = (args: string[], more: Record<string, string> = {}) =>
  earshot(["replay", ...args], { env: { ...env(), ...more } });
async function openReceiver(answer?: Parameters<typeof receiver>[0]): Promise<Receiver> {
  const opened = await receiver(answer);
  targets.push(opened);
  return opened;
}
const fired = async (starred_by: string) =>
  (await platform.fire(STAR, { data: { starred_by } })).logIds[0] ?? "";

test("--to posts what the platform's log has, signed, under its own id", async () => {
  const target = await openReceiver();
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const ids = [await fired("ada"), await fired("grace")];
  const { code, stdout } = await run([...ids, "--to", target.url, "--json"], {
    COMPOSIO_WEBHOOK_SECRET: secret,
  });
  expect(code).toBe(0);
  expect(jsonLines(stdout)).toMatchObject(ids.map((id) => ({ id, status: 200 })));
  const bodies = target.received.map(({ body, headers }) =>
    new Webhook(secret).verify(body, headers as Record<string, string>),
  );
  expect(bodies).toMatchObject([
    { type: "composio.trigger.message", metadata: { log_id: ids[0] }, data: { starred_by: "ada" } },
    { metadata: { log_id: ids[1], trigger_slug: STAR }, data: { starred_by: "grace" } },
  ]);
});

test("without --to the local platform fires it again, and a listener receives it", async () => {
  const id = await fired("edsger");
  const listen = begin(["listen", "--json", "--max-events", "1"], { env: env() });
  await listen.err(/Listening\./);
  const { code, stdout } = await run([id]);
  expect(code).toBe(0);
  const [received] = jsonLines((await listen.ended).stdout);
  expect(received).toMatchObject({ id: stdout.trim(), payload: { starred_by: "edsger" } });
  expect(received?.id).not.toBe(id);
});

test("each failure is printed, the others are replayed, and the exit code is 1", async () => {
  const target = await openReceiver((request, response) => {
    response.statusCode = request.headers["webhook-id"] === undefined ? 400 : 200;
    response.end();
  });
  const failing = await openReceiver((_request, response) => response.writeHead(500).end());
  const id = await fired("barbara");
  const some = await run(["log_nothere", id, "--to", target.url, "--json"]);
  expect(some.code).toBe(1);
  expect(jsonLines(some.stdout)).toMatchObject([
    { id: "log_nothere", error: expect.stringMatching(/not found in the platform/) },
    { id, status: 200 },
  ]);
  expect(some.stderr).toMatch(/log_nothere: not found in the platform's log/);
  const rejected = await run([id, "--to", failing.url]);
  expect(rejected).toMatchObject({ code: 1, stdout: "" });
  expect(rejected.stderr).toMatch(/responded with 500/);
});

test("Ctrl-C ends it with 130", async () => {
  const target = await openReceiver(() => undefined);
  const id = await fired("ada");
  const replay = begin(["replay", id, "--to", target.url], { env: env() });
  await expect.poll(() => target.received.length, { timeout: 30_000 }).toBe(1);
  replay.signal("SIGINT");
  expect(await replay.ended).toMatchObject({ code: 130, stdout: "" });
});

test("without --to, no request goes to a hosted platform", async () => {
  const { code, stderr } = await run(["log_1"], { COMPOSIO_BASE_URL: "https://backend.composio.dev" });
  expect(code).toBe(2);
  expect(stderr).toMatch(/not a local platform/);
});
