import { expect, test } from "vitest";
import { decode } from "../../src/decode/index.js";
import type { SignedRequest } from "../../src/testing/index.js";
import { cloudEvents, deliveryOf, verifyWebhook } from "../../src/verify/index.js";
import { requireCompat } from "../compat/packages.js";
import { testSecret as secret, testWhsec as whsec } from "./support/senders.js";
import {
  signerCertificate,
  signerEc,
  signerRsa,
  signers,
  snsMessage,
  signerUrl as url,
} from "./support/signers.js";

const now = Date.now();

/** The parts of senders' packages that a test calls: their types take too long to check. */
const packages: ReadonlyArray<
  readonly [provider: string, accepts: (request: SignedRequest) => boolean | Promise<boolean>]
> = [
  [
    "sendgrid",
    ({ headers, body }) => {
      const { EventWebhook } = requireCompat("@sendgrid/eventwebhook");
      const webhook = new EventWebhook();
      const pem = signerEc.publicKey.export({ type: "spki", format: "der" }).toString("base64");
      return webhook.verifySignature(
        webhook.convertPublicKeyToECDSA(pem),
        body,
        headers["x-twilio-email-event-webhook-signature"],
        headers["x-twilio-email-event-webhook-timestamp"],
      );
    },
  ],
  [
    "line",
    ({ headers, body }) =>
      requireCompat("@line/bot-sdk").validateSignature(body, secret, headers["x-line-signature"]),
  ],
  [
    "workos",
    async ({ headers, body }) => {
      const { WorkOS } = requireCompat("@workos-inc/node");
      const event = { payload: JSON.parse(String(body)), sigHeader: headers["workos-signature"], secret };
      return passes(() => new WorkOS("sk_test").webhooks.verifyHeader(event));
    },
  ],
  ["replicate", ({ headers, body }) => requireCompat("replicate").validateWebhook({ headers, body }, whsec)],
  [
    "anthropic",
    ({ headers, body }) => {
      const { default: Anthropic } = requireCompat("@anthropic-ai/sdk");
      return passes(() =>
        new Anthropic({ apiKey: "none" }).beta.webhooks.unwrap(String(body), { headers, key: whsec }),
      );
    },
  ],
  [
    "livekit",
    async ({ headers, body }) => {
      const { WebhookReceiver } = requireCompat("livekit-server-sdk");
      return passes(() => new WebhookReceiver("APIkey", secret).receive(String(body), headers.authorization));
    },
  ],
  [
    "retell",
    ({ headers, body }) =>
      requireCompat("retell-sdk").default.verify(String(body), secret, headers["x-retell-signature"]),
  ],
  [
    "sanity",
    ({ headers, body }) =>
      requireCompat("@sanity/webhook").isValidSignature(
        String(body),
        headers["sanity-webhook-signature"],
        secret,
      ),
  ],
  [
    "razorpay",
    ({ headers, body }) =>
      requireCompat("razorpay").validateWebhookSignature(body, headers["x-razorpay-signature"], secret),
  ],
  [
    "gocardless",
    ({ headers, body }) =>
      passes(() => requireCompat("gocardless-nodejs").parse(body, secret, headers["webhook-signature"])),
  ],
  [
    "contentful",
    ({ headers, body, url }) => {
      const { verifyRequest } = requireCompat("@contentful/node-apps-toolkit");
      return verifyRequest(secret.repeat(2), { method: "POST", path: url, headers, body: String(body) });
    },
  ],
];

/** The tokens of Google's push subscriptions, checked as a receiver with Google's package checks them. */
const googleAccepts = async ({ headers }: SignedRequest): Promise<boolean> => {
  const { OAuth2Client } = requireCompat("google-auth-library");
  const certificates = {
    gmail: signerRsa.publicKey.export({ type: "spki", format: "pem" }),
    "google-pubsub": signerRsa.publicKey.export({ type: "spki", format: "pem" }),
  };
  const issuers = ["https://accounts.google.com", "accounts.google.com"];
  const token = headers.authorization?.replace("Bearer ", "");
  return passes(async () => {
    const ticket = await new OAuth2Client().verifySignedJwtWithCertsAsync(token, certificates, url, issuers);
    const { email, email_verified: isVerified } = ticket.getPayload();
    return isVerified === true && email === "push@acme.iam.gserviceaccount.com";
  });
};

test.each(["gmail", "google-pubsub"])(
  "%s: google-auth-library and our source accept the same token, and reject the same change",
  async (provider) => {
    const { make, sign } = signers[provider] ?? expect.fail();
    const request = await sign("text", now);
    const { authorization = "" } = request.headers;
    const [header = "", claims = "", signature = ""] = authorization.split(".");
    const altered = Buffer.from(
      String(Buffer.from(claims, "base64url")).replace("push@acme", "push@evil"),
    ).toString("base64url");
    const changed = { ...request, headers: { authorization: `${header}.${altered}.${signature}` } };
    const ours = async (sent: SignedRequest) =>
      passes(() => verifyWebhook(make(), sent, now).then(() => true));
    expect([await ours(request), await ours(changed)]).toEqual([true, false]);
    expect([await googleAccepts(request), await googleAccepts(changed)]).toEqual([true, false]);
  },
);

async function passes(run: () => unknown): Promise<boolean> {
  try {
    return (await run()) !== false;
  } catch {
    return false;
  }
}

test.each(packages)(
  "%s: its own package and our source accept the same request, and reject the same change",
  async (provider, accepts) => {
    const { make, sign } = signers[provider] ?? expect.fail();
    const request = await sign('te"xt', now);
    const changed = { ...request, body: String(request.body).replace("te", "Te") };
    const ours = async (sent: SignedRequest) =>
      passes(() => verifyWebhook(make(), sent, now).then(() => true));
    expect([await ours(request), await ours(changed)]).toEqual([true, false]);
    expect([await accepts(request), await accepts(changed)]).toEqual([true, false]);
  },
);

test("aws-sns: its validator and our source sign and read the same text, in both versions", async () => {
  const https = requireCompat("node:https") as { get: unknown };
  const { get } = https;
  const { PassThrough } = await import("node:stream");
  https.get = (_url: string, then: (response: unknown) => void) => {
    const response = Object.assign(new PassThrough(), { statusCode: 200 });
    setImmediate(() => {
      then(response);
      response.end(signerCertificate);
    });
    return { on: () => undefined };
  };
  try {
    const MessageValidator = requireCompat("sns-validator");
    for (const version of ["1", "2"] as const) {
      const validator = new MessageValidator();
      const validate = (message: object) =>
        new Promise<boolean>((resolve) =>
          validator.validate(message, (error: unknown) => resolve(error === null)),
        );
      const message = snsMessage("text", now, {}, version);
      expect(await validate(message)).toBe(true);
      expect(await validate({ ...message, Message: "x" })).toBe(false);
    }
  } finally {
    https.get = get;
  }
});

test("cloudevents: structured, binary and batched messages of its package are read as the events that they are", async () => {
  const { CloudEvent, HTTP } = requireCompat("cloudevents");
  const event = new CloudEvent({
    id: "1",
    source: "/orders",
    type: "order.made",
    time: new Date(now).toISOString(),
    data: { a: 1 },
  });
  const source = cloudEvents({ secrets: secret });
  const read = async (message: { headers: Record<string, string>; body: unknown }) => {
    const body = typeof message.body === "string" ? message.body : JSON.stringify(message.body);
    const headers = { ...message.headers, authorization: `Bearer ${secret}` };
    const request = { method: "POST", path: "/hook", route: "/hook", query: {}, headers: message.headers };
    const delivery = { ...deliveryOf({ headers, body }, now), request };
    const verified = await source.verify(delivery, now);
    return decode(verified, { contents: false }).map(({ event: { id, triggerName, timestamp } }) => [
      id,
      triggerName,
      timestamp.getTime(),
    ]);
  };
  const wanted = ["cloud-events:/orders#1@/", "order.made", now];
  expect(await read(HTTP.structured(event))).toEqual([wanted]);
  expect(await read(HTTP.binary(event))).toEqual([wanted]);
  const batch = [event.toJSON(), { ...event.toJSON(), id: "2" }];
  expect(
    await read({ headers: { "content-type": "application/cloudevents-batch+json" }, body: batch }),
  ).toEqual([wanted, ["cloud-events:/orders#2@/", "order.made", now]]);
});
