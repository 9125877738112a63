import { createHmac } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.js";
import {
  createWebhookSender,
  type DeliveryResult,
  type WebhookDelivery,
  type WebhookSender,
  type WebhookSenderOptions,
} from "../../../src/dev/webhooks/sender.js";
import { manualClock } from "../../support/manual-clock.js";
import { type Receiver, receiver } from "./receiver.js";

const SECRET = "whsec_dGhlIHRleHQgaXRzZWxmIGlzIHRoZSBrZXk=";
const open: (WebhookSender | Receiver)[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((it) => it.close()));
});

async function listening(answer?: Parameters<typeof receiver>[0]): Promise<Receiver> {
  const started = await receiver(answer);
  open.push(started);
  return started;
}

function startSender(options: Partial<WebhookSenderOptions> = {}): {
  sender: WebhookSender;
  settled: DeliveryResult[];
} {
  const settled: DeliveryResult[] = [];
  const made = createWebhookSender({
    clock: systemClock,
    retry: { attempts: 6, baseMs: 0, capMs: 0 },
    onSettled: (it) => settled.push(it),
    ...options,
  });
  open.push(made);
  return { sender: made, settled };
}

const delivery = (url: string, over: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
  url,
  secret: SECRET,
  version: "V3",
  messageId: "msg_1",
  logId: "log_1",
  body: JSON.stringify({ text: "naïve ☂", n: 0 }),
  ...over,
});

/** The scheme, written from its description and not from our code. */
function isSigned(headers: Record<string, unknown>, body: string, secret = SECRET): boolean {
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const mac = createHmac("sha256", Buffer.from(secret, "utf8")).update(Buffer.from(content, "utf8"));
  return headers["webhook-signature"] === `v1,${mac.digest("base64")}`;
}

test("a delivery is a signed POST with the platform's headers and the exact body", async () => {
  const door = await listening();
  const { sender, settled } = startSender();
  sender.send(delivery(`${door.url}?tenant=1`));
  await sender.idle();
  const [got] = door.received;
  expect(got).toMatchObject({ method: "POST", path: "/webhook?tenant=1", body: delivery("").body });
  expect(got?.headers).toMatchObject({
    "content-type": "application/json",
    "webhook-id": "msg_1",
    "webhook-timestamp": expect.stringMatching(/^\d{10}$/),
    "x-composio-webhook-version": "V3",
    "x-composio-delivery-attempt": "1",
  });
  expect(isSigned(got?.headers ?? {}, got?.body ?? "")).toBe(true);
  expect(settled).toEqual([
    {
      messageId: "msg_1",
      logId: "log_1",
      url: `${door.url}?tenant=1`,
      delivered: true,
      attempts: 1,
      status: 200,
    },
  ]);
});

test("the log of attempts has what was sent, what came back and how long it took", async () => {
  const door = await listening((_request, response) => {
    response.writeHead(202, { "x-answer": "yes" });
    response.end("kept ".repeat(1000));
  });
  const { sender } = startSender();
  sender.send(delivery(door.url));
  await sender.idle();
  const [attempt] = sender.deliveries();
  expect(attempt).toMatchObject({
    messageId: "msg_1",
    logId: "log_1",
    url: door.url,
    attempt: 1,
    status: 202,
    answerHeaders: { "x-answer": "yes" },
    requestHeaders: { "webhook-id": "msg_1" },
    error: undefined,
    nextTryAt: undefined,
  });
  expect(attempt?.answerBody).toBe("kept ".repeat(1000).slice(0, 1024));
  expect(attempt?.durationMs).toBeGreaterThan(0);
  expect(JSON.stringify(attempt)).not.toContain(SECRET);
});

test("the log remembers so many attempts, newest first", async () => {
  const door = await listening();
  const { sender } = startSender({ remember: 3, concurrency: 1 });
  for (let n = 1; n <= 5; n += 1) sender.send(delivery(door.url, { messageId: `msg_${n}` }));
  await sender.idle();
  expect(sender.deliveries().map(({ messageId }) => messageId)).toEqual(["msg_5", "msg_4", "msg_3"]);
});

test.each([400, 404, 410, 500, 302])("%i is tried 6 times and then given up", async (status) => {
  const door = await listening((_request, response) => {
    response.writeHead(status, { location: "http://127.0.0.1:1/" });
    response.end();
  });
  const { sender, settled } = startSender();
  sender.send(delivery(door.url));
  await sender.idle();
  expect(door.received.map(({ headers }) => headers["x-composio-delivery-attempt"])).toEqual([
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
  ]);
  expect(settled).toMatchObject([{ delivered: false, attempts: 6, status, error: `answered ${status}` }]);
});

test("a retry has the same id and body, a fresh time and a signature of its own, after a growing pause", async () => {
  const clock = manualClock();
  const door = await listening((request, response) => {
    response.statusCode = request.headers["x-composio-delivery-attempt"] === "4" ? 200 : 500;
    response.end();
  });
  const { sender, settled } = startSender({
    clock,
    retry: { attempts: 6, baseMs: 10_000, capMs: 30_000 },
    random: () => 1,
  });
  sender.send(delivery(door.url));
  const pauses: number[] = [];
  for (let attempt = 1; attempt < 4; attempt += 1) {
    await expect.poll(() => sender.deliveries()[0]?.attempt).toBe(attempt);
    const pauseMs = (sender.deliveries()[0]?.nextTryAt ?? 0) - clock.now();
    pauses.push(pauseMs);
    clock.advance(pauseMs - 1);
    expect(door.received).toHaveLength(attempt);
    clock.advance(1);
  }
  await sender.idle();
  expect(pauses).toEqual([10_000, 20_000, 30_000]);
  expect(settled).toMatchObject([{ delivered: true, attempts: 4 }]);
  expect(new Set(door.received.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set(["msg_1"]));
  expect(door.received.every(({ headers, body }) => isSigned(headers, body))).toBe(true);
  const times = door.received.map(({ headers }) => Number(headers["webhook-timestamp"]));
  expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 10, 30, 60]);
});

test("half of a pause is at random", async () => {
  const clock = manualClock();
  const door = await listening((_request, response) => {
    response.statusCode = 500;
    response.end();
  });
  const { sender } = startSender({
    clock,
    retry: { attempts: 2, baseMs: 10_000, capMs: 30_000 },
    random: () => 0,
  });
  sender.send(delivery(door.url));
  await expect.poll(() => sender.deliveries()).toHaveLength(1);
  expect((sender.deliveries()[0]?.nextTryAt ?? 0) - clock.now()).toBe(5000);
});

test.each([
  [429, "120", 120_000],
  [503, "120", 120_000],
  [500, "120", 1000],
  [429, "soon", 1000],
  [429, "999999", 3_600_000],
])("%i with Retry-After: %s is tried again in %i ms", async (status, header, pauseMs) => {
  const clock = manualClock();
  const door = await listening((_request, response) => {
    response.writeHead(status, { "retry-after": header });
    response.end();
  });
  const { sender } = startSender({
    clock,
    retry: { attempts: 2, baseMs: 1000, capMs: 1000 },
    random: () => 1,
  });
  sender.send(delivery(door.url));
  await expect.poll(() => sender.deliveries()).toHaveLength(1);
  expect((sender.deliveries()[0]?.nextTryAt ?? 0) - clock.now()).toBe(pauseMs);
});

test("a receiver that does not answer is given up after the time limit, and tried again", async () => {
  const door = await listening((request, response) => {
    if (request.headers["x-composio-delivery-attempt"] === "2") response.end();
  });
  // Long enough for the answer to the second, on a busy machine too.
  const { sender, settled } = startSender({ timeoutMs: 500 });
  sender.send(delivery(door.url));
  await sender.idle();
  expect(sender.deliveries()[1]).toMatchObject({ status: undefined, error: "no answer within 500 ms" });
  expect(settled).toMatchObject([{ delivered: true, attempts: 2 }]);
});

test("an answer that stops half-way is a failure too", async () => {
  const door = await listening((_request, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("half");
  });
  const { sender, settled } = startSender({
    timeoutMs: 50,
    retry: { attempts: 1, baseMs: 0, capMs: 0 },
  });
  sender.send(delivery(door.url));
  await sender.idle();
  expect(settled).toMatchObject([{ delivered: false, error: "no answer within 50 ms" }]);
});

test("a connection that is reset, and nobody at the port", async () => {
  const door = await listening((_request, response) => response.destroy());
  const { sender, settled } = startSender({ retry: { attempts: 2, baseMs: 0, capMs: 0 } });
  sender.send(delivery(door.url));
  await sender.idle();
  const gone = await receiver();
  await gone.close();
  sender.send(delivery(gone.url));
  await sender.idle();
  expect(settled).toMatchObject([
    { delivered: false, attempts: 2, status: undefined },
    { delivered: false, attempts: 2, error: expect.stringContaining("ECONNREFUSED") },
  ]);
});

test.each([
  "https://example.com/hook",
  "http://169.254.169.254/latest/meta-data",
  "http://10.0.0.1/",
  "http://0.0.0.0:1/",
  "http://[::ffff:10.0.0.1]/",
  "http://localhost.example.com/",
  "http://127.0.0.1.nip.io/",
  "http://user:pass@127.0.0.1/",
  "file:///etc/passwd",
  "nonsense",
])("%s is no target unless remote hosts are allowed", async (url) => {
  const { sender, settled } = startSender();
  sender.send(delivery(url));
  await sender.idle();
  expect(settled).toMatchObject([{ delivered: false, attempts: 0, error: expect.any(String) }]);
  expect(sender.deliveries()).toEqual([]);
});

test("localhost is this machine, whatever a resolver says", async () => {
  const door = await listening();
  const { sender, settled } = startSender();
  sender.send(delivery(door.url.replace("127.0.0.1", "hooks.localhost")));
  await sender.idle();
  expect(settled).toMatchObject([{ delivered: true }]);
});

test("an id that cannot be sent as a header fails its delivery and nothing else", async () => {
  const door = await listening();
  const { sender, settled } = startSender({ retry: { attempts: 1, baseMs: 0, capMs: 0 } });
  sender.send(delivery(door.url, { messageId: "two\r\nlines" }));
  sender.send(delivery(door.url));
  await sender.idle();
  expect(settled).toMatchObject([
    { messageId: "two\r\nlines", delivered: false },
    { messageId: "msg_1", delivered: true },
  ]);
});

test("deliveries of one key arrive in order, one at a time; another key is not held up", async () => {
  let held: (() => void) | undefined;
  const door = await listening((request, response) => {
    if (request.headers["webhook-id"] === "a1") held = () => response.end();
    else response.end();
  });
  const { sender } = startSender();
  for (const id of ["a1", "a2", "a3", "b1", "b2"]) {
    sender.send(delivery(door.url, { messageId: id, orderKey: id.slice(0, 1) }));
  }
  await expect.poll(() => door.received).toHaveLength(3);
  const arrived = () => door.received.map(({ headers }) => headers["webhook-id"]);
  expect(arrived()).toEqual(["a1", "b1", "b2"]);
  held?.();
  await sender.idle();
  expect(arrived()).toEqual(["a1", "b1", "b2", "a2", "a3"]);
});

test("a delivery that must be tried again steps aside for those behind it", async () => {
  const clock = manualClock();
  const door = await listening((request, response) => {
    const { "webhook-id": id, "x-composio-delivery-attempt": attempt } = request.headers;
    response.statusCode = id === "a1" && attempt === "1" ? 500 : 200;
    response.end();
  });
  const { sender } = startSender({ clock, retry: { attempts: 2, baseMs: 1000, capMs: 1000 } });
  for (const id of ["a1", "a2"]) sender.send(delivery(door.url, { messageId: id, orderKey: "a" }));
  await expect.poll(() => sender.pending()).toBe(1);
  clock.advance(1000);
  await sender.idle();
  expect(door.received.map(({ headers }) => headers["webhook-id"])).toEqual(["a1", "a2", "a1"]);
});

test("the end of a retry lets nobody pass who stands behind another", async () => {
  const clock = manualClock();
  let held: (() => void) | undefined;
  const door = await listening((request, response) => {
    const { "webhook-id": id, "x-composio-delivery-attempt": attempt } = request.headers;
    response.statusCode = id === "a1" && attempt === "1" ? 500 : 200;
    if (id === "a2") held = () => response.end();
    else response.end();
  });
  const { sender } = startSender({ clock, retry: { attempts: 2, baseMs: 1000, capMs: 1000 } });
  for (const id of ["a1", "a2", "a3"]) sender.send(delivery(door.url, { messageId: id, orderKey: "a" }));
  await expect.poll(() => held).toBeDefined();
  clock.advance(1000);
  await expect.poll(() => sender.pending(), { message: "a1 is done" }).toBe(2);
  // Something that is sent now and arrives shows that a3 would have, too.
  sender.send(delivery(door.url, { messageId: "b1" }));
  await expect.poll(() => sender.pending()).toBe(2);
  const arrived = () => door.received.map(({ headers }) => headers["webhook-id"]);
  expect(arrived()).toEqual(["a1", "a2", "a1", "b1"]);
  held?.();
  await sender.idle();
  expect(arrived()).toEqual(["a1", "a2", "a1", "b1", "a3"]);
});

test("no more attempts are under way at one time than the concurrency, over as many kept connections", async () => {
  let now = 0;
  let most = 0;
  const door = await listening((_request, response) => {
    now += 1;
    most = Math.max(most, now);
    setTimeout(() => {
      now -= 1;
      response.end();
    }, 2);
  });
  const { sender, settled } = startSender({ concurrency: 4 });
  for (let n = 0; n < 200; n += 1) sender.send(delivery(door.url, { messageId: `msg_${n}` }));
  expect(sender.pending()).toBe(200);
  await sender.idle();
  expect(settled.filter(({ delivered }) => delivered)).toHaveLength(200);
  expect(most).toBe(4);
  expect(door.connections()).toBe(4);
});

test("a delivery beyond what may wait fails at once", async () => {
  const door = await listening();
  const { sender, settled } = startSender({ maxPending: 2 });
  for (const id of ["a", "b", "c"]) sender.send(delivery(door.url, { messageId: id }));
  await sender.idle();
  expect(settled.find(({ messageId }) => messageId === "c")).toMatchObject({ delivered: false, attempts: 0 });
  expect(door.received).toHaveLength(2);
});

test("faults: wrong signatures, old times, copies, losses", async () => {
  const door = await listening();
  const { sender, settled } = startSender({ concurrency: 1 });
  const { faults } = sender;
  const send = async (id: string) => {
    const before = door.received.length;
    sender.send(delivery(door.url, { messageId: id }));
    await sender.idle();
    return door.received.slice(before);
  };
  faults.badSignature(1);
  const [forged] = await send("forged");
  expect(forged?.headers["webhook-signature"]).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
  expect(isSigned(forged?.headers ?? {}, forged?.body ?? "")).toBe(false);
  faults.staleTimestamp(1);
  const [stale] = await send("stale");
  expect(isSigned(stale?.headers ?? {}, stale?.body ?? "")).toBe(true);
  expect(Date.now() / 1000 - Number(stale?.headers["webhook-timestamp"])).toBeGreaterThan(590);
  faults.duplicate(1);
  expect(await send("twice")).toHaveLength(2);
  faults.lose(1);
  expect(await send("lost")).toHaveLength(0);
  const [right] = await send("right");
  expect(isSigned(right?.headers ?? {}, right?.body ?? "")).toBe(true);
  expect(settled.map(({ messageId, delivered }) => [messageId, delivered])).toEqual([
    ["forged", true],
    ["stale", true],
    ["twice", true],
    ["lost", false],
    ["right", true],
  ]);
  expect(new Set(Object.values(faults.current())), "nothing is left").toEqual(new Set([0]));
});

test("faults: a delay keeps the order", async () => {
  const clock = manualClock();
  const door = await listening();
  const { sender } = startSender({ clock, concurrency: 1 });
  sender.faults.delay(1000);
  sender.send(delivery(door.url, { messageId: "a" }));
  sender.send(delivery(door.url, { messageId: "b" }));
  clock.advance(999);
  expect(sender.pending()).toBe(2);
  clock.advance(1);
  await sender.idle();
  expect(door.received.map(({ headers }) => headers["webhook-id"])).toEqual(["a", "b"]);
});

test("faults: webhooks held until all have come go out last first, and those that wait for ever can be let go", async () => {
  const door = await listening();
  const { sender } = startSender({});
  const ids = () => door.received.map(({ headers }) => headers["webhook-id"]);
  sender.faults.reorder(3);
  for (const messageId of ["a", "b"]) sender.send(delivery(door.url, { messageId, orderKey: "one" }));
  expect(sender.faults.current().reorder).toBe(1);
  expect(sender.pending()).toBe(2);
  sender.send(delivery(door.url, { messageId: "c", orderKey: "one" }));
  await sender.idle();
  expect(ids()).toEqual(["c", "b", "a"]);
  sender.faults.reorder(2);
  sender.send(delivery(door.url, { messageId: "alone" }));
  expect(sender.pending()).toBe(1);
  sender.faults.reset();
  sender.send(delivery(door.url, { messageId: "after", orderKey: "two" }));
  await sender.idle();
  expect(ids().slice(3).sort()).toEqual(["after", "alone"]);
});

test("faults: an answer that is lost on its way back is a 500, and the webhook is sent again under its id", async () => {
  const door = await listening();
  const { sender, settled } = startSender({ retry: { attempts: 3, baseMs: 1, capMs: 1 } });
  sender.faults.failAnswer(1);
  sender.send(delivery(door.url, { messageId: "again" }));
  await sender.idle();
  expect(door.received.map(({ headers }) => headers["webhook-id"])).toEqual(["again", "again"]);
  expect(sender.deliveries().map(({ status, error }) => [status, error])).toEqual([
    [200, undefined],
    [500, "answered 500, on purpose"],
  ]);
  expect(settled).toMatchObject([{ delivered: true, attempts: 2 }]);
});

test("of a long body the log has the beginning", async () => {
  const door = await listening();
  const { sender } = startSender({});
  const body = JSON.stringify({ text: "ä".repeat(10_000) });
  sender.send(delivery(door.url, { body }));
  await sender.idle();
  expect(sender.deliveries()[0]?.requestBody).toBe(body.slice(0, 4_096));
});

test("close gives up what is under way and what waits, and takes nothing new", async () => {
  const clock = manualClock();
  const door = await listening((request, response) => {
    if (request.headers["webhook-id"] === "fails") {
      response.statusCode = 500;
      response.end();
    }
  });
  const { sender, settled } = startSender({ clock });
  sender.send(delivery(door.url, { messageId: "fails" }));
  sender.send(delivery(door.url, { messageId: "hangs" }));
  await expect.poll(() => sender.deliveries()).toHaveLength(1);
  await expect.poll(() => door.received).toHaveLength(2);
  const idle = sender.idle();
  await sender.close();
  await idle;
  sender.send(delivery(door.url));
  expect(sender.pending()).toBe(0);
  expect(settled).toEqual([]);
  await expect.poll(() => clock.pending(), { message: "no timer is left" }).toBe(0);
});
