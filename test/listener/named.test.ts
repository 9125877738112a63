import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import type { ListenerEvent } from "../../src/base/listener-events.js";
import { TriggerListener } from "../../src/index.js";

const secret = "a secret of some length";
let name = "";
let count = 0;

function make(options: object = {}, label = "") {
  const listener = new TriggerListener({ name, webhook: { secrets: secret, ...options } });
  const ran: string[] = [];
  listener.callback({}, (event) => void ran.push(`${label}${event.triggerName}`));
  onTestFinished(() => listener.stop());
  return { listener, ran };
}

const request = () => {
  const { headers, body } = signedWebhook({ secret, triggerName: `ACME_${++count}`, payload: {} });
  return new Request("http://localhost/webhook", { method: "POST", headers, body });
};

test("a listener replaces its predecessor of that name, which stops", async () => {
  name = "replaced";
  const first = make();
  await first.listener.start();
  const second = make();
  await second.listener.start();
  expect(first.listener.health().state).toBe("stopped");
  expect(second.listener.health().state).toBe("running");
});

test("listeners with different names, or without one, do not replace each other", async () => {
  name = "alone";
  const first = make();
  await first.listener.start();
  name = "other";
  await make().listener.start();
  const nameless = new TriggerListener({ webhook: { secrets: secret } });
  onTestFinished(() => nameless.stop());
  await nameless.start();
  expect(first.listener.health().state).toBe("running");
});

test("the successor listens on the same port, after the running callbacks of its predecessor have ended", async () => {
  name = "port";
  const first = make({ port: 0, host: "127.0.0.1" });
  let end: () => void = () => undefined;
  const events: string[] = [];
  first.listener.callback({}, async () => {
    events.push("begun");
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    events.push("ended");
  });
  await first.listener.start();
  const url = first.listener.health().webhook?.url ?? "";
  const { headers, body } = signedWebhook({ secret, triggerName: "ACME_X", payload: {} });
  expect((await fetch(`${url}/webhook`, { method: "POST", headers, body })).status).toBe(200);
  await vi.waitFor(() => expect(events).toEqual(["begun"]));
  const second = make({ port: Number(new URL(url).port), host: "127.0.0.1" });
  const started = second.listener.start().then(() => events.push("started"));
  end();
  await started;
  expect(events).toEqual(["begun", "ended", "started"]);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test("a handler of the replaced listener passes its requests on: each event runs once, in the new one", async () => {
  name = "passed";
  const first = make({}, "old ");
  await first.listener.start();
  const handle = first.listener.fetchHandler();
  const server = createServer(first.listener.nodeHandler()).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const second = make({}, "new ");
  expect((await handle(request())).status).toBe(200);
  const { headers, body } = signedWebhook({ secret, triggerName: "ACME_NODE", payload: {} });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`;
  expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
  await vi.waitFor(() => expect(second.ran).toHaveLength(2));
  expect(first.ran).toEqual([]);
});

test("the first request starts a listener that was not started", async () => {
  name = "lazy";
  const { listener, ran } = make();
  const handle = listener.fetchHandler();
  const [one, two] = await Promise.all([handle(request()), handle(request())]);
  expect([one?.status, two?.status]).toEqual([200, 200]);
  expect(listener.health().state).toBe("running");
  await vi.waitFor(() => expect(ran).toHaveLength(2));
});

test("without a secret the response to the first request is 503, the error is reported, and nothing runs", async () => {
  for (const value of [undefined, ""]) {
    vi.stubEnv("COMPOSIO_WEBHOOK_SECRET", value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const listener = new TriggerListener({ webhook: {} });
    const reports: ListenerEvent[] = [];
    listener.on("*", (report) => reports.push(report));
    const ran: unknown[] = [];
    listener.callback({}, (event) => void ran.push(event));
    const handle = listener.fetchHandler();
    expect((await handle(request())).status).toBe(503);
    expect(
      (await handle(new Request("http://localhost/webhook", { method: "POST", body: "{}" }))).status,
    ).toBe(503);
    const code = value === undefined ? "ERR_SECRET_MISSING" : "ERR_OPTION";
    expect(reports).toContainEqual(
      expect.objectContaining({ type: "warning", error: expect.objectContaining({ code }) }),
    );
    expect(ran).toEqual([]);
    await listener.stop();
  }
});

test("while Next.js builds, a start opens nothing and needs no secret", async () => {
  vi.stubEnv("NEXT_PHASE", "phase-production-build");
  onTestFinished(() => void vi.unstubAllEnvs());
  const listener = new TriggerListener({ webhook: { port: 0 } });
  await listener.start();
  expect(listener.health().webhook?.url).toBeUndefined();
});

test("the context that can wait is found at any place; one that throws does not lose the event", async () => {
  name = "context";
  const { listener, ran } = make();
  const handle = listener.fetchHandler();
  const waited: unknown[] = [];
  const context = { waitUntil: (promise: Promise<unknown>) => void waited.push(promise) };
  const hostile = {
    get waitUntil(): never {
      throw new Error("not here");
    },
  };
  await handle(request(), { env: 1 }, context);
  await handle(request(), context);
  await handle(request(), hostile, undefined, null, context);
  expect(waited).toHaveLength(3);
  const outside = {
    waitUntil() {
      throw new Error("outside of a request");
    },
  };
  expect((await handle(request(), outside)).status).toBe(200);
  await vi.waitFor(() => expect(ran).toHaveLength(4));
});
