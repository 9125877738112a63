import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { TriggerListener } from "earshot";
import { github, stripe } from "earshot/verify";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { senderDefinitions } from "../../src/providers/event-formats.js";
import { earshot, jsonLines } from "./cli.js";

const secret = "8f14e45fceea167a5a36dedd4bea2543";
const received: string[] = [];
const listener = new TriggerListener({
  webhook: {
    port: 0,
    host: "127.0.0.1",
    routes: { "/github": github({ secrets: secret }), "/stripe": stripe({ secrets: secret }) },
  },
});
for (const provider of ["github", "stripe"]) {
  listener.callback({ provider }, (event) => void received.push(event.triggerName));
}
let url: string;

beforeAll(async () => {
  await listener.start();
  url = String(listener.health().webhook?.url);
});
afterAll(() => listener.stop());

test("a request that is signed for a route is accepted there, and one with another secret is not", async () => {
  const args = ["--event", "push", "--data", '{"ref":"main"}', "--url", new URL("/github", url).href];
  const sent = await earshot(["sign", "github", "--secret", secret, ...args]);
  expect(sent).toMatchObject({ code: 0, stdout: "200\n" });
  const wrong = await earshot(["sign", "github", "--secret", `${secret}x`, ...args, "--json"]);
  expect(wrong.code).toBe(1);
  expect(jsonLines(wrong.stdout)).toMatchObject([{ status: 401, body: '{"ref":"main"}' }]);
  const other = await earshot([
    "sign",
    "stripe",
    "--secret",
    secret,
    "--data",
    '{"id":"evt_1","type":"charge.succeeded"}',
    "--url",
    new URL("/stripe", url).href,
  ]);
  expect(other).toMatchObject({ code: 0, stdout: "200\n" });
  await expect.poll(() => received).toEqual(expect.arrayContaining(["push", "charge.succeeded"]));
});

test("--signed-url is signed; the request keeps the query of its own URL", async () => {
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const urls = [
    "--url",
    `http://127.0.0.1:${port}/in?tenant=1`,
    "--signed-url",
    "https://hooks.example.com/in",
  ];
  for (const name of ["github", "azure-event-grid"]) {
    expect((await earshot(["sign", name, "--secret", "s3cret", ...urls])).code).toBe(0);
  }
  expect(paths).toEqual(["/in?tenant=1", "/in?tenant=1&secret=s3cret"]);
});

test("without a URL the request is printed; what cannot be done says why", async () => {
  const printed = await earshot(["sign", "github", "--secret", secret, "--data", "{}"]);
  expect(printed.stdout).toMatch(/^x-hub-signature-256: sha256=[0-9a-f]{64}$/m);
  const unknown = await earshot(["sign", "gihub", "--secret", secret]);
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringMatching(/Did you mean "github"/) });
  const theirs = await earshot(["sign", "google-pubsub", "--secret", secret]);
  expect(theirs).toMatchObject({ code: 2, stderr: expect.stringMatching(/only the sender has its key/) });
  const nowhere = await earshot(["sign", "github", "--secret", secret, "--url", "http://127.0.0.1:9/x"]);
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringMatching(/No response from/) });
});

test("providers ls has a line for each sender, and show has the steps with the URL", async () => {
  const ls = await earshot(["providers", "ls", "--json"]);
  const names = senderDefinitions.map(({ scheme }) => scheme.provider);
  expect(jsonLines(ls.stdout).map((line) => (line as { provider: string }).provider)).toEqual(names);
  const plain = await earshot(["providers", "ls"]);
  expect(plain.stdout.trim().split("\n")).toHaveLength(names.length);
  for (const name of ["github", "twilio", "plaid", "googlePubsub"]) {
    const shown = await earshot(["providers", "show", name, "--url", "https://hooks.example.com/in"]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain("https://hooks.example.com/in");
    expect(shown.stdout).toMatch(/1\. At the sender: /);
  }
  expect(await earshot(["providers", "show", "gith"])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/github/),
  });
});
