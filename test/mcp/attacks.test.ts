import { memoryInbox } from "earshot";
import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { AddressCheck } from "../../src/mcp/delivery/address.js";
import { endpointUrl } from "../../src/mcp/delivery/endpoint-url.js";
import { secretKey, signedHeaders } from "../../src/mcp/delivery/signing.js";
import { EndpointSender } from "../../src/mcp/delivery/webhook-sender.js";
import { delivery, endpoint, hostOn, platformWithStars, STAR, secret, serve } from "./support.js";

const special = [
  ..."0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254".split(
    " ",
  ),
  ..."172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1".split(" "),
  ..."198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1".split(" "),
  ..."255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1".split(" "),
  ..."64:ff9b:1::1 100::1 100:0:0:1::1 2001::1 2001:10::1 2001:20::1 2001:2::1 2001:db8::1".split(" "),
  ..."2002:7f00:1::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1".split(" "),
];

test("no special range of IPv4 or IPv6 counts as public, however it embeds another; others do", () => {
  const check = new AddressCheck();
  expect(special.filter((address) => check.isPublic(address))).toEqual([]);
  const ordinary = "1.1.1.1 8.8.8.8 100.128.0.1 172.32.0.1 192.0.1.1 198.20.0.1 223.255.255.255".split(" ");
  const newer = "2606:4700::1111 2a00:1450::1 2001:4860:4860::8888 2003::1".split(" ");
  expect([...ordinary, ...newer].filter((address) => !check.isPublic(address))).toEqual([]);
  expect(["", "localhost", "1.1.1", "0x7f.1"].some((text) => check.isPublic(text))).toBe(false);
});

test("a URL other than plain https is rejected; its query stays byte for byte", () => {
  const wrong = [
    "http://example.com/",
    "https://user:password@example.com/",
    "https://example.com/#fragment",
    "https://example.com/a b",
    "https://example.com\\@10.0.0.1/",
    "https://exämple.com/",
    "ftp://example.com/",
    "//example.com/",
    "javascript:alert(1)",
    "https://",
    `https://example.com/${"a".repeat(3000)}`,
    5,
    undefined,
  ];
  for (const url of wrong) expect(() => endpointUrl(url, true), String(url)).toThrow(/delivery\.url/);
  expect(() => endpointUrl("http://127.0.0.1/", false)).toThrow(/https/);
  expect(() => endpointUrl("http://localhost/", true), "a name may resolve to anything").toThrow(/https/);
  const { target, hostname } = endpointUrl("https://example.com?b=%7e&a=1&a=+", false);
  expect([hostname, target]).toEqual(["example.com", "/?b=%7e&a=1&a=+"]);
  expect(endpointUrl("https://2130706433/", false).hostname).toBe("127.0.0.1");
  expect(endpointUrl("https://0x7f.1/", false).hostname).toBe("127.0.0.1");
});

test("a secret of the wrong length or form is rejected, and the signature is the standard's", () => {
  const of = (bytes: number) => `whsec_${Buffer.alloc(bytes, 3).toString("base64")}`;
  for (const bytes of [24, 32, 64]) expect(secretKey(of(bytes))).toHaveLength(bytes);
  const wrong = [
    of(0),
    of(23),
    of(65),
    of(32).slice(6),
    "whsec_",
    `whsec_${"a".repeat(33)}!`,
    `${of(32)}\n`,
    5,
  ];
  for (const one of wrong) expect(() => secretKey(one), String(one)).toThrow(/delivery\.secret/);
  const known = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  const body =
    '{"eventId":"evt_1","name":"github.star_added","timestamp":"2026-09-21T14:13:20Z","data":{"starred_by":"ada"},"cursor":"7"}';
  expect(signedHeaders("evt_1", 1_790_000_000, body, [known])["webhook-signature"]).toBe(
    "v1,9WjBiTA6DiU67cFy1gdHIcaJxA8zna5xCZ26oJiP0sk=",
  );
});

const message = (url: string) => ({
  endpoint: { ...endpointUrl(url, true), isLoopback: false },
  subscriptionId: "sub_1",
  messageId: "msg_1",
  body: "{}",
  secrets: [secret],
});

test("a private address gets no request: as a literal, by its name, or beside a public one", async () => {
  let requests = 0;
  const { url } = await serve((_req, res) => {
    requests += 1;
    res.end();
  });
  const resolutions: Record<string, string[]> = {
    "private.example": ["127.0.0.1"],
    "both.example": ["8.8.8.8", "127.0.0.1"],
    "none.example": [],
  };
  const sender = new EndpointSender({
    clock: systemClock,
    timeoutMs: 2000,
    resolve: async (name) => (resolutions[name] ?? []).map((address) => ({ address, family: 4 })),
  });
  const { port } = new URL(url);
  const hosts = ["127.0.0.1", "private.example", "both.example", "none.example", "2130706433"];
  for (const host of hosts) {
    expect(await sender.send(message(`https://${host}:${port}/`)), host).toEqual({
      error: "connection_refused",
    });
  }
  expect(requests).toBe(0);
});

test("a name that changes between the check and the connection has no effect: it is resolved once", async () => {
  const hosts: (string | undefined)[] = [];
  const { url } = await serve((req, res) => {
    hosts.push(req.headers.host);
    res.end();
  });
  const { port } = new URL(url);
  const asked: string[] = [];
  const sender = new EndpointSender({
    clock: systemClock,
    timeoutMs: 5000,
    resolve: async (name) => {
      asked.push(name);
      return [{ address: "127.0.0.1", family: 4 }];
    },
  });
  const target = {
    ...message(`https://rebinding.example:${port}/`),
    endpoint: {
      ...endpointUrl(`https://rebinding.example:${port}/`, true),
      origin: `http://rebinding.example:${port}`,
    },
  };
  // The check is off here, so that the request arrives: the connection goes where the only lookup said.
  const allowed = { ...target, endpoint: { ...target.endpoint, isLoopback: true } };
  expect(await sender.send(allowed)).toMatchObject({ status: 200 });
  expect(hosts).toEqual([`rebinding.example:${port}`]);
  expect(asked).toEqual(["rebinding.example"]);
  // With the check, that same answer is refused, in each attempt anew.
  expect(await sender.send(target)).toEqual({ error: "connection_refused" });
  expect(asked).toHaveLength(2);
  expect(hosts).toHaveLength(1);
});

test("a redirect is not followed, and an endpoint that is slow or endless is cut off", async () => {
  const followed: string[] = [];
  const { url: inner } = await serve((req, res) => {
    followed.push(String(req.url));
    res.end();
  });
  const { url } = await serve((req, res) => {
    if (req.url === "/redirect") res.writeHead(307, { location: `${inner}/secret` }).end();
    else if (req.url === "/endless") {
      res.writeHead(200);
      const timer = setInterval(() => res.write("x".repeat(100_000)), 1);
      res.on("close", () => clearInterval(timer));
    }
  });
  const sender = new EndpointSender({ clock: systemClock, timeoutMs: 20_000 });
  const hasty = new EndpointSender({ clock: systemClock, timeoutMs: 300 });
  const to = (path: string) => ({ ...message(url + path), endpoint: endpointUrl(url + path, true) });
  expect(await sender.send(to("/redirect"))).toMatchObject({ status: 307, error: "http_4xx" });
  expect(followed).toEqual([]);
  expect(await hasty.send(to("/silent"))).toEqual({ error: "timeout" });
  const overTls = { ...to("/"), endpoint: endpointUrl(url.replace("http:", "https:"), true) };
  expect(await sender.send(overTls)).toEqual({ error: "tls_error" });
  const { body } = await sender.send({ ...to("/endless"), readsBody: true });
  expect(body?.length).toBeLessThan(300_000);
});

test("what a host may not ask for has its error, and nothing is stored", async () => {
  const { toolset } = await platformWithStars();
  const { call, listener } = await hostOn(toolset, memoryInbox());
  const good = await endpoint();
  const bad = await endpoint();
  bad.world.verifies = false;
  const ask = (own: object, options = {}) =>
    call("events/subscribe", { name: STAR, arguments: {}, delivery: delivery(good.url), ...own }, options);
  const down = await endpoint();
  await down.close();
  let followed = 0;
  const inner = await serve((_req, res) => {
    followed += 1;
    res.end();
  });
  const moved = await serve((_req, res) => void res.writeHead(307, { location: inner.url }).end());
  const cases: [string, object, number, unknown?][] = [
    ["a forged challenge", { delivery: delivery(bad.url) }, -32015, { reason: "challenge_failed" }],
    ["a redirect", { delivery: delivery(`${moved.url}/hook`) }, -32015, { reason: "http_4xx" }],
    ["an endpoint that is down", { delivery: delivery(down.url) }, -32015, { reason: "connection_refused" }],
    [
      "a private address",
      { delivery: delivery("https://10.0.0.1/") },
      -32015,
      { reason: "connection_refused" },
    ],
    ["the metadata service", { delivery: delivery("https://169.254.169.254/latest") }, -32015],
    ["plain http", { delivery: delivery("http://example.com/") }, -32602],
    ["a short secret", { delivery: delivery(good.url, { secret: "whsec_AAAA" }) }, -32602],
    ["a long secret", { delivery: delivery(good.url, { secret: `whsec_${"A".repeat(88)}` }) }, -32602],
    ["no secret", { delivery: { mode: "webhook", url: good.url } }, -32602],
    ["another mode", { delivery: delivery(good.url, { mode: "email" }) }, -32014],
    ["no delivery", { delivery: undefined }, -32602],
    ["an unknown event", { name: "nothing" }, -32011, { kind: "event" }],
    ["a name of an object", { name: "__proto__" }, -32011],
    ["unknown arguments", { arguments: { repo: "x" } }, -32602],
    ["a list of arguments", { arguments: [] }, -32602],
    ["a wrong lifetime", { ttlMs: -1 }, -32602],
    ["a lifetime that is text", { ttlMs: "1000" }, -32602],
  ];
  for (const [what, own, code, data] of cases) {
    const { error } = await ask(own);
    expect(error?.code, what).toBe(code);
    if (data !== undefined) expect(error?.data, what).toEqual(data);
  }
  expect(followed).toBe(0);
  const open = await hostOn(toolset, memoryInbox(), { authenticate: undefined });
  const params = { name: STAR, arguments: {}, delivery: delivery(good.url) };
  const { error } = await open.call("events/subscribe", params, { token: "" });
  expect(error?.code).toBe(-32012);
  expect(await listener.inbox.listMetadata("mcp:subscription:")).toEqual([]);
  expect((await ask({})).error).toBeUndefined();
});

test("a principal has no more subscriptions than it may", async () => {
  const { toolset } = await platformWithStars();
  const { call } = await hostOn(toolset, memoryInbox(), { maxSubscriptions: 1 });
  const { url } = await endpoint();
  const subscribe = (more: string) =>
    call("events/subscribe", { name: STAR, arguments: {}, delivery: delivery(url + more) });
  expect((await subscribe("")).error).toBeUndefined();
  expect((await subscribe("&c=1")).error).toMatchObject({
    code: -32013,
    data: { limit: "subscriptions", max: 1 },
  });
  expect((await subscribe("")).error, "a refresh is no further one").toBeUndefined();
});
