import { createHmac } from "node:crypto";
import {
  type Delivery,
  discord,
  github,
  hmac,
  type ListenerEvent,
  microsoftGraph,
  type Source,
  slack,
  standardWebhooks,
  svix,
  TriggerListener,
  telegram,
  twilio,
  type WebhookOptions,
} from "earshot";
import { afterEach, expect, test } from "vitest";
import { SvixWebhook } from "../compat/signing.js";

const secret = "a secret of some length";
const running: TriggerListener[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((listener) => listener.stop({ timeoutMs: 0 })));
});

async function open(routes: NonNullable<WebhookOptions["routes"]>, webhook: WebhookOptions = {}) {
  const listener = new TriggerListener({ webhook: { port: 0, host: "127.0.0.1", routes, ...webhook } });
  running.push(listener);
  const reports: ListenerEvent[] = [];
  listener.on("*", (report) => reports.push(report));
  const heard: string[] = [];
  listener.callback({}, ({ appName, triggerName }) => void heard.push(`${appName} ${triggerName}`));
  await listener.start();
  const url = listener.health().webhook?.url ?? expect.fail();
  return { url, reports, heard };
}

const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: "POST", body, headers });

function asGithub(body: string) {
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  return { "x-hub-signature-256": `sha256=${signature}`, "x-github-event": "push" };
}

/** Whatever a hand-written `verify` or `handshake` does, and what the report has to say of it. */
const faults: ReadonlyArray<[string, () => unknown, RegExp]> = [
  [
    "throws an Error",
    () => {
      throw new Error("no such tenant");
    },
    /no such tenant/,
  ],
  ["rejects with an Error", () => Promise.reject(new Error("no such tenant")), /no such tenant/],
  [
    "throws a string",
    () => {
      throw "no";
    },
    /no/,
  ],
  [
    "throws undefined",
    () => {
      throw undefined;
    },
    /threw/,
  ],
  [
    "throws a value that cannot be read",
    () => {
      throw new Proxy(
        {},
        {
          get() {
            throw new Error("hidden");
          },
          has() {
            throw new Error("hidden");
          },
          getPrototypeOf() {
            throw new Error("hidden");
          },
        },
      );
    },
    /threw/,
  ],
  [
    "throws a rejection without a status",
    () => {
      throw Object.assign(Object.create({ [Symbol.for("earshot.RejectedError")]: true }), { message: "odd" });
    },
    /threw/,
  ],
  ["returns nothing", () => undefined, /no verified delivery/],
  ["returns null", () => null, /no verified delivery/],
  ["returns true", () => true, /no verified delivery/],
  ["resolves with nothing", async () => undefined, /no verified delivery/],
  [
    "returns a thenable that rejects",
    // biome-ignore lint/suspicious/noThenProperty: a promise of another library is no Promise
    () => ({ then: (_yes: unknown, no: (error: Error) => void) => no(new Error("later")) }),
    /later/,
  ],
  [
    "returns an object whose origin throws",
    () => ({
      get origin(): never {
        throw new Error("hidden");
      },
    }),
    /hidden/,
  ],
];

test.each(faults)(
  "a hand-written source whose verify %s rejects the request with 401 and a report",
  async (_what, verify, message) => {
    const source = { provider: "acme", verify } as unknown as Source;
    const { url, reports, heard } = await open({ "/acme": source });
    const answer = await post(`${url}/acme`, "{}");
    expect(answer.status).toBe(401);
    const report = reports.find(({ type }) => type === "delivery.rejected");
    expect(report).toMatchObject({ status: 401, path: "/acme" });
    expect((report as { error: Error }).error.message).toMatch(message);
    expect(reports.filter(({ type }) => type === "warning")).toEqual([]);
    expect(heard).toEqual([]);
  },
);

test("a hand-written source's handshake that throws or returns no response rejects the request", async () => {
  for (const handshake of [
    () => {
      throw new Error("broken");
    },
    () => Promise.reject(new Error("broken")),
    () => "yes",
    () => ({ status: 0 }),
    () => ({ status: 200, body: 7 }),
  ]) {
    const verify = () => expect.fail("not reached");
    const { url } = await open({ "/acme": { provider: "acme", verify, handshake } as unknown as Source });
    expect((await post(`${url}/acme`, "{}")).status).toBe(401);
  }
});

test("a hand-written source that uses a built-in one works as that one, be it a class or later", async () => {
  const inner = github({ secrets: secret });
  class Tenants {
    readonly provider = "acme";
    async verify(delivery: Delivery, nowMs: number) {
      return inner.verify(delivery, nowMs);
    }
  }
  const { url, heard } = await open({ "/acme": new Tenants() });
  expect((await post(`${url}/acme`, "{}", asGithub("{}"))).status).toBe(200);
  expect((await post(`${url}/acme`, "{}", { ...asGithub("{} "), "x-github-event": "push" })).status).toBe(
    401,
  );
  expect(heard).toEqual(["github push"]);
});

test("a rejection of another copy of this package is a rejection", async () => {
  // The CommonJS and the ESM build have a class each, and one mark.
  const other = Object.defineProperty(
    Object.assign(new Error("not yours"), { status: 400, code: "ERR_SIGNATURE_MALFORMED" }),
    Symbol.for("earshot.RejectedError"),
    { value: true },
  );
  const verify = () => {
    throw other;
  };
  const { url, reports } = await open({ "/acme": { provider: "acme", verify } });
  expect((await post(`${url}/acme`, "{}")).status).toBe(400);
  expect(reports).toContainEqual(expect.objectContaining({ type: "delivery.rejected", error: other }));
});

test("a source is checked when the listener is made: its name, its body limit, its acknowledgement", () => {
  const verify = () => expect.fail();
  const make = (facts: object) => () =>
    new TriggerListener({ webhook: { routes: { "/a": { provider: "acme", verify, ...facts } as Source } } });
  expect(make({})).not.toThrow();
  expect(make({ provider: "" })).toThrow(/provider/);
  expect(make({ provider: "a/b" })).toThrow(/provider/);
  expect(make({ provider: undefined })).toThrow(/provider/);
  expect(make({ maxBodyBytes: -1 })).toThrow(/maxBodyBytes/);
  expect(make({ acknowledgement: { status: 500 } })).toThrow(/acknowledgement/);
});

test("a slash at the end of a path, configured or requested, leads to the same route", async () => {
  const source = github({ secrets: secret });
  const { url, heard } = await open({ "/one": source, "/two/": github({ secrets: secret }) });
  let at = 0;
  for (const path of ["/one", "/one/", "/two", "/two/"]) {
    at += 1;
    const body = JSON.stringify({ at });
    expect((await post(url + path, body, asGithub(body))).status, path).toBe(200);
  }
  expect(heard).toHaveLength(4);
  expect((await post(`${url}/one//`, "{}")).status).toBe(404);
  expect(() => new TriggerListener({ webhook: { routes: { "/one": source, "/one/": source } } })).toThrow(
    /Two routes/,
  );
});

test("GitHub's largest body, 25 MB, is taken without an option; one's own limit goes first", async () => {
  const body = JSON.stringify({ text: "x".repeat(25_000_000 - 20) });
  const headers = asGithub(body);
  const taken = await open({
    "/github": github({ secrets: secret }),
    "/acme": hmac({ secrets: secret, header: "x-hub-signature-256", prefix: "sha256=" }),
  });
  expect((await post(`${taken.url}/github`, body, headers)).status).toBe(200);
  expect((await post(`${taken.url}/acme`, body, headers)).status).toBe(413);
  const small = await open({ "/github": { source: github({ secrets: secret }), maxBodyBytes: 1000 } });
  expect((await post(`${small.url}/github`, body, headers)).status).toBe(413);
  const all = await open({ "/github": github({ secrets: secret }) }, { maxBodyBytes: 1000 });
  expect((await post(`${all.url}/github`, body, headers)).status).toBe(413);
});

test("two senders through Svix on one {provider} path are told apart by their names", async () => {
  const [clerk, resend] = [
    `whsec_${Buffer.alloc(24, 1).toString("base64")}`,
    `whsec_${Buffer.alloc(24, 2).toString("base64")}`,
  ];
  const { url, heard } = await open({
    "/webhooks/{provider}": [
      svix({ secrets: clerk, provider: "clerk" }),
      svix({ secrets: resend, provider: "resend" }),
      standardWebhooks({ secrets: clerk, provider: "acme" }),
    ],
  });
  const send = (name: string, key: string, body: string) => {
    const signature = new SvixWebhook(key).sign("msg_1", new Date(), body);
    const headers = {
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
      "webhook-signature": signature,
    };
    return post(`${url}/webhooks/${name}`, body, headers);
  };
  expect((await send("clerk", clerk, '{"type":"user.created"}')).status).toBe(200);
  expect((await send("resend", resend, '{"type":"email.sent"}')).status).toBe(200);
  expect((await send("acme", clerk, '{"type":"order"}')).status).toBe(200);
  expect((await send("resend", clerk, "{}")).status).toBe(401);
  expect(heard).toEqual(["clerk user.created", "resend email.sent", "acme order"]);
  expect(
    () =>
      new TriggerListener({
        webhook: { routes: { "/{provider}": [svix({ secrets: clerk }), svix({ secrets: resend })] } },
      }),
  ).toThrow(/Two routes/);
});

test("each source says how its sender wants a stored delivery acknowledged, where that is not 200 with JSON", () => {
  const secrets = secret;
  const publicUrl = "https://hooks.example.com/hook";
  expect(slack({ secrets }).acknowledgement).toEqual({ status: 200 });
  expect(telegram({ secrets }).acknowledgement).toEqual({ status: 200 });
  expect(discord({ publicKeys: "00".repeat(32) }).acknowledgement).toEqual({ status: 204 });
  expect(microsoftGraph({ secrets }).acknowledgement).toEqual({ status: 202 });
  expect(twilio({ secrets, publicUrl }).acknowledgement).toEqual({
    status: 200,
    headers: { "content-type": "text/xml" },
    body: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
  });
  expect(github({ secrets }).acknowledgement).toBeUndefined();
});
