import { createHmac } from "node:crypto";
import {
  adyen,
  awsSns,
  github,
  gitlab,
  hmac,
  mailgun,
  paypal,
  type Source,
  TriggerListener,
  type WebhookOptions,
} from "earshot";
import { signAs } from "earshot/testing";
import { expect, onTestFinished, test } from "vitest";

const secret = "a secret of some length";
const signingToken = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const hexKey = "7b".repeat(32);
const KIB = 1024;
const MIB = 1024 * KIB;

async function open(routes: NonNullable<WebhookOptions["routes"]>) {
  const listener = new TriggerListener({ webhook: { port: 0, host: "127.0.0.1", routes } });
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  const rejections: string[] = [];
  listener.on("delivery.rejected", ({ error }) => void rejections.push(error.message));
  await listener.start();
  return { url: listener.health().webhook?.url ?? expect.fail(), rejections };
}

interface Request {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}
type Signer = (text: string) => Promise<Request>;

const as =
  (provider: string, key: string): Signer =>
  async (text) => {
    const signed = await signAs(provider, { secret: key, id: "msg_1", body: { text } });
    return { body: String(signed.body), headers: signed.headers };
  };

/** Of a sender that only has its own key, or whose token is no signature. */
const plain =
  (headers: Readonly<Record<string, string>> = {}): Signer =>
  async (text) => ({ body: JSON.stringify({ text }), headers });

/** A request whose body has exactly so many bytes. */
async function ofSize(sign: Signer, bytes: number): Promise<Request> {
  const { body } = await sign("");
  const request = await sign("x".repeat(bytes - body.length));
  expect(request.body).toHaveLength(bytes);
  return request;
}

const asHmac: Signer = async (text) => {
  const { body, headers } = await as("github", secret)(text);
  return { body, headers: { "x-signature": String(headers["x-hub-signature-256"]) } };
};

/** A message with its text in full, as Mailgun's routes send it. */
const asMailgunMessage: Signer = async (text) => {
  const [timestamp, token] = [String(Math.floor(Date.now() / 1000)), "0123456789abcdef"];
  const signature = createHmac("sha256", secret)
    .update(timestamp + token)
    .digest("hex");
  const fields = new URLSearchParams({ timestamp, token, signature, "body-plain": text });
  return { body: String(fields), headers: { "content-type": "application/x-www-form-urlencoded" } };
};

/** The limits are those that the senders document, and 5 MiB where there is none. */
const limits: ReadonlyArray<readonly [string, number, Source, Signer]> = [
  [
    "a sender without a limit of its own",
    5 * MIB,
    hmac({ secrets: secret, header: "x-signature", prefix: "sha256=" }),
    asHmac,
  ],
  ["github", 25 * MIB, github({ secrets: secret }), as("github", secret)],
  [
    "gitlab with a signing token",
    25 * MIB,
    gitlab({ signingTokens: signingToken }),
    as("gitlab", signingToken),
  ],
  ["gitlab with a secret token", 25 * MIB, gitlab({ secrets: secret }), plain({ "x-gitlab-token": secret })],
  ["adyen", 256 * KIB, adyen({ secrets: hexKey }), as("adyen", hexKey)],
  ["mailgun", 32 * MIB, mailgun({ secrets: secret }), asMailgunMessage],
  ["aws-sns", 2 * MIB, awsSns({ topics: [], unsigned: true }), plain()],
  ["paypal", MIB, paypal({ webhookId: "WH-1", unsigned: true }), plain()],
];

test.each(limits)(
  "%s: a body of exactly %d bytes is accepted without an option, one more byte gets a 413",
  async (_sender, bytes, source, sign) => {
    const { url, rejections } = await open({ "/hook": source });
    const statusOf = async ({ body, headers }: Request) =>
      (await fetch(`${url}/hook`, { method: "POST", body, headers })).status;
    expect(await statusOf(await ofSize(sign, bytes))).toBe(200);
    expect(await statusOf(await ofSize(sign, bytes + 1))).toBe(413);
    // Some signatures have a limit besides, which is not the route's.
    expect(rejections).toEqual([expect.stringContaining(`the ${bytes} bytes that /hook accepts`)]);
  },
);
