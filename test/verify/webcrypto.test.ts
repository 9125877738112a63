import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { build } from "vite";
import { expect, test } from "vitest";
import { composio, type Source } from "../../src/verify/index.js";
import { runs } from "../support/runs.js";
import { headerOf, type TestRequest, withHeader } from "./support/request.js";
import { type Sender, sender, senders, testSecret } from "./support/senders.js";
import { verdict, verdictLater } from "./support/verdict.js";

const now = 1_750_000_000_000;

/** What is made while Node's crypto module cannot be had, as in a runtime without it. */
function withoutNodeCrypto<Made>(make: () => Made): Made {
  const { getBuiltinModule } = process;
  Object.assign(process, { getBuiltinModule: () => undefined });
  try {
    return make();
  } finally {
    Object.assign(process, { getBuiltinModule });
  }
}

/** Any change of a request: one that counts, one that does not, or none. */
function changes(one: Sender) {
  const headers = [one.header, ...one.signedHeaders];
  return fc.oneof(
    fc.constant((request: TestRequest) => request),
    fc.tuple(fc.constantFrom(...headers), fc.string({ unit: "binary-ascii" })).map(
      ([name, value]) =>
        (request: TestRequest) =>
          withHeader(request, name, value),
    ),
    fc
      .tuple(fc.constantFrom(...headers), fc.nat(), fc.string({ maxLength: 2 }))
      .map(([name, place, text]) => (request: TestRequest) => {
        const value = headerOf(request, name);
        const at = place % value.length;
        return withHeader(request, name, value.slice(0, at) + text + value.slice(at + 1));
      }),
    fc.constantFrom(...headers).map((name) => (request: TestRequest) => withHeader(request, name, undefined)),
    fc.uint8Array({ maxLength: 64 }).map((body) => (request: TestRequest) => ({ ...request, body })),
    fc.tuple(fc.nat(), fc.nat({ max: 7 })).map(([place, bit]) => (request: TestRequest) => {
      const body = Buffer.from(request.body);
      const at = place % body.length;
      body[at] = (body[at] ?? 0) ^ (1 << bit);
      return { ...request, body };
    }),
  );
}

test.each(senders.map((one) => one.name))(
  "%s: WebCrypto gives the same verdict as Node's crypto",
  async (name) => {
    const one = sender(name);
    const [byNode, byWeb] = [one.make(), withoutNodeCrypto(() => one.make())];
    const request = await one.send("Grüße ☂", now);
    const times = fc.constantFrom(now, now + 4_000, now + 200_000, now - 400_000);
    await fc.assert(
      fc.asyncProperty(changes(one), times, async (change, at) => {
        const changed = change(request);
        expect(await verdictLater(byWeb, changed, at)).toEqual(verdict(byNode, changed, at));
      }),
      { numRuns: runs(300) },
    );
    expect(byWeb.verify(delivery(request), now)).toBeInstanceOf(Promise);
  },
);

function delivery(request: TestRequest) {
  const header = (name: string) => request.headers[name];
  const url = request.url ?? "/hook";
  return {
    source: "webhook" as const,
    body: Buffer.from(request.body),
    receivedAt: now,
    http: { method: "POST", path: "/hook", target: url, header, remoteAddress: undefined },
  };
}

test("with several secrets, the second verifies by WebCrypto too", async () => {
  const request = await sender("composio").send("text", now);
  const source: Source = withoutNodeCrypto(() =>
    composio({ secrets: ["another secret, unused", testSecret] }),
  );
  expect(await verdictLater(source, request, now)).toMatchObject({ accepted: { provider: "composio" } });
});

test("zoom's answer is the same by WebCrypto", async () => {
  const request = await zoomValidation();
  const one = sender("zoom");
  const byWeb = withoutNodeCrypto(() => one.make());
  const expected = one.make().handshake?.(delivery(request), now);
  expect(expected).toMatchObject({ status: 200 });
  expect(await byWeb.handshake?.(delivery(request), now)).toEqual(expected);
});

async function zoomValidation(): Promise<TestRequest> {
  const { createHmac } = await import("node:crypto");
  const body = '{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}';
  const time = String(now / 1000);
  const signature = createHmac("sha256", testSecret).update(`v0:${time}:${body}`).digest("hex");
  return { headers: { "x-zm-signature": `v0=${signature}`, "x-zm-request-timestamp": time }, body };
}

test("a bundle runs where there is nothing but WebCrypto, text coders and URLs", async () => {
  const entry = new URL("../../src/verify/index.ts", import.meta.url).pathname;
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, minify: false, lib: { entry, formats: ["iife"], name: "earshotVerify" } },
  });
  const [
    {
      output: [chunk],
    },
  ] = built as unknown as [{ output: [{ code: string }] }];
  expect(chunk.code).not.toMatch(/\brequire\(|from ["']node:|import\(["']node:/);
  const bare = {
    TextEncoder,
    TextDecoder,
    URL,
    URLSearchParams,
    crypto: globalThis.crypto,
    request: await sender("composio").send("x", now),
    now,
    secret: testSecret,
  };
  const origin = await runInNewContext(
    `${chunk.code}
    const source = earshotVerify.composio({ secrets: secret });
    const body = new TextEncoder().encode(request.body);
    earshotVerify.verifyWebhook(source, { headers: request.headers, body }, now).then((verified) => verified.origin);`,
    bare,
  );
  expect(origin).toMatchObject({
    provider: "composio",
    signed: true,
    messageId: "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
  });
});
