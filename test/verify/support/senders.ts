import { createHash, createHmac, generateKeyPairSync, sign as signWith } from "node:crypto";
import {
  asana,
  calendly,
  composio,
  discord,
  github,
  gitlab,
  hmac,
  hubspot,
  intercom,
  linear,
  meta,
  microsoftGraph,
  notion,
  openai,
  paddle,
  type Source,
  shopify,
  slack,
  square,
  standardWebhooks,
  stripe,
  svix,
  telegram,
  token,
  twilio,
  typeform,
  zendesk,
  zoom,
} from "../../../src/verify/index.js";
import { octokitSign, StandardWebhook, SvixWebhook } from "../../compat/signing.js";
import { notionPackage, stripePackage } from "./packages.js";
import type { TestRequest } from "./request.js";

/**
 * One sender. Its requests are signed by the provider's own package where one signs, and otherwise here, from
 * the vendor's page alone: nothing of `src/verify` is used to sign.
 */
export interface Sender {
  readonly name: string;
  /** A source of the sender's maker, with its secret. */
  make(): Source;
  /** A signed request with `text` somewhere in its body. */
  send(text: string, nowMs: number): TestRequest | Promise<TestRequest>;
  /** The header that proves the sender. */
  readonly header: string;
  /** Other headers that are signed. */
  readonly signedHeaders: readonly string[];
  /** Whether the body is signed. */
  readonly signsBody: boolean;
  /** The hex public key, where the sender signs with a private one. */
  readonly publicKeyHex?: string;
  /** How the signature's characters are written; `undefined` where it is none. */
  readonly encoding: "hex" | "base64" | undefined;
}

const secret = "8f14e45fceea167a5a36dedd4bea2543";
const raw = Buffer.from("0123456789abcdef0123456789abcdef");
const whsec = `whsec_${raw.toString("base64")}`;
const pair = generateKeyPairSync("ed25519");
const publicKey = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
const url = "https://hooks.example.com/hook";

function mac(algorithm: "sha1" | "sha256" | "sha512", key: string | Buffer, ...parts: readonly string[]) {
  const made = createHmac(algorithm, key);
  for (const part of parts) made.update(part);
  return made;
}

const seconds = (nowMs: number) => String(Math.floor(nowMs / 1000));
const json = (text: string, more: object = {}) => JSON.stringify({ id: "evt_1", text, ...more });

function simple(
  name: string,
  make: () => Source,
  header: string,
  encoding: "hex" | "base64",
  send: Sender["send"],
  signedHeaders: readonly string[] = [],
): Sender {
  return { name, make, header, encoding, send, signedHeaders, signsBody: true };
}

function standard(
  name: string,
  make: () => Source,
  prefix: "webhook" | "svix",
  signature: (content: string, at: Date, id: string, body: string) => string,
): Sender {
  return simple(
    name,
    make,
    `${prefix}-signature`,
    "base64",
    (text, nowMs) => {
      const body = json(text);
      const id = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";
      const time = seconds(nowMs);
      return {
        headers: {
          [`${prefix}-id`]: id,
          [`${prefix}-timestamp`]: time,
          [`${prefix}-signature`]: signature(`${id}.${time}.${body}`, new Date(nowMs), id, body),
        },
        body,
      };
    },
    [`${prefix}-id`, `${prefix}-timestamp`],
  );
}

export const senders: readonly Sender[] = [
  simple(
    "asana",
    () => asana({ secrets: secret }),
    "x-hook-signature",
    "hex",
    (text) => {
      const body = JSON.stringify({ events: [{ action: "changed", text }] });
      return { headers: { "x-hook-signature": mac("sha256", secret, body).digest("hex") }, body };
    },
  ),
  simple(
    "calendly",
    () => calendly({ secrets: secret }),
    "calendly-webhook-signature",
    "hex",
    (text, nowMs) => {
      const [body, time] = [json(text), seconds(nowMs)];
      const signature = mac("sha256", secret, time, ".", body).digest("hex");
      return { headers: { "calendly-webhook-signature": `t=${time},v1=${signature}` }, body };
    },
  ),
  standard(
    "composio",
    () => composio({ secrets: secret }),
    "webhook",
    (content) => `v1,${mac("sha256", secret, content).digest("base64")}`,
  ),
  standard(
    "composio, whsec_ as text",
    () => composio({ secrets: whsec }),
    "webhook",
    (content) => `v1,${mac("sha256", whsec, content).digest("base64")}`,
  ),
  standard(
    "composio, whsec_ decoded",
    () => composio({ secrets: whsec }),
    "webhook",
    (content) => `v1,${mac("sha256", raw, content).digest("base64")}`,
  ),
  {
    ...simple(
      "discord",
      () => discord({ publicKeys: publicKey.toString("hex") }),
      "x-signature-ed25519",
      "hex",
      (text, nowMs) => {
        const body = json(text, { type: 2 });
        const time = seconds(nowMs);
        const signature = signWith(null, Buffer.from(time + body), pair.privateKey).toString("hex");
        return { headers: { "x-signature-ed25519": signature, "x-signature-timestamp": time }, body };
      },
      ["x-signature-timestamp"],
    ),
    publicKeyHex: publicKey.toString("hex"),
  },
  simple(
    "github",
    () => github({ secrets: secret }),
    "x-hub-signature-256",
    "hex",
    async (text) => {
      const body = json(text, { action: "opened" });
      return {
        headers: {
          "x-hub-signature-256": await octokitSign(secret, body),
          "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
          "x-github-event": "pull_request",
        },
        body,
      };
    },
  ),
  standard(
    "gitlab, signing token",
    () => gitlab({ signingTokens: whsec }),
    "webhook",
    (_content, at, id, body) => new StandardWebhook(whsec).sign(id, at, body),
  ),
  {
    name: "gitlab, secret token",
    make: () => gitlab({ secrets: secret }),
    header: "x-gitlab-token",
    signedHeaders: [],
    signsBody: false,
    encoding: undefined,
    send: (text) => ({
      headers: { "x-gitlab-token": secret, "x-gitlab-event": "Push Hook" },
      body: json(text),
    }),
  },
  simple(
    "hmac, sha512 over time and body",
    () =>
      hmac({
        secrets: secret,
        header: "X-Acme-Signature",
        prefix: "hmac ",
        algorithm: "sha512",
        encoding: "hex-upper",
        signed: "{time}\n{body}",
        time: { header: "X-Acme-Time", unit: "ms" },
      }),
    "x-acme-signature",
    "hex",
    (text, nowMs) => {
      const body = json(text);
      const signature = mac("sha512", secret, String(nowMs), "\n", body).digest("hex").toUpperCase();
      return { headers: { "x-acme-signature": `hmac ${signature}`, "x-acme-time": String(nowMs) }, body };
    },
    ["x-acme-time"],
  ),
  simple(
    "hubspot",
    () => hubspot({ secrets: secret, publicUrl: url }),
    "x-hubspot-signature-v3",
    "base64",
    (text, nowMs) => {
      const body = JSON.stringify([{ eventId: 1, subscriptionType: "contact.creation", text }]);
      const signature = mac("sha256", secret, "POST", `${url}?a=1`, body, String(nowMs)).digest("base64");
      return {
        url: "/hook?a=1",
        headers: { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": String(nowMs) },
        body,
      };
    },
    ["x-hubspot-request-timestamp"],
  ),
  simple(
    "intercom",
    () => intercom({ secrets: secret }),
    "x-hub-signature",
    "hex",
    (text) => {
      const body = json(text);
      return { headers: { "x-hub-signature": `sha1=${mac("sha1", secret, body).digest("hex")}` }, body };
    },
  ),
  simple(
    "linear",
    () => linear({ secrets: secret }),
    "linear-signature",
    "hex",
    (text, nowMs) => {
      const body = json(text, { webhookTimestamp: nowMs });
      return {
        headers: { "linear-signature": mac("sha256", secret, body).digest("hex"), "linear-delivery": "d-1" },
        body,
      };
    },
  ),
  simple(
    "meta",
    () => meta({ secrets: secret }),
    "x-hub-signature-256",
    "hex",
    (text) => {
      const body = json(text, { object: "page" });
      return {
        headers: { "x-hub-signature-256": `sha256=${mac("sha256", secret, body).digest("hex")}` },
        body,
      };
    },
  ),
  simple(
    "notion",
    () => notion({ secrets: secret }),
    "x-notion-signature",
    "hex",
    async (text) => {
      const body = json(text);
      const signature = await notionPackage().signWebhookPayload({ body, verificationToken: secret });
      return { headers: { "x-notion-signature": signature }, body };
    },
  ),
  standard(
    "openai",
    () => openai({ secrets: whsec }),
    "webhook",
    (_content, at, id, body) => new StandardWebhook(whsec).sign(id, at, body),
  ),
  simple(
    "paddle",
    () => paddle({ secrets: secret }),
    "paddle-signature",
    "hex",
    (text, nowMs) => {
      const [body, time] = [json(text, { event_id: "evt_1" }), seconds(nowMs)];
      return {
        headers: {
          "paddle-signature": `ts=${time};h1=${mac("sha256", secret, time, ":", body).digest("hex")}`,
        },
        body,
      };
    },
  ),
  simple(
    "shopify",
    () => shopify({ secrets: secret }),
    "x-shopify-hmac-sha256",
    "base64",
    (text) => {
      const body = json(text);
      return {
        headers: {
          "x-shopify-hmac-sha256": mac("sha256", secret, body).digest("base64"),
          "x-shopify-topic": "orders/create",
          "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        },
        body,
      };
    },
  ),
  simple(
    "slack",
    () => slack({ secrets: secret }),
    "x-slack-signature",
    "hex",
    (text, nowMs) => {
      const [body, time] = [json(text, { type: "event_callback" }), seconds(nowMs)];
      const signature = mac("sha256", secret, `v0:${time}:`, body).digest("hex");
      return { headers: { "x-slack-signature": `v0=${signature}`, "x-slack-request-timestamp": time }, body };
    },
    ["x-slack-request-timestamp"],
  ),
  simple(
    "square",
    () => square({ secrets: secret, publicUrl: url }),
    "x-square-hmacsha256-signature",
    "base64",
    (text) => {
      const body = json(text, { event_id: "e" });
      return {
        headers: { "x-square-hmacsha256-signature": mac("sha256", secret, url, body).digest("base64") },
        body,
      };
    },
  ),
  standard(
    "standard-webhooks",
    () => standardWebhooks({ secrets: whsec }),
    "webhook",
    (_content, at, id, body) => new StandardWebhook(whsec).sign(id, at, body),
  ),
  standard(
    "standard-webhooks, v1a",
    () => standardWebhooks({ publicKeys: `whpk_${publicKey.toString("base64")}` }),
    "webhook",
    (content) => `v1a,${signWith(null, Buffer.from(content), pair.privateKey).toString("base64")}`,
  ),
  simple(
    "stripe",
    () => stripe({ secrets: "whsec_test_secret_text" }),
    "stripe-signature",
    "hex",
    (text, nowMs) => {
      const body = json(text, { object: "event", type: "charge.succeeded" });
      const header = stripePackage().webhooks.generateTestHeaderString({
        payload: body,
        secret: "whsec_test_secret_text",
        timestamp: Math.floor(nowMs / 1000),
      });
      return { headers: { "stripe-signature": header }, body };
    },
  ),
  standard(
    "svix",
    () => svix({ secrets: whsec }),
    "svix",
    (_content, at, id, body) => new SvixWebhook(whsec).sign(id, at, body),
  ),
  {
    name: "telegram",
    make: () => telegram({ secrets: secret }),
    header: "x-telegram-bot-api-secret-token",
    signedHeaders: [],
    signsBody: false,
    encoding: undefined,
    send: (text) => ({
      headers: { "x-telegram-bot-api-secret-token": secret },
      body: json(text, { update_id: 7 }),
    }),
  },
  {
    name: "token",
    make: () => token({ secrets: secret, header: "Authorization" }),
    header: "authorization",
    signedHeaders: [],
    signsBody: false,
    encoding: undefined,
    send: (text) => ({ headers: { authorization: secret }, body: json(text) }),
  },
  simple(
    "twilio, JSON",
    () => twilio({ secrets: secret, publicUrl: url }),
    "x-twilio-signature",
    "base64",
    (text) => {
      const body = json(text);
      const query = `?bodySHA256=${createHash("sha256").update(body).digest("hex")}`;
      return {
        url: `/hook${query}`,
        headers: { "x-twilio-signature": mac("sha1", secret, url + query).digest("base64") },
        body,
      };
    },
  ),
  simple(
    "twilio, form",
    () => twilio({ secrets: secret, publicUrl: url }),
    "x-twilio-signature",
    "base64",
    (text) => {
      const fields: Record<string, string> = {
        To: "15005550001",
        From: "15005550006",
        Body: text.replace(/[^A-Za-z0-9]/g, ""),
      };
      const content = Object.keys(fields)
        .sort()
        .map((name) => name + fields[name])
        .join("");
      return {
        headers: { "x-twilio-signature": mac("sha1", secret, url, content).digest("base64") },
        body: Object.entries(fields)
          .map(([name, value]) => `${name}=${value}`)
          .join("&"),
      };
    },
  ),
  simple(
    "typeform",
    () => typeform({ secrets: secret }),
    "typeform-signature",
    "base64",
    (text) => {
      const body = json(text, { event_id: "e" });
      return {
        headers: { "typeform-signature": `sha256=${mac("sha256", secret, body).digest("base64")}` },
        body,
      };
    },
  ),
  simple(
    "zendesk",
    () => zendesk({ secrets: secret }),
    "x-zendesk-webhook-signature",
    "base64",
    (text, nowMs) => {
      const [body, time] = [json(text), `${new Date(nowMs).toISOString().slice(0, 19)}Z`];
      return {
        headers: {
          "x-zendesk-webhook-signature": mac("sha256", secret, time, body).digest("base64"),
          "x-zendesk-webhook-signature-timestamp": time,
          "x-zendesk-webhook-invocation-id": "01F1KRFQ6BG29CNWFR60NK5FNY",
        },
        body,
      };
    },
    ["x-zendesk-webhook-signature-timestamp"],
  ),
  simple(
    "zoom",
    () => zoom({ secrets: secret }),
    "x-zm-signature",
    "hex",
    (text, nowMs) => {
      const [body, time] = [json(text, { event: "meeting.started" }), seconds(nowMs)];
      const signature = mac("sha256", secret, `v0:${time}:`, body).digest("hex");
      return { headers: { "x-zm-signature": `v0=${signature}`, "x-zm-request-timestamp": time }, body };
    },
    ["x-zm-request-timestamp"],
  ),
];

/** Microsoft Graph has its token in the body, so it goes its own way through the tests. */
export const graph = {
  make: () => microsoftGraph({ secrets: secret }),
  send: (...clientStates: readonly unknown[]): TestRequest => ({
    headers: {},
    body: JSON.stringify({
      value: clientStates.map((clientState) => ({ changeType: "updated", clientState })),
    }),
  }),
  secret,
};

/** A sender by its name. */
export function sender(name: string): Sender {
  const found = senders.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no sender ${name}.`);
  return found;
}

export { secret as testSecret, whsec as testWhsec };
