import { createHmac, generateKeyPairSync, randomBytes } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { readBody } from "../../src/decode/body.js";
import {
  adyen,
  awsSns,
  docusign,
  elevenlabs,
  gitea,
  mailgun,
  replicate,
  type Source,
  sanity,
  sendgrid,
  shopify,
  verifyWebhook,
} from "../../src/verify/index.js";
import type { TestRequest } from "./support/request.js";
import { testSecret as secret } from "./support/senders.js";
import { signerCertificate, snsMessage, snsTopic } from "./support/signers.js";
import { codeOf, verdict } from "./support/verdict.js";

const now = 1_750_000_000_000;
const mebibyte = 1024 * 1024;

/** The outcome of a request that the route's limit lets through. */
function outcome(source: Source, request: TestRequest): unknown {
  expect(Buffer.byteLength(request.body)).toBeLessThanOrEqual(source.maxBodyBytes ?? 0);
  return codeOf(verdict(source, request, now));
}

const sns = () => awsSns({ topics: snsTopic, fetch: async () => new Response(signerCertificate) });

// https://docs.aws.amazon.com/general/latest/gr/sns.html
test.each([
  ["quotes", '"'],
  ["line breaks", "\n"],
  ["control characters", "\u0001"],
  ["letters beyond ASCII", "é"],
])("aws-sns: a message of 256 KiB of %s is accepted, whatever its escapes add", async (_what, text) => {
  const message = text.repeat((256 * 1024) / Buffer.byteLength(text));
  const body = JSON.stringify(snsMessage("x", now, { Message: message }));
  expect(Buffer.byteLength(body)).toBeLessThan(sns().maxBodyBytes ?? 0);
  await expect(verifyWebhook(sns(), { headers: {}, body }, now)).resolves.toBeDefined();
  const changed = body.replace(/Message":"(\\.)/, 'Message":"x');
  if (changed !== body) {
    await expect(verifyWebhook(sns(), { headers: {}, body: changed }, now)).rejects.toThrow();
  }
});

const [timestamp, token] = [String(now / 1000), "a-token"];
const right = createHmac("sha256", secret)
  .update(timestamp + token)
  .digest("hex");

function multipart(signature: string, file: Uint8Array): TestRequest {
  const fields = Object.entries({ subject: "Grüße", timestamp, token, signature }).map(
    ([name, value]) => `--a-boundary\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head =
    '--a-boundary\r\nContent-Disposition: form-data; name="attachment-1"; filename="a.bin"\r\nContent-Type: image/png\r\n\r\n';
  const body = Buffer.concat([
    Buffer.from(fields.join("") + head),
    file,
    Buffer.from("\r\n--a-boundary--\r\n"),
  ]);
  return { headers: { "content-type": "multipart/form-data; boundary=a-boundary" }, body };
}

// https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http
test("mailgun: a message with an attachment of 25 MB is accepted, and with a wrong signature it is not", () => {
  const file = randomBytes(25_000_000);
  const source = mailgun({ secrets: secret });
  expect(outcome(source, multipart(right, file))).toBe("accepted");
  expect(outcome(source, multipart("0".repeat(64), file))).toBe("ERR_SIGNATURE_WRONG");
});

test("mailgun: a message with 1 MiB of HTML is accepted as a form, and with a wrong signature it is not", () => {
  const source = mailgun({ secrets: secret });
  const form = (signature: string): TestRequest => ({
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: String(
      new URLSearchParams({ "body-html": "<p>".repeat(mebibyte / 3), timestamp, token, signature }),
    ),
  });
  expect(outcome(source, form(right))).toBe("accepted");
  expect(outcome(source, form("0".repeat(64)))).toBe("ERR_SIGNATURE_WRONG");
});

test("adyen and aws-sns: JSON that is dear to parse is rejected as too large before it is parsed", () => {
  const body = `{"a":[${"[],".repeat(100_000)}1]}`;
  for (const source of [sns(), adyen({ secrets: "ab".repeat(32) })]) {
    expect(codeOf(verdict(source, { headers: {}, body }, now))).toBe("ERR_BODY_TOO_LARGE");
  }
});

// https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks
test("elevenlabs: half an hour of audio in base64 fits into its route's limit", () => {
  const mp3 = 16_000 * 30 * 60;
  expect(elevenlabs({ secrets: secret }).maxBodyBytes).toBeGreaterThan((mp3 / 3) * 4);
});

const publicKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;

test.each([
  // https://developers.docusign.com/docs/esign-rest-api/esign101/rules-and-limits
  ["docusign, a document of 25 MB and its certificate in base64", docusign({ secrets: secret }), 45_000_000],
  // https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook
  [
    "sendgrid, a message of Inbound Parse",
    sendgrid({ publicKeys: publicKey.export({ format: "der", type: "spki" }).toString("base64") }),
    30_000_000,
  ],
  ["sanity, a document", sanity({ secrets: secret }), 32_000_000],
  ["shopify, a product of 2,048 variants with their texts", shopify({ secrets: secret }), 20_000_000],
  ["gitea, a push of thousands of commits", gitea({ secrets: secret }), 20_000_000],
  [
    "replicate, a file as a data URL",
    replicate({ secrets: `whsec_${Buffer.alloc(32, 7).toString("base64")}` }),
    20_000_000,
  ],
])("%s: fits into the route's limit", (_what, source, bytes) => {
  expect(source.maxBodyBytes).toBeGreaterThanOrEqual(bytes);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([["with Buffer"], ["without Buffer"]])(
  "%s, a file of a form keeps every byte, and its fields are read",
  (runtime) => {
    const file = Buffer.concat([
      Buffer.from("\r\n--\r\n\r\n--y\r\n--"),
      Buffer.from(Array.from({ length: 256 }, (_none, byte) => byte)),
    ]);
    const { headers, body } = multipart(right, file);
    if (runtime === "without Buffer") vi.stubGlobal("Buffer", undefined);
    const { value } = readBody(new Uint8Array(body as Uint8Array), "acme", String(headers["content-type"]));
    vi.unstubAllGlobals();
    expect(value).toEqual({
      subject: "Grüße",
      timestamp,
      token,
      signature: right,
      "attachment-1": { filename: "a.bin", contentType: "image/png", base64: file.toString("base64") },
    });
  },
);
