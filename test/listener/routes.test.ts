import { createHmac } from "node:crypto";
import {
  github,
  hmac,
  intercom,
  type ListenerEvent,
  meta,
  microsoftGraph,
  slack,
  TriggerListener,
  type WebhookOptions,
} from "earshot";
import { afterEach, expect, test, vi } from "vitest";

const secret = "a secret of some length";
const other = "another secret, of a length";
const running: TriggerListener[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((listener) => listener.stop({ timeoutMs: 0 })));
});

async function open(routes: NonNullable<WebhookOptions["routes"]>, webhook: WebhookOptions = {}) {
  const listener = new TriggerListener({ webhook: { port: 0, routes, ...webhook } });
  running.push(listener);
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  const received: string[] = [];
  listener.callback({}, ({ appName, triggerName }) => void received.push(`${appName} ${triggerName}`));
  await listener.start();
  const url = listener.health().webhook?.url ?? expect.fail();
  const types = () => reports.map(({ type }) => type);
  return { listener, url, reports, received, types };
}

const mac = (algorithm: string, key: string, body: string) =>
  createHmac(algorithm, key).update(body).digest("hex");

/** A request signed as GitHub signs, and as `hmac({ header: "x-hub-signature-256", … })` has it. */
function signed(key: string, body: string, event = "push") {
  const signature = `sha256=${mac("sha256", key, body)}`;
  return {
    method: "POST",
    body,
    headers: { "x-hub-signature-256": signature, "x-github-event": event },
  };
}

test("Meta's GET gets its challenge back only with the right token; another GET is no event", async () => {
  const { url, types, received, reports } = await open({
    "/webhooks/meta": meta({ secrets: secret, verifyToken: "typed into the form" }),
  });
  const ask = (token: string) =>
    fetch(
      `${url}/webhooks/meta?${new URLSearchParams({
        "hub.mode": "subscribe",
        "hub.verify_token": token,
        "hub.challenge": "1158201444",
      })}`,
    );
  const answer = await ask("typed into the form");
  expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
    200,
    "text/plain; charset=utf-8",
    "1158201444",
  ]);
  expect(reports.at(-1)).toEqual({ type: "webhook.handshake", provider: "meta", path: "/webhooks/meta" });
  const wrong = await ask("guessed");
  expect([wrong.status, await wrong.text()]).toEqual([401, '{"error":{"code":"unauthorized"}}']);
  expect((await fetch(`${url}/webhooks/meta`)).status).toBe(400);

  const body = JSON.stringify({ object: "page", entry: [{ id: "1", messaging: [{}] }] });
  expect((await fetch(`${url}/webhooks/meta`, signed(secret, body))).status).toBe(200);
  expect(received).toEqual(["meta page.messaging"]);
  expect(types().filter((type) => type === "event.stored")).toHaveLength(1);
});

test("Intercom's HEAD gets a response without a body; other methods get 405", async () => {
  const { url, received, types } = await open({ "/webhooks/intercom": intercom({ secrets: secret }) });
  const probe = await fetch(`${url}/webhooks/intercom`, { method: "HEAD" });
  expect([probe.status, await probe.text()]).toEqual([200, ""]);
  expect(types().at(-1)).toBe("webhook.handshake");
  expect((await fetch(`${url}/webhooks/intercom`)).status).toBe(400);
  const put = await fetch(`${url}/webhooks/intercom`, { method: "PUT", body: "{}" });
  expect([put.status, put.headers.get("allow")]).toEqual([405, "POST, GET, HEAD"]);
  const body = JSON.stringify({ type: "notification_event", id: "n_1", topic: "conversation.user.created" });
  const headers = { "x-hub-signature": `sha1=${mac("sha1", secret, body)}` };
  expect((await fetch(`${url}/webhooks/intercom`, { method: "POST", headers, body })).status).toBe(200);
  expect(received).toEqual(["intercom conversation.user.created"]);
});

test("Slack's and Graph's challenges go back as text, through the listener", async () => {
  const { url, received } = await open({
    "/webhooks/slack": slack({ secrets: secret }),
    "/webhooks/graph": microsoftGraph({ secrets: secret }),
  });
  const body = JSON.stringify({ type: "url_verification", challenge: "3eZbrw1aB" });
  const time = String(Math.floor(Date.now() / 1000));
  const headers = {
    "x-slack-request-timestamp": time,
    "x-slack-signature": `v0=${mac("sha256", secret, `v0:${time}:${body}`)}`,
  };
  const answer = await fetch(`${url}/webhooks/slack`, { method: "POST", headers, body });
  expect([answer.status, await answer.text()]).toEqual([200, "3eZbrw1aB"]);
  const graph = await fetch(`${url}/webhooks/graph?validationToken=Validation%3A+Testing`, {
    method: "POST",
  });
  expect([graph.status, await graph.text()]).toEqual([200, "Validation: Testing"]);
  expect(received).toEqual([]);
});

test("a GET is no event, even where unsigned deliveries are accepted", async () => {
  const { url, listener, received } = await open(
    { "/webhooks/intercom": intercom({ unsigned: true }) },
    { host: "127.0.0.1" },
  );
  expect((await fetch(`${url}/webhooks/intercom?topic=x`)).status).toBe(400);
  expect(listener.inbox.counts()).toMatchObject({ waiting: 0, running: 0, dead: 0 });
  expect(received).toEqual([]);
});

test("a source without a handshake accepts only POST", async () => {
  const { url } = await open({ "/webhooks/github": github({ secrets: secret }) });
  for (const method of ["GET", "HEAD", "DELETE"]) {
    const answer = await fetch(`${url}/webhooks/github`, { method });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  }
});

test("each path of {provider} has its own secret and size limit; no path accepts the secret of another", async () => {
  const acme = hmac({
    provider: "acme",
    header: "x-hub-signature-256",
    prefix: "sha256=",
    secrets: other,
    eventName: "x-github-event",
  });
  const { url, received } = await open({
    "/webhooks/{provider}": [github({ secrets: secret }), { source: acme, maxBodyBytes: 20 }],
  });
  const post = async (path: string, request: object) => (await fetch(`${url}${path}`, request)).status;
  expect(await post("/webhooks/github", signed(secret, '{"ref":"main"}'))).toBe(200);
  expect(await post("/webhooks/acme", signed(other, '{"order":7}', "order.placed"))).toBe(200);
  expect(await post("/webhooks/github", signed(other, '{"ref":"other"}'))).toBe(401);
  expect(await post("/webhooks/acme", signed(secret, '{"order":8}'))).toBe(401);
  expect(await post("/webhooks/acme", signed(other, JSON.stringify({ text: "x".repeat(30) })))).toBe(413);
  expect(await post("/webhooks/github", signed(secret, JSON.stringify({ text: "x".repeat(30) })))).toBe(200);
  expect(await post("/webhooks/stripe", signed(secret, "{}"))).toBe(404);
  expect(received).toEqual(["github push", "acme order.placed", "github push"]);
});

test("a path at its limit responds 503, and the other paths go on", async () => {
  const gates: (() => void)[] = [];
  const slow = {
    "~standard": {
      version: 1 as const,
      vendor: "test",
      validate: (value: unknown) =>
        new Promise<{ value: unknown }>((resolve) => gates.push(() => resolve({ value }))),
    },
  };
  const source = github({ secrets: secret });
  const { url, received, reports } = await open({
    "/slow": { source, schema: slow, maxInFlight: 2 },
    "/quick": source,
  });
  const post = (path: string, n: number) =>
    fetch(`${url}${path}`, signed(secret, JSON.stringify({ path, n })));
  const first = [post("/slow", 1), post("/slow", 2)];
  await vi.waitFor(() => expect(gates).toHaveLength(2));
  const rejected = await post("/slow", 3);
  expect([rejected.status, rejected.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(reports.at(-1)).toMatchObject({
    type: "delivery.rejected",
    error: {
      code: "ERR_OVERLOADED",
      message: "More requests are in flight than the server accepts at /slow.",
    },
  });
  expect((await post("/quick", 1)).status).toBe(200);
  for (const release of gates.splice(0)) release();
  expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
  const again = post("/slow", 3);
  await vi.waitFor(() => expect(gates).toHaveLength(1));
  gates[0]?.();
  expect((await again).status).toBe(200);
  expect(received).toHaveLength(4);
});

test("two sources at one path are an error, however they were configured", () => {
  const make = (routes: NonNullable<WebhookOptions["routes"]>) => () =>
    new TriggerListener({ webhook: { routes } });
  const one = github({ secrets: secret });
  const two = github({ secrets: other });
  expect(make({ "/in/{provider}": [one, two] })).toThrow(
    "Two routes are at /in/github: give each a separate path.",
  );
  expect(make({ "/in/github": one, "/in/{provider}": two })).toThrow("Two routes are at /in/github");
  expect(make({ "/a": { source: one, maxInFlight: 0 } })).toThrow("`maxInFlight of the route /a`");
});
