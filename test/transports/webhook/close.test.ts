import { createServer } from "node:http";
import { expect, test } from "vitest";
import type { WebhookResponse } from "../../../src/model/source.js";
import { manualClock } from "../../support/manual-clock.js";
import { serve } from "./frameworks.js";
import { codeOf, makeServer, openTestServer, rawClient, request, until } from "./support.js";

/** A receiver whose answers are given by hand. */
function gated() {
  const gates: ((answer: WebhookResponse) => void)[] = [];
  return { gates, receive: () => new Promise<WebhookResponse>((resolve) => gates.push(resolve)) };
}

test("closing lets what is in flight end, takes nothing more, and says so once", async () => {
  const clock = manualClock();
  const { gates, receive } = gated();
  const { port, server, reports, bodies } = await openTestServer({ clock, receive });
  const [working, reading, resting] = await Promise.all([1, 2, 3].map(() => rawClient(port)));
  if (!working || !reading || !resting) expect.fail();
  resting.write(request({ path: "/healthz", method: "GET" }));
  await resting.answer();
  working.write(request({ body: "in work" }));
  reading.write(`${request({ headers: ["Content-Length: 8"] })}half`);
  await until(() => server.inFlight() === 2);

  let closed = false;
  const closing = server.close(10_000).then(() => {
    closed = true;
  });
  await resting.closed;
  await expect(rawClient(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  reading.write("half");
  await until(() => gates.length === 2);
  expect(closed).toBe(false);
  for (const open of gates) open({ status: 200 });
  for (const client of [working, reading]) {
    const answer = await client.answer();
    expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
    await client.closed;
  }
  await closing;
  await server.close(0);
  expect(bodies()).toEqual(["in work", "halfhalf"]);
  expect(reports.map(({ type }) => type)).toEqual(["webhook.listening", "webhook.closed"]);
  expect(clock.pending()).toBe(0);
});

test("what is not done when the grace is over is cut off", async () => {
  const clock = manualClock();
  const { gates, receive } = gated();
  const { port, server } = await openTestServer({ clock, receive, limits: { bodyTimeoutMs: 60_000 } });
  const [working, reading, dribbling] = await Promise.all([1, 2, 3].map(() => rawClient(port)));
  if (!working || !reading || !dribbling) expect.fail();
  working.write(request({ body: "{}" }));
  reading.write(`${request({ headers: ["Content-Length: 8"] })}half`);
  dribbling.write("POST /web");
  await until(() => server.inFlight() === 2);
  const closing = server.close(10_000);
  // The grace, the body's deadline, and that of the response.
  await until(() => clock.pending() === 3);
  clock.advance(10_000);
  await closing;
  await Promise.all([working.closed, reading.closed, dribbling.closed]);
  expect(working.heard()).toBe("");
  // The receiver is still at it; its answer has nowhere to go.
  gates[0]?.({ status: 200 });
  await until(() => server.inFlight() === 0);
  expect(clock.pending()).toBe(0);
});

test("a request over an open connection while the server closes gets 503, to try again", async () => {
  const { gates, receive } = gated();
  const { port, server, received } = await openTestServer({ receive });
  const working = await rawClient(port);
  const late = await rawClient(port);
  working.write(request({ body: "{}" }));
  // Half a head: the connection is not a resting one, so it is left open.
  late.write("POST /webhook HTTP/1.1\r\nHost: x\r\n");
  await until(() => server.inFlight() === 1);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const closing = server.close(5000);
  late.write("Content-Length: 2\r\n\r\n{}");
  const answer = await late.answer();
  expect([answer.status, codeOf(answer.body), answer.headers.get("retry-after")]).toEqual([
    503,
    "closing",
    "1",
  ]);
  await late.closed;
  gates[0]?.({ status: 200 });
  await closing;
  expect(received).toHaveLength(1);
});

test("a server that never opened closes at once; a closed one does not open", async () => {
  const { server, reports } = makeServer();
  await server.close(5000);
  await expect(server.listen(0, undefined)).rejects.toMatchObject({ code: "ERR_LISTENER_STATE" });
  expect(reports).toEqual([]);
});

test("closing while opening closes what was opened", async () => {
  const { server, reports } = makeServer();
  const opening = server.listen(0, "127.0.0.1");
  await server.close(0);
  const { port } = await opening;
  await expect(rawClient(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(reports.map(({ type }) => type)).toEqual(["webhook.listening", "webhook.closed"]);
});

test("mounted handlers wait for their requests and leave the application's server open", async () => {
  const { gates, receive } = gated();
  const { server: webhooks, reports } = makeServer({ receive });
  const server = createServer(webhooks.nodeHandler());
  const port = await serve(server);
  const post = () => fetch(`http://127.0.0.1:${port}/webhook`, { method: "POST", body: "{}" });
  const first = post();
  await until(() => gates.length === 1);
  let closed = false;
  const closing = webhooks.close(5000).then(() => {
    closed = true;
  });
  expect((await post()).status).toBe(503);
  expect(closed).toBe(false);
  gates[0]?.({ status: 202 });
  await closing;
  expect((await first).status).toBe(202);
  expect(server.listening).toBe(true);
  expect(reports.filter(({ type }) => type.startsWith("webhook"))).toEqual([]);
});

test("closing mounted handlers ends connections of rejected senders that never end", async () => {
  const clock = manualClock();
  const { server } = makeServer({ clock });
  const port = await serve(server.nodeHandler());
  const client = await rawClient(port);
  client.write(request({ headers: ["Content-Length: 100000000"] }));
  expect((await client.answer()).status).toBe(413);
  expect(clock.pending()).toBe(1);
  await server.close(1000);
  await client.closed;
  expect(clock.pending()).toBe(0);
});
