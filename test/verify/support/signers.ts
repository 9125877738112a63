import {
  createHash,
  createHmac,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  sign as signWith,
} from "node:crypto";
import { crc32 } from "node:zlib";
import type { SignedRequest } from "../../../src/testing/index.js";
import type { Source } from "../../../src/verify/index.js";
import * as providers from "../../../src/verify/index.js";
import { requireCompat } from "../../compat/packages.js";
import { certificateFor } from "./certificate.js";
import { testSecret as secret, sender, senders, testWhsec as whsec } from "./senders.js";

/** How one sender signs, from its documentation or its package alone: nothing of `src/verify` is used to sign. */
export interface Signer {
  readonly make: () => Source;
  readonly sign: (text: string, nowMs: number) => SignedRequest | Promise<SignedRequest>;
  readonly signsBody?: boolean;
  readonly covered?: readonly string[];
  readonly repeats?: readonly string[];
  readonly timed?: boolean;
}

type Mac = "sha1" | "sha256" | "sha512";
const mac = (
  content: string,
  encoding: "hex" | "base64" | "base64url",
  hash: Mac = "sha256",
  key: string | Buffer = secret,
) => createHmac(hash, key).update(content).digest(encoding);
const raw = Buffer.from(whsec.slice(6), "base64");
const seconds = (nowMs: number) => String(Math.floor(nowMs / 1000));
const json = (text: string, more: object = {}) =>
  JSON.stringify({ id: "evt_1", type: "thing.done", text, ...more });
const url = "https://hooks.example.com/hook";
const iso = (nowMs: number) => new Date(nowMs).toISOString();

type Maker = (options: { secrets: string }) => Source;
type Headers = (body: string, nowMs: number) => Record<string, string>;

/** A sender with a secret, whose headers are a function of body and time. */
const hmacSigner = (make: Maker, headers: Headers, body: (text: string) => string = json): Signer => ({
  make: () => make({ secrets: secret }),
  sign(text, nowMs) {
    const sent = body(text);
    return { url: "/hook", headers: headers(sent, nowMs), body: sent };
  },
});

/** A sender whose only header has the signature of the body. */
const bodySigner = (
  make: Maker,
  header: string,
  encoding: "hex" | "base64",
  prefix = "",
  hash: Mac = "sha256",
  body?: (text: string) => string,
) => hmacSigner(make, (sent) => ({ [header]: prefix + mac(sent, encoding, hash) }), body);

const standardSigner = (
  make: Maker,
  prefix: "webhook" | "svix" = "webhook",
  given = whsec,
  key: Buffer | string = raw,
): Signer => ({
  make: () => make({ secrets: given }),
  covered: ["id", "timestamp", "signature"].map((name) => `${prefix}-${name}`),
  sign(text, nowMs) {
    const [body, time, id] = [json(text), seconds(nowMs), "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"];
    const signature = `v1,${mac(`${id}.${time}.${body}`, "base64", "sha256", key)}`;
    return {
      headers: { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: time, [`${prefix}-signature`]: signature },
      body,
    };
  },
});

/** A sender that only sends a secret. */
const tokenSigner = (
  make: Maker,
  header: string,
  value = secret,
  more: Record<string, string> = {},
): Signer => ({
  make: () => make({ secrets: secret }),
  signsBody: false,
  sign: (text) => ({ headers: { [header]: value, ...more }, body: json(text) }),
});

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed = generateKeyPairSync("ed25519");
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }) as string;
const der64 = (key: KeyObject) => key.export({ type: "spki", format: "der" }).toString("base64");
const rawEd = ed.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: "jwk" }), kid });
const certificate = certificateFor(rsa);

const answering = (body: unknown) => async () =>
  new Response(typeof body === "string" ? body : JSON.stringify(body));

const base64url = (value: string | Buffer) => Buffer.from(value).toString("base64url");

/** A JSON Web Token, by RFC 7515. */
export function token(header: object, claims: object, sign: (content: string) => Buffer): string {
  const content = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  return `${content}.${base64url(sign(content))}`;
}
const hs256 = (content: string) => createHmac("sha256", secret).update(content).digest();
const rs256 = (content: string) => signWith("sha256", Buffer.from(content), rsa.privateKey);
const es256 = (content: string) =>
  signWith("sha256", Buffer.from(content), { key: ec.privateKey, dsaEncoding: "ieee-p1363" });
const digestOf = (body: string, encoding: "hex" | "base64") =>
  createHash("sha256").update(body).digest(encoding);

const google = (make: (options: never) => Source, provider: string): Signer => ({
  make: () =>
    make({
      audience: url,
      serviceAccount: "push@acme.iam.gserviceaccount.com",
      fetch: answering({ keys: [jwk(rsa.publicKey, provider)] }),
    } as never),
  signsBody: false,
  sign(text, nowMs) {
    const iat = Math.floor(nowMs / 1000);
    const claims = {
      iss: "https://accounts.google.com",
      aud: url,
      email: "push@acme.iam.gserviceaccount.com",
      email_verified: true,
      iat,
      exp: iat + 3600,
    };
    const message = {
      messageId: "1",
      publishTime: iso(nowMs),
      data: Buffer.from(json(text)).toString("base64"),
    };
    return {
      headers: { authorization: `Bearer ${token({ alg: "RS256", kid: provider }, claims, rs256)}` },
      body: JSON.stringify({ message, subscription: "projects/acme/subscriptions/push" }),
    };
  },
});

const topic = "arn:aws:sns:us-east-1:123456789012:topic";

/** A message of SNS, by its documentation. */
export function snsMessage(
  text: string,
  nowMs: number,
  more: Record<string, string> = {},
  version: "1" | "2" = "2",
) {
  const message: Record<string, string> = {
    Type: "Notification",
    MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    TopicArn: topic,
    Message: json(text),
    Timestamp: iso(nowMs),
    SignatureVersion: version,
    SigningCertURL: "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
    ...more,
  };
  const names =
    message.Type === "Notification"
      ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
      : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
  const content = names
    .filter((name) => name in message)
    .map((name) => `${name}\n${message[name]}\n`)
    .join("");
  message.Signature = createSign(version === "1" ? "RSA-SHA1" : "RSA-SHA256")
    .update(content)
    .sign(rsa.privateKey, "base64");
  return message;
}

const adyenItem = (text: string) => {
  const item = {
    additionalData: { text } as Record<string, string>,
    amount: { currency: "EUR", value: 1130 },
    eventCode: "AUTHORISATION",
    eventDate: "2025-06-15T15:06:40+01:00",
    merchantAccountCode: "TestMerchant",
    merchantReference: "TestPayment-1407325143704",
    pspReference: "7914073381342284",
    success: "true",
  };
  const content = "7914073381342284::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:true";
  item.additionalData.hmacSignature = mac(content, "base64", "sha256", Buffer.from(secret, "hex"));
  return { NotificationRequestItem: item };
};

const old = (name: string): Signer => {
  const { make, send, signsBody, header, signedHeaders } = sender(name);
  return {
    make,
    signsBody,
    covered: [header, ...signedHeaders],
    sign: async (text, nowMs) => (await send(text, nowMs)) as SignedRequest,
  };
};

const {
  adyen,
  adyenPlatform,
  airtable,
  anthropic,
  attio,
  auth0,
  awsSns,
  azureEventGrid,
  bitbucket,
  box,
  buildkite,
  calcom,
  circleci,
  clerk,
  clickup,
  cloudEvents,
  coinbaseCommerce,
  contentful,
  cursor,
  customerio,
  docusign,
  dropbox,
  elevenlabs,
  fal,
  figma,
  front,
  gitea,
  gmail,
  gocardless,
  googleCalendar,
  googleDrive,
  googlePubsub,
  heroku,
  hookdeck,
  jira,
  kick,
  lemonsqueezy,
  line,
  livekit,
  mailgun,
  microsoftGraph,
  mollie,
  monday,
  mux,
  nylas,
  okta,
  pagerduty,
  paypal,
  plaid,
  polar,
  postmark,
  quickbooks,
  razorpay,
  recall,
  replicate,
  resend,
  retell,
  sanity,
  sendgrid,
  sentry,
  supabase,
  telnyx,
  trello,
  twitch,
  vapi,
  vercel,
  webflow,
  woocommerce,
  workos,
  xero,
} = providers;

/** Every sender, by the name of its provider. */
export const signers: Readonly<Record<string, Signer>> = {
  ...Object.fromEntries(senders.map(({ name }) => [name.split(",")[0] as string, old(name)])),
  adyen: {
    make: () => adyen({ secrets: secret }),
    signsBody: false,
    sign: (text) => ({
      headers: {},
      body: JSON.stringify({ live: "false", notificationItems: [adyenItem(text)] }),
    }),
  },
  "adyen-platform": hmacSigner(adyenPlatform, (body) => ({
    hmacsignature: mac(body, "base64", "sha256", Buffer.from(secret, "hex")),
  })),
  airtable: {
    ...bodySigner(
      (options) => airtable({ secrets: Buffer.from(options.secrets).toString("base64") }),
      "x-airtable-content-mac",
      "hex",
      "hmac-sha256=",
    ),
  },
  anthropic: standardSigner(anthropic),
  attio: bodySigner(attio, "attio-signature", "hex"),
  auth0: tokenSigner(auth0, "authorization"),
  "aws-sns": {
    make: () => awsSns({ topics: topic, fetch: answering(certificate) }),
    sign: (text, nowMs) => ({ headers: {}, body: JSON.stringify(snsMessage(text, nowMs)) }),
    // What is signed is a text made of its members: a space between them is no change.
    signsBody: false,
    timed: false,
  },
  "azure-event-grid": {
    make: () => azureEventGrid({ secrets: secret }),
    signsBody: false,
    sign: (text) => ({
      url: `/hook?secret=${secret}`,
      headers: {},
      body: JSON.stringify([{ id: "1", eventType: "x", text }]),
    }),
  },
  bitbucket: bodySigner(bitbucket, "x-hub-signature", "hex", "sha256="),
  box: hmacSigner(box, (body, nowMs) => ({
    "box-signature-primary": mac(body + iso(nowMs), "base64"),
    "box-delivery-timestamp": iso(nowMs),
  })),
  buildkite: hmacSigner(buildkite, (body, nowMs) => ({
    "x-buildkite-signature": `timestamp=${seconds(nowMs)},signature=${mac(`${seconds(nowMs)}.${body}`, "hex")}`,
  })),
  calcom: bodySigner(calcom, "x-cal-signature-256", "hex"),
  circleci: bodySigner(circleci, "circleci-signature", "hex", "v1="),
  clerk: standardSigner(clerk, "svix"),
  clickup: bodySigner(clickup, "x-signature", "hex"),
  "cloud-events": tokenSigner(cloudEvents, "authorization", `Bearer ${secret}`),
  "coinbase-commerce": bodySigner(coinbaseCommerce, "x-cc-webhook-signature", "hex"),
  contentful: {
    make: () => contentful({ secrets: contentfulSecret() }),
    sign(text, nowMs) {
      const { signRequest } = requireCompat("@contentful/node-apps-toolkit") as {
        signRequest(key: string, request: object, at: number): Record<string, string>;
      };
      const body = json(text);
      const request = {
        method: "POST",
        path: "/hook",
        headers: { "x-contentful-topic": "Entry.publish" },
        body,
      };
      const signed = signRequest(contentfulSecret(), request, nowMs);
      return { url: "/hook", headers: { "x-contentful-topic": "Entry.publish", ...signed }, body };
    },
  },
  cursor: bodySigner(cursor, "x-webhook-signature", "hex", "sha256="),
  customerio: hmacSigner(customerio, (body, nowMs) => ({
    "x-cio-signature": mac(`v0:${seconds(nowMs)}:${body}`, "hex"),
    "x-cio-timestamp": seconds(nowMs),
  })),
  docusign: bodySigner(docusign, "x-docusign-signature-2", "base64"),
  dropbox: bodySigner(dropbox, "x-dropbox-signature", "hex"),
  elevenlabs: hmacSigner(elevenlabs, (body, nowMs) => ({
    "elevenlabs-signature": `t=${seconds(nowMs)},v0=${mac(`${seconds(nowMs)}.${body}`, "hex")}`,
  })),
  fal: {
    make: () => fal({ fetch: answering({ keys: [jwk(ed.publicKey, "1")] }) }),
    covered: ["signature", "request-id", "user-id", "timestamp"].map((name) => `x-fal-webhook-${name}`),
    sign(text, nowMs) {
      const body = json(text, { status: "OK" });
      const content = ["req-1", "user-1", seconds(nowMs), digestOf(body, "hex")].join("\n");
      return {
        headers: {
          "x-fal-webhook-request-id": "req-1",
          "x-fal-webhook-user-id": "user-1",
          "x-fal-webhook-timestamp": seconds(nowMs),
          "x-fal-webhook-signature": signWith(null, Buffer.from(content), ed.privateKey).toString("hex"),
        },
        body,
      };
    },
  },
  figma: {
    make: () => figma({ secrets: secret }),
    signsBody: false,
    sign: (text) => ({ headers: {}, body: json(text, { passcode: secret }) }),
  },
  front: hmacSigner(front, (body, nowMs) => ({
    "x-front-signature": mac(`${nowMs}:${body}`, "base64"),
    "x-front-request-timestamp": String(nowMs),
  })),
  gitea: bodySigner(gitea, "x-gitea-signature", "hex"),
  gmail: google(gmail as never, "gmail"),
  gocardless: bodySigner(gocardless, "webhook-signature", "hex"),
  "google-calendar": tokenSigner(googleCalendar, "x-goog-channel-token", secret, {
    "x-goog-resource-state": "exists",
  }),
  "google-drive": tokenSigner(googleDrive, "x-goog-channel-token", secret, {
    "x-goog-resource-state": "update",
  }),
  "google-pubsub": google(googlePubsub as never, "google-pubsub"),
  heroku: bodySigner(heroku, "heroku-webhook-hmac-sha256", "base64"),
  hookdeck: bodySigner(hookdeck, "x-hookdeck-signature-2", "base64"),
  jira: bodySigner(jira, "x-hub-signature", "hex", "sha256="),
  kick: {
    make: () => kick({ publicKeys: pem(rsa.publicKey) }),
    covered: ["kick-event-signature", "kick-event-message-id", "kick-event-message-timestamp"],
    sign(text, nowMs) {
      const [body, id] = [json(text), "01JKM2Y7Q9"];
      const signature = createSign("RSA-SHA256")
        .update(`${id}.${iso(nowMs)}.${body}`)
        .sign(rsa.privateKey, "base64");
      return {
        headers: {
          "kick-event-signature": signature,
          "kick-event-message-id": id,
          "kick-event-message-timestamp": iso(nowMs),
        },
        body,
      };
    },
  },
  lemonsqueezy: bodySigner(lemonsqueezy, "x-signature", "hex"),
  line: bodySigner(line, "x-line-signature", "base64"),
  livekit: {
    make: () => livekit({ secrets: secret }),
    sign(text, nowMs) {
      const [body, iat] = [json(text), Math.floor(nowMs / 1000)];
      const claims = { iss: "APIkey", nbf: iat, exp: iat + 300, sha256: digestOf(body, "base64") };
      return { headers: { authorization: token({ alg: "HS256" }, claims, hs256) }, body };
    },
  },
  mailgun: {
    make: () => mailgun({ secrets: secret }),
    signsBody: false,
    sign(text, nowMs) {
      const [timestamp, random] = [seconds(nowMs), "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0"];
      const signature = { timestamp, token: random, signature: mac(timestamp + random, "hex") };
      return {
        headers: {},
        body: JSON.stringify({ signature, "event-data": { event: "opened", id: "1", text } }),
      };
    },
  },
  "microsoft-graph": {
    make: () => microsoftGraph({ secrets: secret }),
    signsBody: false,
    sign: (text) => ({ headers: {}, body: JSON.stringify({ value: [{ clientState: secret, text }] }) }),
  },
  mollie: {
    ...bodySigner(mollie, "x-mollie-signature", "hex", "sha256="),
    repeats: ["x-mollie-signature"],
  },
  monday: {
    make: () => monday({ secrets: secret }),
    signsBody: false,
    sign(text, nowMs) {
      const iat = Math.floor(nowMs / 1000);
      return {
        headers: { authorization: token({ alg: "HS256" }, { iat, exp: iat + 300 }, hs256) },
        body: json(text),
      };
    },
  },
  mux: hmacSigner(mux, (body, nowMs) => ({
    "mux-signature": `t=${seconds(nowMs)},v1=${mac(`${seconds(nowMs)}.${body}`, "hex")}`,
  })),
  nylas: bodySigner(nylas, "x-nylas-signature", "hex"),
  okta: tokenSigner(okta, "authorization"),
  pagerduty: bodySigner(pagerduty, "x-pagerduty-signature", "hex", "v1="),
  paypal: {
    make: () => paypal({ webhookId: "1JE4291016473214C", fetch: answering(certificate) }),
    covered: ["sig", "id", "time"].map((name) => `paypal-transmission-${name}`),
    sign(text, nowMs) {
      const [body, id, time] = [
        json(text),
        "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
        `${iso(nowMs).slice(0, 19)}Z`,
      ];
      const content = `${id}|${time}|1JE4291016473214C|${crc32(body)}`;
      return {
        headers: {
          "paypal-transmission-id": id,
          "paypal-transmission-time": time,
          "paypal-transmission-sig": createSign("RSA-SHA256").update(content).sign(rsa.privateKey, "base64"),
          "paypal-cert-url": "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77",
          "paypal-auth-algo": "SHA256withRSA",
        },
        body,
      };
    },
  },
  plaid: {
    make: () =>
      plaid({ clientId: "id", secrets: secret, fetch: answering({ key: jwk(ec.publicKey, "key-1") }) }),
    sign(text, nowMs) {
      const body = json(text);
      const claims = { iat: Math.floor(nowMs / 1000), request_body_sha256: digestOf(body, "hex") };
      return {
        headers: { "plaid-verification": token({ alg: "ES256", kid: "key-1", typ: "JWT" }, claims, es256) },
        body,
      };
    },
  },
  polar: standardSigner(polar, "webhook", secret, secret),
  postmark: {
    ...tokenSigner(postmark, "authorization", `Basic ${Buffer.from(secret).toString("base64")}`),
  },
  quickbooks: bodySigner(quickbooks, "intuit-signature", "base64"),
  razorpay: bodySigner(razorpay, "x-razorpay-signature", "hex"),
  recall: standardSigner(recall, "svix"),
  replicate: standardSigner(replicate),
  resend: standardSigner(resend, "svix"),
  retell: {
    make: () => retell({ secrets: secret }),
    async sign(text, nowMs) {
      const { symmetric } = requireCompat("retell-sdk/lib/webhook_auth") as {
        symmetric: { sign(body: string, key: string, at: number): Promise<string> };
      };
      const body = json(text);
      return { headers: { "x-retell-signature": await symmetric.sign(body, secret, nowMs) }, body };
    },
  },
  sanity: {
    make: () => sanity({ secrets: secret }),
    async sign(text, nowMs) {
      const { encodeSignatureHeader } = requireCompat("@sanity/webhook") as {
        encodeSignatureHeader(body: string, at: number, secret: string): Promise<string>;
      };
      const body = json(text);
      return {
        headers: { "sanity-webhook-signature": await encodeSignatureHeader(body, nowMs, secret) },
        body,
      };
    },
  },
  sendgrid: {
    make: () => sendgrid({ publicKeys: der64(ec.publicKey) }),
    covered: ["x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"],
    sign(text, nowMs) {
      const body = JSON.stringify([{ event: "open", sg_event_id: "1", text }]);
      const signature = createSign("sha256")
        .update(seconds(nowMs))
        .update(body)
        .sign(ec.privateKey, "base64");
      return {
        headers: {
          "x-twilio-email-event-webhook-signature": signature,
          "x-twilio-email-event-webhook-timestamp": seconds(nowMs),
        },
        body,
      };
    },
  },
  sentry: bodySigner(sentry, "sentry-hook-signature", "hex"),
  supabase: standardSigner(supabase, "webhook", `v1,${whsec}`),
  telnyx: {
    make: () => telnyx({ publicKeys: rawEd.toString("base64") }),
    covered: ["telnyx-signature-ed25519", "telnyx-timestamp"],
    sign(text, nowMs) {
      const body = json(text);
      const signature = signWith(null, Buffer.from(`${seconds(nowMs)}|${body}`), ed.privateKey).toString(
        "base64",
      );
      return { headers: { "telnyx-signature-ed25519": signature, "telnyx-timestamp": seconds(nowMs) }, body };
    },
  },
  trello: hmacSigner(
    (options) => trello({ ...options, publicUrl: url }),
    (body) => ({ "x-trello-webhook": mac(body + url, "base64", "sha1") }),
  ),
  twitch: {
    make: () => twitch({ secrets: secret }),
    covered: ["id", "timestamp", "signature"].map((name) => `twitch-eventsub-message-${name}`),
    sign(text, nowMs) {
      const [body, id] = [json(text), "befa7b53-d79d-478f-86b9-120f112b044e"];
      const time = iso(nowMs).replace("Z", "123456Z");
      return {
        headers: {
          "twitch-eventsub-message-id": id,
          "twitch-eventsub-message-timestamp": time,
          "twitch-eventsub-message-signature": `sha256=${mac(id + time + body, "hex")}`,
          "twitch-eventsub-message-type": "notification",
        },
        body,
      };
    },
  },
  vapi: tokenSigner(vapi, "authorization", `Bearer ${secret}`),
  vercel: bodySigner(vercel, "x-vercel-signature", "hex", "", "sha1"),
  webflow: hmacSigner(webflow, (body, nowMs) => ({
    "x-webflow-signature": mac(`${nowMs}:${body}`, "hex"),
    "x-webflow-timestamp": String(nowMs),
  })),
  woocommerce: bodySigner(woocommerce, "x-wc-webhook-signature", "base64"),
  workos: hmacSigner(workos, (body, nowMs) => ({
    "workos-signature": `t=${nowMs}, v1=${mac(`${nowMs}.${body}`, "hex")}`,
  })),
  xero: bodySigner(xero, "x-xero-signature", "base64"),
};

function contentfulSecret(): string {
  return secret.repeat(2);
}

export {
  certificate as signerCertificate,
  ec as signerEc,
  ed as signerEd,
  rsa as signerRsa,
  topic as snsTopic,
  url as signerUrl,
};
