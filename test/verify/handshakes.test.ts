import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { expect, test, vi } from "vitest";
import { RejectedError } from "../../src/base/errors.js";
import type { WebhookResponse } from "../../src/model/source.js";
import {
  asana,
  discord,
  github,
  intercom,
  meta,
  microsoftGraph,
  notion,
  type Source,
  slack,
  zoom,
} from "../../src/verify/index.js";
import { whatsappPackage } from "./support/packages.js";
import { asDelivery, type TestRequest, withHeader } from "./support/request.js";
import { testSecret as secret, sender, senders } from "./support/senders.js";
import { codeOf, verdict } from "./support/verdict.js";

const now = 1_750_000_000_000;
const time = String(now / 1000);
const text = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };

/** What a source answers to a set-up request; the code where it refuses. */
function answerOf(source: Source, request: TestRequest): WebhookResponse | string | undefined {
  try {
    const answer = source.handshake?.(asDelivery(request), now);
    if (answer instanceof Promise) throw new Error("The answer is there at once.");
    return answer;
  } catch (thrown) {
    if (thrown instanceof RejectedError) return `${thrown.code} ${thrown.status}`;
    throw thrown;
  }
}

function slackRequest(body: string): TestRequest {
  const signature = createHmac("sha256", secret).update(`v0:${time}:${body}`).digest("hex");
  return { headers: { "x-slack-signature": `v0=${signature}`, "x-slack-request-timestamp": time }, body };
}

function zoomRequest(body: string): TestRequest {
  const signature = createHmac("sha256", secret).update(`v0:${time}:${body}`).digest("hex");
  return { headers: { "x-zm-signature": `v0=${signature}`, "x-zm-request-timestamp": time }, body };
}

test("slack: the challenge goes back as text, once its signature is verified", () => {
  const source = slack({ secrets: secret });
  const request = slackRequest('{"token":"t","challenge":"3eZbrw1aB<script>","type":"url_verification"}');
  expect(answerOf(source, request)).toEqual({ status: 200, headers: text, body: "3eZbrw1aB<script>" });
  expect(answerOf(source, withHeader(request, "x-slack-signature", `v0=${"0".repeat(64)}`))).toBe(
    "ERR_SIGNATURE_WRONG 401",
  );
  expect(answerOf(source, withHeader(request, "x-slack-signature", undefined))).toBe(
    "ERR_SIGNATURE_MISSING 401",
  );
});

test("slack: an event is no challenge, whatever stands in it", () => {
  const source = slack({ secrets: secret });
  for (const body of [
    '{"type":"event_callback","event":{"type":"message","text":"url_verification"}}',
    '{"type":"url_verification"}',
    '{"type":"url_verification","challenge":7}',
    `{"type":"url_verification","challenge":"${"x".repeat(1025)}"}`,
    `{"type":"url_verification","challenge":"x","padding":"${"x".repeat(5000)}"}`,
    '["url_verification"]',
    '"url_verification"',
    "url_verification",
    "null",
    "",
  ]) {
    expect(answerOf(source, slackRequest(body)), body.slice(0, 80)).toBeUndefined();
  }
});

// https://github.com/slackhq/slack-api-docs/blob/master/index_slash_commands.md#ssl
test("slack: the check of a slash command's certificate gets 200, and is no event", () => {
  const source = slack({ secrets: secret });
  const get = (url: string) => ({ method: "GET", url, headers: {}, body: "" });
  expect(answerOf(source, get("/hook?ssl_check=1&token=t"))).toEqual({ status: 200 });
  expect(answerOf(source, get("/hook"))).toBeUndefined();
  expect(answerOf(source, slackRequest("ssl_check=1&token=t"))).toEqual({ status: 200 });
  const forged = withHeader(slackRequest("ssl_check=1"), "x-slack-signature", `v0=${"0".repeat(64)}`);
  expect(answerOf(source, forged)).toBe("ERR_SIGNATURE_WRONG 401");
  for (const body of ["command=%2Fdeploy&text=ssl_check%3D1", "ssl_check=1&command=%2Fdeploy"])
    expect(answerOf(source, slackRequest(body)), body).toBeUndefined();
});

const discordKeys = generateKeyPairSync("ed25519");
const publicKeys = discordKeys.publicKey
  .export({ format: "der", type: "spki" })
  .subarray(-32)
  .toString("hex");

function discordRequest(body: string): TestRequest {
  const signature = sign(null, Buffer.from(time + body), discordKeys.privateKey).toString("hex");
  return { headers: { "x-signature-ed25519": signature, "x-signature-timestamp": time }, body };
}

test("discord: both kinds of ping are answered, each in its way, and only with a right signature", () => {
  const source = discord({ publicKeys });
  const interaction = discordRequest('{"application_id":"1","id":"2","token":"t","type":1,"version":1}');
  const webhook = discordRequest('{"version":1,"application_id":"1","type":0}');
  expect(answerOf(source, interaction)).toEqual({
    status: 200,
    headers: { "content-type": "application/json" },
    body: '{"type":1}',
  });
  expect(answerOf(source, webhook)).toEqual({ status: 204 });
  for (const request of [interaction, webhook]) {
    expect(answerOf(source, withHeader(request, "x-signature-ed25519", "0".repeat(128)))).toBe(
      "ERR_SIGNATURE_WRONG 401",
    );
  }
});

test("discord: an event, which is type 1 too, and a command are no pings", () => {
  const source = discord({ publicKeys });
  for (const body of [
    '{"version":1,"application_id":"1","type":1,"event":{"type":"APPLICATION_AUTHORIZED","data":{}}}',
    '{"id":"2","type":2,"data":{"name":"ping"}}',
    '{"type":"1"}',
  ]) {
    expect(answerOf(source, discordRequest(body))).toBeUndefined();
  }
});

test("zoom: the token goes back with its HMAC, once its signature is verified, by the key that matched", () => {
  const request = zoomRequest(
    '{"event":"endpoint.url_validation","event_ts":1654503849680,"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}',
  );
  const encryptedToken = createHmac("sha256", secret).update("qgg8vlvZRS6UYooatFL8Aw").digest("hex");
  const expected = {
    status: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ plainToken: "qgg8vlvZRS6UYooatFL8Aw", encryptedToken }),
  };
  expect(answerOf(zoom({ secrets: secret }), request)).toEqual(expected);
  expect(answerOf(zoom({ secrets: ["another secret, of a rotation", secret] }), request)).toEqual(expected);
  const forged = withHeader(request, "x-zm-signature", `v0=${"0".repeat(64)}`);
  expect(answerOf(zoom({ secrets: secret }), forged)).toBe("ERR_SIGNATURE_WRONG 401");
});

test("zoom: nothing that could be a delivery's content is ever signed for the asking", () => {
  const source = zoom({ secrets: secret });
  for (const plainToken of [`v0:${time}:{}`, "a:b", "", "x".repeat(129), "a b", "{}", 7, null]) {
    const body = JSON.stringify({ event: "endpoint.url_validation", payload: { plainToken } });
    expect(answerOf(source, zoomRequest(body)), String(plainToken)).toBeUndefined();
  }
});

test("github: a ping is an event, and goes the way of every other", async () => {
  const source = github({ secrets: secret });
  expect(source.handshake).toBeUndefined();
  const request = withHeader(await sender("github").send("text", now), "x-github-event", "ping");
  expect(verdict(source, request, now)).toMatchObject({ accepted: { eventName: "ping" } });
});

test("intercom: the probe is answered, and no POST with it", () => {
  const source = intercom({ secrets: secret });
  expect(answerOf(source, { method: "HEAD", headers: {}, body: "" })).toEqual({ status: 200 });
  expect(answerOf(source, { headers: {}, body: "" })).toBeUndefined();
});

test("notion: the token is handed to onToken, answered without it, and opens nothing", () => {
  const tokens: string[] = [];
  const source = notion({ onToken: (token) => tokens.push(token) });
  const token = "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl";
  const request = { headers: {}, body: JSON.stringify({ verification_token: token }) };
  expect(answerOf(source, request)).toEqual({ status: 200 });
  expect(tokens).toEqual([token]);
  // Its sender cannot sign with it: it was not taken as a secret.
  const body = '{"id":"1","type":"page.created"}';
  const signature = `sha256=${createHmac("sha256", token).update(body).digest("hex")}`;
  const event = { headers: { "x-notion-signature": signature }, body };
  expect(codeOf(verdict(source, event, now))).toBe("ERR_SIGNATURE_WRONG");
  expect(codeOf(verdict(notion({ secrets: token }), event, now))).toBe("accepted");
});

test("notion: once it is set up, a token from anybody is a delivery without a signature", () => {
  const source = notion({ secrets: secret });
  const request = { headers: {}, body: '{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZ"}' };
  expect(source.handshake).toBeUndefined();
  expect(codeOf(verdict(source, request, now))).toBe("ERR_SIGNATURE_MISSING");
});

test("notion: what is not the set-up request alone is none", () => {
  const source = notion({ secrets: secret, onToken: () => expect.fail("not a token") });
  for (const body of [
    '{"verification_token":"short"}',
    '{"verification_token":"with a space in the middle of it"}',
    `{"verification_token":"${"x".repeat(257)}"}`,
    '{"verification_token":7}',
    '{"id":"1","verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZ"}',
  ]) {
    expect(answerOf(source, { headers: {}, body })).toBeUndefined();
  }
});

test("asana: the secret goes to onSecret and back in its header, and opens nothing", () => {
  const secrets: string[] = [];
  const source = asana({ onSecret: (one) => secrets.push(one) });
  const hookSecret = "b537207f20cbfa02357cf448134da559";
  const request = { headers: { "x-hook-secret": hookSecret }, body: "{}" };
  expect(answerOf(source, request)).toEqual({ status: 200, headers: { "x-hook-secret": hookSecret } });
  expect(secrets).toEqual([hookSecret]);
  const signature = createHmac("sha256", hookSecret).update('{"events":[]}').digest("hex");
  const event = { headers: { "x-hook-signature": signature }, body: '{"events":[]}' };
  expect(codeOf(verdict(source, event, now))).toBe("ERR_SIGNATURE_WRONG");
  expect(codeOf(verdict(asana({ secrets: hookSecret }), event, now))).toBe("accepted");
});

test("asana: no header of another form is echoed, and none once it is set up", () => {
  const source = asana({ onSecret: () => expect.fail("not a secret") });
  for (const value of [
    "short",
    "x".repeat(257),
    "with a space in it, and long",
    "line\r\nset-cookie: a=b; and on",
    "é".repeat(20),
  ]) {
    expect(answerOf(source, { headers: { "x-hook-secret": value }, body: "{}" }), value).toBeUndefined();
  }
  expect(
    answerOf(source, { headers: { "x-hook-secret": ["b537207f20cbfa02", "b537207f20cbfa03"] }, body: "{}" }),
  ).toBe("ERR_HEADER_REPEATED 400");
  expect(asana({ secrets: secret }).handshake).toBeUndefined();
});

test("a secret that could not be kept is not confirmed", async () => {
  const source = asana({ onSecret: () => Promise.reject(new Error("the vault is closed")) });
  const request = asDelivery({
    headers: { "x-hook-secret": "b537207f20cbfa02357cf448134da559" },
    body: "{}",
  });
  await expect(source.handshake?.(request, now)).rejects.toThrow("the vault is closed");
});

test("meta: the challenge goes back as text for the right token, as whatsapp-api-js answers it", () => {
  const source = meta({ secrets: secret, verifyToken: "typed-into-the-form" });
  const query = {
    "hub.mode": "subscribe",
    "hub.verify_token": "typed-into-the-form",
    "hub.challenge": "1158201444",
  };
  const request = { method: "GET", url: `/hook?${new URLSearchParams(query)}`, headers: {}, body: "" };
  expect(answerOf(source, request)).toEqual({ status: 200, headers: text, body: "1158201444" });
  expect(whatsappPackage().get(query)).toBe("1158201444");
  for (const [name, value, answer] of [
    ["hub.verify_token", "typed-into-the-forms", "ERR_SIGNATURE_WRONG 401"],
    ["hub.verify_token", "", "ERR_SIGNATURE_WRONG 401"],
    ["hub.mode", "unsubscribe", undefined],
    ["hub.challenge", "<script>alert(1)</script> ", undefined],
    ["hub.challenge", "x".repeat(257), undefined],
    ["hub.challenge", "", undefined],
  ] as const) {
    const changed = { ...request, url: `/hook?${new URLSearchParams({ ...query, [name]: value })}` };
    expect(answerOf(source, changed), `${name}=${value}`).toEqual(answer);
  }
  expect(answerOf(source, { ...request, method: "POST" })).toBeUndefined();
  expect(meta({ secrets: secret }).handshake).toBeUndefined();
  expect(() => meta({ secrets: secret, verifyToken: undefined })).toThrow(/verifyToken/);
  expect(() => meta({ secrets: secret, verifyToken: "" })).toThrow(/verifyToken/);
});

test("microsoft graph: the validation token goes back decoded, as text", () => {
  const source = microsoftGraph({ secrets: secret });
  const token = "Validation: Testing client application reachability for subscription Request-Id: 522a8e7d";
  const ask = (value: string, more: Partial<TestRequest> = {}) =>
    answerOf(source, {
      url: `/hook?validationToken=${encodeURIComponent(value)}`,
      headers: {},
      body: "",
      ...more,
    });
  expect(ask(token)).toEqual({ status: 200, headers: text, body: token });
  expect(ask("x".repeat(1025))).toBeUndefined();
  expect(ask("")).toBeUndefined();
  expect(ask("line\nbreak")).toBeUndefined();
  expect(ask(token, { body: "{}" })).toBeUndefined();
  expect(ask(token, { method: "GET" })).toBeUndefined();
  expect(answerOf(source, { url: "/hook", headers: {}, body: "" })).toBeUndefined();
});

test.each(senders.map((one) => one.name))("%s: an event is never taken for a handshake", async (name) => {
  const one = sender(name);
  const request = await one.send("url_verification endpoint.url_validation verification_token type", now);
  expect(answerOf(one.make(), request)).toBeUndefined();
});

test("where unsigned was asked for, a challenge is answered unsigned, and zoom's is not", () => {
  const challenge = { headers: {}, body: '{"type":"url_verification","challenge":"abc"}' };
  expect(answerOf(slack({ unsigned: true }), challenge)).toMatchObject({ status: 200, body: "abc" });
  const validation = {
    headers: {},
    body: '{"event":"endpoint.url_validation","payload":{"plainToken":"abc"}}',
  };
  expect(answerOf(zoom({ unsigned: true }), validation)).toBeUndefined();
});

const setUps: ReadonlyArray<
  [
    string,
    string,
    (handed: (secret: string) => unknown, secrets?: string) => Source,
    (one: string) => TestRequest,
  ]
> = [
  [
    "asana",
    "onSecret",
    (onSecret, secrets) => asana(secrets === undefined ? { onSecret } : { onSecret, secrets }),
    (one) => ({ headers: { "x-hook-secret": one }, body: "{}" }),
  ],
  [
    "notion",
    "onToken",
    (onToken, secrets) => notion(secrets === undefined ? { onToken } : { onToken, secrets }),
    (one) => ({ headers: {}, body: JSON.stringify({ verification_token: one }) }),
  ],
];
const [first, second] = ["b537207f20cbfa02357cf448134da559", "ffffffffffffffffffffffffffffffff"] as const;

test.each(setUps)(
  "%s: %s is given the first secret only; the same again is answered, another is not",
  (_name, _option, make, ask) => {
    const handed: string[] = [];
    const source = make((one) => handed.push(one));
    expect(answerOf(source, ask(first))).toMatchObject({ status: 200 });
    expect(answerOf(source, ask(first))).toMatchObject({ status: 200 });
    for (const stranger of [second, `${first}0`, first.toUpperCase()]) {
      expect(answerOf(source, ask(stranger))).toBe("ERR_SIGNATURE_MISSING 401");
    }
    expect(handed).toEqual([first]);
    // Another route has a first of its own.
    expect(
      answerOf(
        make((one) => handed.push(one)),
        ask(second),
      ),
    ).toMatchObject({ status: 200 });
    expect(handed).toEqual([first, second]);
  },
);

test.each(setUps)(
  "%s: while %s stores the first secret, a second one waits for nothing and is rejected",
  async (_name, _option, make, ask) => {
    const handed: string[] = [];
    let store: (stored?: unknown) => void = () => {};
    const source = make((one) => {
      handed.push(one);
      return new Promise((resolve) => {
        store = resolve;
      });
    });
    const pending = source.handshake?.(asDelivery(ask(first)), now);
    const again = source.handshake?.(asDelivery(ask(first)), now);
    expect(answerOf(source, ask(second))).toBe("ERR_SIGNATURE_MISSING 401");
    store();
    expect(await pending).toMatchObject({ status: 200 });
    expect(await again).toMatchObject({ status: 200 });
    expect(handed).toEqual([first]);
  },
);

test.each(setUps)("%s: where %s fails, the next secret is the first", async (_name, _option, make, ask) => {
  const handed: string[] = [];
  const source = make((one) => {
    handed.push(one);
    if (handed.length === 1) throw new Error("the vault is closed");
    return handed.length === 2 ? Promise.reject(new Error("the vault is closed")) : undefined;
  });
  expect(() => answerOf(source, ask(second))).toThrow("the vault is closed");
  await expect(source.handshake?.(asDelivery(ask(second)), now)).rejects.toThrow("the vault is closed");
  expect(answerOf(source, ask(first))).toMatchObject({ status: 200 });
  expect(handed).toEqual([second, second, first]);
});

test.each(setUps)(
  "%s: a secret beside %s is warned of, for as long as both are set",
  async (name, option, make) => {
    const warnings: string[] = [];
    const listen = (warning: Error) => void warnings.push(warning.message);
    process.on("warning", listen);
    try {
      make(() => undefined);
      make(() => undefined, secret);
      await vi.waitFor(() => expect(warnings.filter((one) => one.includes(option))).toHaveLength(1));
      expect(warnings.find((one) => one.includes(option))).toMatch(new RegExp(`^${name}: .*remove`));
    } finally {
      process.off("warning", listen);
    }
  },
);
