import { createHmac, createPrivateKey, createPublicKey, sign as signWith } from "node:crypto";
import {
  discord,
  github,
  linear,
  meta,
  notion,
  paddle,
  type Source,
  slack,
  standardWebhooks,
  stripe,
  svix,
} from "../../../src/verify/index.js";
import { octokitVerify, SvixWebhook, verifyKey, StandardWebhook as Webhook } from "../../compat/signing.js";
import {
  linearPackage,
  notionPackage,
  paddlePackage,
  slackPackage,
  stripePackage,
  whatsappPackage,
} from "./packages.js";
import { headerOf, type TestRequest } from "./request.js";
import { testSecret as secret, testWhsec as whsec } from "./senders.js";

/** A sender's package beside our source for it: both are shown the same requests. */
export interface Subject {
  /** The package, by its name in the registry. */
  readonly name: string;
  readonly source: Source;
  readonly encoding: "hex" | "base64";
  /** What stands between several values of the signature's header; `undefined` where it has one. */
  readonly separator: string | undefined;
  /** The header that has the signature. */
  readonly header: string;
  /** The longest way of a signed time from now, both ways, milliseconds. */
  readonly toleranceMs: number | undefined;
  /** A signature. The time and the id are text, as they stand in the headers. */
  sign(time: string, id: string): string;
  /** One entry of the header with a signature in it. */
  entry(signature: string): string;
  /** The header with these entries. */
  value(entries: readonly string[], time: string): string;
  request(value: string, time: string, id: string): TestRequest;
  accepts(request: TestRequest): boolean | Promise<boolean>;
}

/** The time at which every request is made, epoch milliseconds. */
export const signedAt = 1_750_000_000_000;

const body = JSON.stringify({ id: "evt_1", object: "event", webhookTimestamp: signedAt });
const mac = (content: string, encoding: "hex" | "base64" = "hex", key: string | Buffer = secret) =>
  createHmac("sha256", key).update(content).digest(encoding);
const headersOf = (request: TestRequest) => request.headers as Record<string, string>;
const rejects = async (run: () => unknown) => {
  try {
    return (await run()) !== false;
  } catch {
    return false;
  }
};

/** A fixed key: a signature that starts with "00" is accepted by a package even where a digit of it is no hex. */
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 7)]),
  format: "der",
  type: "pkcs8",
});
const publicKey = createPublicKey(privateKey)
  .export({ format: "der", type: "spki" })
  .subarray(-32)
  .toString("hex");

function plain(
  name: string,
  source: Source,
  header: string,
  prefix: string,
  accepts: (signature: string) => unknown,
  toleranceMs?: number,
): Subject {
  return {
    name,
    source,
    encoding: "hex",
    separator: undefined,
    header,
    toleranceMs,
    sign: () => mac(body),
    entry: (signature) => prefix + signature,
    value: ([first = ""]) => first,
    request: (value) => ({ headers: { [header]: value }, body }),
    accepts: (request) => rejects(() => accepts(headerOf(request, header))),
  };
}

function standard(
  name: string,
  source: Source,
  prefix: string,
  accepts: (headers: Record<string, string>) => unknown,
): Subject {
  const key = Buffer.from(whsec.slice(6), "base64");
  return {
    name,
    source,
    encoding: "base64",
    separator: " ",
    header: `${prefix}-signature`,
    toleranceMs: 300_000,
    sign: (time, id) => mac(`${id}.${time}.${body}`, "base64", key),
    entry: (signature) => `v1,${signature}`,
    value: (entries) => entries.join(" "),
    request: (value, time, id) => ({
      headers: { [`${prefix}-id`]: id, [`${prefix}-timestamp`]: time, [`${prefix}-signature`]: value },
      body,
    }),
    accepts: (request) => rejects(() => accepts(headersOf(request))),
  };
}

function fields(
  name: string,
  source: Source,
  facts: {
    header: string;
    separator: string;
    time: string;
    signature: string;
    join: string;
    toleranceMs: number;
  },
  accepts: (header: string) => unknown,
): Subject {
  return {
    name,
    source,
    encoding: "hex",
    separator: facts.separator,
    header: facts.header,
    toleranceMs: facts.toleranceMs,
    sign: (time) => mac(`${time}${facts.join}${body}`),
    entry: (signature) => `${facts.signature}=${signature}`,
    value: (entries, time) => [`${facts.time}=${time}`, ...entries].join(facts.separator),
    request: (value) => ({ headers: { [facts.header]: value }, body }),
    accepts: (request) => rejects(() => accepts(headerOf(request, facts.header))),
  };
}

export const subjects: readonly Subject[] = [
  {
    ...plain(
      "discord-interactions",
      discord({ publicKeys: publicKey }),
      "x-signature-ed25519",
      "",
      () => false,
      300_000,
    ),
    sign: (time) => signWith(null, Buffer.from(time + body), privateKey).toString("hex"),
    request: (value, time) => ({
      headers: { "x-signature-ed25519": value, "x-signature-timestamp": time },
      body,
    }),
    accepts: (request) =>
      verifyKey(
        body,
        headerOf(request, "x-signature-ed25519"),
        headerOf(request, "x-signature-timestamp"),
        publicKey,
      ),
  },
  plain(
    "@linear/sdk",
    linear({ secrets: secret }),
    "linear-signature",
    "",
    (signature) => new (linearPackage().LinearWebhookClient)(secret).verify(Buffer.from(body), signature),
    60_000,
  ),
  plain("@notionhq/client", notion({ secrets: secret }), "x-notion-signature", "sha256=", (signature) =>
    notionPackage().verifyWebhookSignature({ body, signature, verificationToken: secret }),
  ),
  plain(
    "@octokit/webhooks-methods",
    github({ secrets: secret }),
    "x-hub-signature-256",
    "sha256=",
    (signature) => octokitVerify(secret, body, signature),
  ),
  plain("whatsapp-api-js", meta({ secrets: secret }), "x-hub-signature-256", "sha256=", (signature) =>
    whatsappPackage().verifyRequestSignature(body, signature),
  ),
  {
    ...plain("slack-edge", slack({ secrets: secret }), "x-slack-signature", "v0=", () => false, 300_000),
    sign: (time) => mac(`v0:${time}:${body}`),
    request: (value, time) => ({
      headers: { "x-slack-signature": value, "x-slack-request-timestamp": time },
      body,
    }),
    accepts: (request) =>
      rejects(() => slackPackage().verifySlackRequest(secret, new Headers(headersOf(request)), body)),
  },
  fields(
    "@paddle/paddle-node-sdk",
    paddle({ secrets: secret }),
    {
      header: "paddle-signature",
      separator: ";",
      time: "ts",
      signature: "h1",
      join: ":",
      toleranceMs: 5_000,
    },
    (header) => paddlePackage().webhooks.isSignatureValid(body, secret, header),
  ),
  fields(
    "stripe",
    stripe({ secrets: secret }),
    {
      header: "stripe-signature",
      separator: ",",
      time: "t",
      signature: "v1",
      join: ".",
      toleranceMs: 300_000,
    },
    (header) => stripePackage().webhooks.constructEvent(body, header, secret) !== undefined,
  ),
  standard("standardwebhooks", standardWebhooks({ secrets: whsec }), "webhook", (headers) => {
    new Webhook(whsec).verify(body, headers);
  }),
  standard("svix", svix({ secrets: whsec }), "svix", (headers) => {
    new SvixWebhook(whsec).verify(body, headers);
  }),
];
