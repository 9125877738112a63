import { request as httpRequest } from "node:http";
import { connect, createServer } from "node:http2";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { EventRequest } from "../../../src/model/event-request.js";
import type { EndpointOptions } from "../../../src/transports/webhook/endpoints.js";
import { asana, github, gitlab, slack, telegram, token } from "../../../src/verify/index.js";
import { makeServer, openTestServer, type TestServer } from "./support.js";

const routes = new Map<string, EndpointOptions>([
  ["/hooks/{tenant}", { credentialHeaders: ["x-acme-shared"] }],
  ["/webhook", {}],
]);

type Headers = Readonly<Record<string, string | string[]>>;

/** The request of the last delivery, as an event shows it; plain, so that it can be compared. */
function last({ received }: TestServer): EventRequest {
  return JSON.parse(JSON.stringify(received.at(-1)?.delivery.request));
}

async function postOverNode(url: string, target: string, headers: Headers): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    httpRequest(new URL(target, url), { method: "POST", headers, agent: false }, (res) => {
      res.resume().on("end", resolve);
    })
      .on("error", reject)
      .end("{}");
  });
}

const facts: Headers = {
  "Content-Type": "application/json",
  "User-Agent": "Acme-Hooks/2.1",
  "X-Shopify-Shop-Domain": "acme.myshopify.com",
  "X-GitHub-Event": "push",
  "X-Goog-Channel-ID": "channel-7",
  "X-Event-Key": "repo:push",
  "Idempotency-Key": "k-1",
  "Webhook-Id": "msg_1",
  "Ce-Type": "com.acme.made",
  Tenant: "acme",
  "X-Twice": ["1", "2"],
};

const credentials: Headers = {
  Authorization: "Bearer s3cr3t",
  "Proxy-Authorization": "Basic s3cr3t",
  Cookie: "sid=s3cr3t",
  "X-Hub-Signature-256": "sha256=s3cr3t",
  "Stripe-Signature": "t=1,v1=s3cr3t",
  "X-Shopify-Hmac-Sha256": "s3cr3t",
  "X-Gitlab-Token": "s3cr3t",
  "X-Telegram-Bot-Api-Secret-Token": "s3cr3t",
  "X-Hook-Secret": "s3cr3t",
  "X-Goog-Channel-Token": "s3cr3t",
  "X-Trello-Webhook": "s3cr3t",
  "Verif-Hash": "s3cr3t",
  "X-Api-Key": "s3cr3t",
  "X-ApiKey": "s3cr3t",
  "X-Functions-Key": "s3cr3t",
  "X-Acme-Password": "s3cr3t",
  "X-Auth-Request-Email": "s3cr3t",
  "X-Forwarded-Client-Cert": "s3cr3t",
  "X-Acme-Shared": "s3cr3t",
  "X-Plain-Name": "Bearer s3cr3t",
  "X-Other-Name": "eyJhbGciOiJIUzI1NiJ9.eyJzIjoiczNjcjN0In0.s3cr3t",
};

const shown = {
  "ce-type": "com.acme.made",
  "content-type": "application/json",
  "idempotency-key": "k-1",
  tenant: "acme",
  "user-agent": "Acme-Hooks/2.1",
  "webhook-id": "msg_1",
  "x-event-key": "repo:push",
  "x-github-event": "push",
  "x-goog-channel-id": "channel-7",
  "x-shopify-shop-domain": "acme.myshopify.com",
  "x-twice": "1, 2",
};

const target =
  "/hooks/acme?shop=7&tag=a&tag=b&country_code=DE&q=a%20b&token=s3cr3t&access_token=s3cr3t&sig=s3cr3t&X-Amz-Signature=s3cr3t&key=s3cr3t&apiKey=s3cr3t&code=s3cr3t&password=s3cr3t";

test("an event's request has path, route, query and the sender's headers, and no credential, over Node", async () => {
  const receiver = await openTestServer({ routes });
  await postOverNode(receiver.url, target, { ...facts, ...credentials });
  expect(last(receiver)).toEqual({
    method: "POST",
    path: "/hooks/acme",
    route: "/hooks/{tenant}",
    query: { shop: "7", tag: "a", country_code: "DE", q: "a b" },
    headers: { ...shown, host: new URL(receiver.url).host },
  });
});

test("a Fetch request gives the same request facts as a Node request", async () => {
  const node = await openTestServer({ routes });
  await postOverNode(node.url, target, { ...facts, ...credentials });
  const fetched = makeServer({ routes });
  const headers = new Headers();
  for (const [name, values] of Object.entries({ ...facts, ...credentials })) {
    for (const value of [values].flat()) headers.append(name, value);
  }
  const request = new Request(new URL(target, node.url), { method: "POST", headers, body: "{}" });
  await fetched.server.fetchHandler()(request);
  expect(last(fetched)).toEqual(last(node));
});

test("over HTTP/2 the host is the authority, and pseudo headers are not shown", async () => {
  const receiver = makeServer({ routes });
  const server = createServer(receiver.server.nodeHandler());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  const stream = session.request({ ":method": "POST", ":path": "/hooks/acme?shop=7", "x-tenant": "7" });
  await new Promise((resolve, reject) => stream.on("close", resolve).on("error", reject).resume().end("{}"));
  expect(last(receiver)).toEqual({
    method: "POST",
    path: "/hooks/acme",
    route: "/hooks/{tenant}",
    query: { shop: "7" },
    headers: { host: `127.0.0.1:${port}`, "x-tenant": "7" },
  });
});

test("sources name the headers that carry their secret or signature", () => {
  const secrets = ["a-secret-of-some-length"];
  expect(
    [
      token({ secrets, header: "X-Acme-Shared" }),
      gitlab({ secrets }),
      telegram({ secrets }),
      asana({ secrets }),
      github({ secrets }),
      slack({ secrets }),
    ].map((source) => source.credentialHeaders),
  ).toEqual([
    ["x-acme-shared"],
    ["x-gitlab-token"],
    ["x-telegram-bot-api-secret-token"],
    ["x-hook-signature"],
    ["x-hub-signature-256"],
    ["x-slack-signature"],
  ]);
});

test("names that a sender chooses reach nothing but the record of headers", async () => {
  const receiver = makeServer({ routes });
  const headers = [
    ["__proto__", "x"],
    ["constructor", "y"],
  ] as const;
  const url = "http://127.0.0.1/webhook?__proto__=x&constructor=y";
  await receiver.server.fetchHandler()(
    new Request(url, { method: "POST", body: "{}", headers: headers.map(([a, b]) => [a, b]) }),
  );
  const request = receiver.received[0]?.delivery.request ?? expect.fail();
  for (const one of [request.headers, request.query]) {
    const inherited = Object.getPrototypeOf(one);
    expect(Reflect.ownKeys(inherited ?? {})).toEqual([]);
    expect(inherited === null || Object.getPrototypeOf(inherited) === null).toBe(true);
  }
  expect(Object.entries(request.query)).toEqual([
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
  expect(request.headers.toString).toBeUndefined();
});

test("an event's request is bounded: 64 headers or parameters, 8,192 characters, and longer values are left out", async () => {
  const receiver = makeServer({ routes });
  const handle = receiver.server.fetchHandler();
  const name = fc.stringMatching(/^x-[a-z]{1,20}$/);
  const value = fc.string({ unit: fc.constantFrom("a", "b", "eyJ", "."), maxLength: 9000 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 120 }), async (pairs) => {
      const query = new URLSearchParams(pairs).toString();
      await handle(
        new Request(`http://127.0.0.1/webhook?${query}`, { method: "POST", body: "{}", headers: pairs }),
      );
      const { headers, query: parameters } = last(receiver);
      for (const record of [headers, parameters]) {
        const entries = Object.entries(record);
        expect(entries.length).toBeLessThanOrEqual(64);
        expect(entries.flat().join("").length).toBeLessThanOrEqual(8192);
      }
    }),
    { numRuns: 60 },
  );
});

test("headers and parameters after the first 256 are not looked at: thousands cost an unsigned request little", async () => {
  const receiver = makeServer({ routes });
  const handle = receiver.server.fetchHandler();
  const after = async (before: number, name: (at: number) => string) => {
    const pairs = Array.from({ length: before }, (_none, at): [string, string] => [name(at), "1"]);
    pairs.push(["x-shop", "7"]);
    const url = `http://127.0.0.1/webhook?${new URLSearchParams(pairs)}`;
    await handle(new Request(url, { method: "POST", body: "{}", headers: pairs }));
    const { headers, query } = last(receiver);
    return { header: headers["x-shop"], parameter: query["x-shop"] };
  };
  expect(await after(200, (at) => `token-${at}`)).toEqual({ header: "7", parameter: "7" });
  expect(await after(300, (at) => `token-${at}`)).toEqual({ header: undefined, parameter: undefined });
  expect(await after(300, () => "token")).toEqual({ header: "7", parameter: undefined });
});

test("other headers, however long, do not take the place of the content type, by which a stored body is read again", async () => {
  const server = makeServer({ routes });
  const handle = server.server.fetchHandler();
  const many = Object.fromEntries(Array.from({ length: 70 }, (_none, at) => [`a-${at}`, "1"]));
  for (const others of [{ baggage: "k=".padEnd(8185, "v") }, many]) {
    const headers = { ...others, "content-type": "application/x-www-form-urlencoded" };
    await handle(new Request("http://127.0.0.1/webhook", { method: "POST", body: "a=1", headers }));
    const names = Object.keys(last(server).headers);
    expect(names).toContain("content-type");
    expect(names).toEqual([...names].sort());
  }
});
