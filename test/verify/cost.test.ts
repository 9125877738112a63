import { createHmac, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { RejectedError } from "../../src/base/errors.js";
import { readBody } from "../../src/decode/body.js";
import { readEvent } from "../../src/providers/event-formats.js";
import {
  adyen,
  asana,
  awsSns,
  azureEventGrid,
  calendly,
  circleci,
  composio,
  contentful,
  discord,
  docusign,
  figma,
  github,
  gitlab,
  hmac,
  hubspot,
  intercom,
  kick,
  linear,
  mailgun,
  meta,
  microsoftGraph,
  notion,
  openai,
  paddle,
  pagerduty,
  type Source,
  sendgrid,
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
  workos,
  zendesk,
  zoom,
} from "../../src/verify/index.js";
import { asDelivery } from "./support/request.js";

const secret = "8f14e45fceea167a5a36dedd4bea2543";
const whsec = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const publicKey = Buffer.alloc(32, 1);
const publicUrl = "https://hooks.example.com/hook";
const now = 1_750_000_000_000;
const seconds = String(now / 1000);
const hex = "0".repeat(64);
const b64 = Buffer.alloc(32).toString("base64");
const ed = Buffer.alloc(64, 1);

type Headers = Record<string, string>;
const list = (value: string, prefix = "webhook"): Headers => ({
  [`${prefix}-id`]: "msg_1",
  [`${prefix}-timestamp`]: seconds,
  [`${prefix}-signature`]: value,
});
const many = (entry: string) => Array(16).fill(entry).join(" ");

/** A route and headers that no key of it signed, of the kind that costs it most. */
const routes: [string, Source, Headers, string?][] = [
  ["asana", asana({ secrets: secret }), { "x-hook-signature": hex }],
  ["calendly", calendly({ secrets: secret }), { "calendly-webhook-signature": `t=${seconds},v1=${hex}` }],
  ["composio", composio({ secrets: whsec }), list(many(`v1,${b64}`))],
  [
    "discord",
    discord({ publicKeys: publicKey.toString("hex") }),
    { "x-signature-ed25519": ed.toString("hex"), "x-signature-timestamp": seconds },
  ],
  ["github", github({ secrets: secret }), { "x-hub-signature-256": `sha256=${hex}` }],
  ["gitlab, token", gitlab({ secrets: secret }), { "x-gitlab-token": "wrong" }],
  ["gitlab, signing token", gitlab({ signingTokens: whsec }), list(many(`v1,${b64}`))],
  [
    "hubspot",
    hubspot({ secrets: secret, publicUrl }),
    { "x-hubspot-signature-v3": b64, "x-hubspot-request-timestamp": String(now) },
  ],
  ["intercom", intercom({ secrets: secret }), { "x-hub-signature": `sha1=${"0".repeat(40)}` }],
  ["linear", linear({ secrets: secret }), { "linear-signature": hex }],
  ["meta", meta({ secrets: secret }), { "x-hub-signature-256": `sha256=${hex}` }],
  ["microsoft-graph", microsoftGraph({ secrets: secret }), {}],
  [
    "notion",
    notion({ onToken: () => undefined, secrets: secret }),
    { "x-notion-signature": `sha256=${hex}` },
  ],
  ["openai", openai({ secrets: whsec }), list(many(`v1,${b64}`))],
  ["paddle", paddle({ secrets: secret }), { "paddle-signature": `ts=${seconds};h1=${hex}` }],
  ["shopify", shopify({ secrets: secret }), { "x-shopify-hmac-sha256": b64 }],
  [
    "slack",
    slack({ secrets: secret }),
    { "x-slack-signature": `v0=${hex}`, "x-slack-request-timestamp": seconds },
  ],
  ["square", square({ secrets: secret, publicUrl }), { "x-square-hmacsha256-signature": b64 }],
  ["standard-webhooks", standardWebhooks({ secrets: whsec }), list(many(`v1,${b64}`))],
  [
    "standard-webhooks, v1a",
    standardWebhooks({ publicKeys: `whpk_${publicKey.toString("base64")}` }),
    list(many(`v1a,${ed.toString("base64")}`)),
  ],
  [
    "standard-webhooks, both versions",
    standardWebhooks({ secrets: whsec, publicKeys: `whpk_${publicKey.toString("base64")}` }),
    list(`v1,${b64} v1a,${ed.toString("base64")} v1,${b64} v1a,${ed.toString("base64")}`),
  ],
  ["stripe", stripe({ secrets: secret }), { "stripe-signature": `t=${seconds},v1=${hex}` }],
  ["svix", svix({ secrets: whsec }), list(many(`v1,${b64}`), "svix")],
  ["telegram", telegram({ secrets: secret }), { "x-telegram-bot-api-secret-token": "wrong" }],
  ["token", token({ secrets: secret, header: "x-token" }), { "x-token": "wrong" }],
  [
    "twilio",
    twilio({ secrets: secret, publicUrl }),
    { "x-twilio-signature": Buffer.alloc(20).toString("base64") },
  ],
  [
    "twilio, JSON",
    twilio({ secrets: secret, publicUrl }),
    { "x-twilio-signature": Buffer.alloc(20).toString("base64") },
    `/hook?${"a&".repeat(4000)}bodySHA256=${hex}`,
  ],
  ["typeform", typeform({ secrets: secret }), { "typeform-signature": `sha256=${b64}` }],
  [
    "zendesk",
    zendesk({ secrets: secret }),
    {
      "x-zendesk-webhook-signature": b64,
      "x-zendesk-webhook-signature-timestamp": new Date(now).toISOString(),
    },
  ],
  [
    "sendgrid, of those with ECDSA",
    sendgrid({ publicKeys: der(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey) }),
    {
      "x-twilio-email-event-webhook-signature":
        "MEQCIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fAiAAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==",
      "x-twilio-email-event-webhook-timestamp": seconds,
    },
  ],
  [
    "kick, of those with RSA",
    kick({ publicKeys: der(generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey) }),
    {
      "kick-event-signature": Buffer.alloc(256, 1).toString("base64"),
      "kick-event-message-id": "1",
      "kick-event-message-timestamp": new Date(now).toISOString(),
    },
  ],
  [
    "contentful, of those that sign headers",
    contentful({ secrets: secret }),
    {
      "x-contentful-signature": hex,
      "x-contentful-signed-headers": Array(32).fill("x-contentful-timestamp").join(","),
      "x-contentful-timestamp": String(now),
    },
  ],
  [
    "docusign, of those with several headers",
    docusign({ secrets: secret }),
    Object.fromEntries(Array.from({ length: 10 }, (_none, at) => [`x-docusign-signature-${at + 1}`, b64])),
  ],
  ["figma", figma({ secrets: secret }), {}],
  ["azure-event-grid", azureEventGrid({ secrets: secret }), {}, `/hook?${"a&".repeat(4000)}secret=x`],
  ["zoom", zoom({ secrets: secret }), { "x-zm-signature": `v0=${hex}`, "x-zm-request-timestamp": seconds }],
];

function der(key: KeyObject): string {
  return key.export({ type: "spki", format: "der" }).toString("base64");
}

/** Such a body is read before it is verified, and costs some milliseconds at most. */
const inBody: ReadonlyArray<readonly [string, Source]> = [
  ["adyen", adyen({ secrets: "ab".repeat(32) })],
  ["mailgun", mailgun({ secrets: secret })],
  [
    "aws-sns",
    awsSns({
      topics: "arn:aws:sns:us-east-1:1:a",
      fetch: () => Promise.reject(new Error("It was fetched.")),
    }),
  ],
];
const MOST_IN_BODY_MS = 25;

const plain = hmac({ secrets: secret, header: "x-signature" });
const plainHeaders = { "x-signature": hex };

const filled = (unit: string, bytes: number) => Buffer.alloc(bytes, unit);

/** Bodies that are dear to parse, to put in order, to decode or to search. */
const bodies: ReadonlyArray<readonly [string, (bytes: number) => Buffer]> = [
  ["fields of one letter", (bytes) => filled("b&a&", bytes)],
  ["one name again and again", (bytes) => filled("a=1&a=2&", bytes)],
  ["escapes", (bytes) => filled("%61a", bytes)],
  ["fields in falling order with one long start", (bytes) => filledFields(bytes)],
  ["nested lists", (bytes) => filled("[", bytes)],
  ["a list of objects", (bytes) => filled('{"value":[{"clientState":"a"},', bytes)],
  ["names that nearly match", (bytes) => filled('"clientStat', bytes)],
  ["quotes", (bytes) => filled('"', bytes)],
  ["random bytes", (bytes) => randomBytes(bytes)],
];

function filledFields(bytes: number): Buffer {
  const fields = Math.min(128, Math.floor(bytes / 64));
  const size = Math.floor(bytes / fields);
  const names = Array.from({ length: fields }, (_none, at) => {
    const name = "n".repeat(Math.min(240, size - 12)) + String(fields - at).padStart(6, "0");
    return `${name}=${"%41".repeat(size)}`.slice(0, size - 1).concat("&");
  });
  return Buffer.from(names.join("").slice(0, bytes));
}

/** Thread milliseconds until the rejection. */
function spent(source: Source, body: Buffer, headers: Headers, url = "/hook"): number {
  const delivery = asDelivery({ url, headers, body }, now);
  const start = process.hrtime.bigint();
  try {
    const shaken = source.handshake?.(delivery, now);
    if (shaken !== undefined) throw new Error("It was taken for a set-up request.");
    source.verify(delivery, now);
  } catch (error) {
    if (!(error instanceof RejectedError)) throw error;
    return Number(process.hrtime.bigint() - start) / 1e6;
  }
  throw new Error("An unsigned request was accepted.");
}

const DEFAULT_BYTES = 5 * 1024 * 1024;
/** What a request costs besides: its head, its reading and its response, milliseconds. */
const REQUEST_MS = 0.1;
const MOST_TIMES = 3;
/** A signature with a public key takes some 0.1 ms by itself, which shows where the body is small. */
const MOST_TIMES_SMALL = 6;
const ROUNDS = 400;

/** Of each kind and size of body: its bytes, and the least that the plain HMAC route has taken for it so far. */
const plainBodies = new Map<string, { readonly body: Buffer; leastMs: number }>();

function plainBody(what: string, make: (bytes: number) => Buffer, bytes: number) {
  const key = `${what}, ${bytes}`;
  const known = plainBodies.get(key);
  if (known !== undefined) return known;
  const made = { body: make(bytes), leastMs: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 10; round += 1) {
    made.leastMs = Math.min(made.leastMs, spent(plain, made.body, plainHeaders));
  }
  plainBodies.set(key, made);
  return made;
}

/**
 * The cheapest of several runs against the cheapest of the plain route, of all that there have been: what another
 * process takes away counts for neither. A lower base only raises the ratio, so the first one below the limit will do.
 */
function times(
  source: Source,
  base: ReturnType<typeof plainBody>,
  headers: Headers,
  most: number,
  url?: string,
) {
  let [ours, ratio] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS && ratio >= most; round += 1) {
    if (round > 0) base.leastMs = Math.min(base.leastMs, spent(plain, base.body, plainHeaders));
    ours = Math.min(ours, spent(source, base.body, headers, url));
    ratio = (ours + REQUEST_MS) / (base.leastMs + REQUEST_MS);
  }
  return ratio;
}

test.each(routes.map(([name, source, headers, url]) => ({ name, source, headers, url })))(
  "$name: the largest body that the route takes, unsigned, costs at most three times the plain HMAC route's work",
  { timeout: 120_000 },
  ({ source, headers, url }) => {
    const largest = source.maxBodyBytes ?? DEFAULT_BYTES;
    for (const bytes of [largest, 64 * 1024, 16 * 1024, 4096, 2048]) {
      const most = bytes > 16 * 1024 ? MOST_TIMES : MOST_TIMES_SMALL;
      for (const [what, make] of bodies) {
        const measured = times(source, plainBody(what, make, bytes), headers, most, url);
        expect(measured, `${what}, ${bytes} bytes`).toBeLessThan(most);
      }
    }
  },
);

const within = (start: string, unit: string, end: string) => (bytes: number) =>
  Buffer.concat([Buffer.from(start), filled(unit, bytes - start.length - end.length), Buffer.from(end)]);
const part = (head: string) => within("", `\r\n--a-boundary\r\n${head}\r\n\r\n`, "\r\n--a-boundary--");

/** Bodies that are dear where they are read unsigned; the last ones as a multipart form. */
const unsignedBodies: typeof bodies = [
  ...bodies,
  ["a text of escapes", within('{"a":"', "\\n", '"}')],
  ["a text of quotes", within('{"a":"', '\\"', '"}')],
  ["empty lists", within('{"a":[', "[],", "1]}")],
  ["a long number", within('{"a":', "1", "}")],
  ["blanks", within("", " ", "")],
  ["long fields", within("", `a=${"%41".repeat(160)}&`, "")],
];
const unsignedForms: typeof bodies = [
  ["parts", part("A:b")],
  ["parts without an end of their heads", within("", "\r\n--a-boundary\r\n", "\r\n--a-boundary--")],
  ["parameters", part(`Content-Disposition: form-data${";a=b".repeat(1000)}`)],
  ["blanks in a head", part(`Content-Disposition:;${" ".repeat(4000)}`)],
  ["line breaks", within("", "\r\n", "")],
  ["returns", within("", "\r", "")],
  ["parts of returns", part(`${"\r".repeat(8000)}`)],
];

test.each(inBody)(
  "%s: an unsigned body costs some milliseconds at most, whatever it holds",
  { timeout: 120_000 },
  (_name, source) => {
    const largest = source.maxBodyBytes ?? 0;
    const type = { "content-type": "multipart/form-data; boundary=a-boundary" };
    const all = [
      ...unsignedBodies.map((each) => [...each, {}] as const),
      ...unsignedForms.map((each) => [...each, type] as const),
    ];
    for (const [what, make, headers] of all) {
      for (const bytes of new Set([256 * 1024, 2 * 1024 * 1024, 5 * 1024 * 1024, largest])) {
        // A large form is hashed in as many milliseconds as it has MiB.
        const most = Math.max(MOST_IN_BODY_MS, (2 * bytes) / 1024 / 1024);
        if (most > MOST_IN_BODY_MS && headers !== type) continue;
        let least = Number.POSITIVE_INFINITY;
        const body = make(bytes);
        for (let round = 0; round < ROUNDS && (round < 3 || least > most); round += 1) {
          least = Math.min(least, spent(source, body, headers));
        }
        expect(least, `${what}, ${bytes} bytes`).toBeLessThan(most);
      }
    }
  },
);

/** Milliseconds. */
function taken(run: () => void): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

test.each(["slack", "twilio"])(
  "%s: a signed form is read in time that grows with its size alone",
  { timeout: 60_000 },
  (provider) => {
    const origin = { provider, signed: true, digest: hex };
    const body = (fields: number) => Array.from({ length: fields }, (_none, at) => `a=${at}`).join("&");
    const [small, large] = [body(10_000), body(80_000)];
    const read = (text: string) =>
      taken(() => void readEvent(origin, readBody(text, provider, undefined).value));
    let [least, most] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    // Eight times the size is eight times the time; were it quadratic, sixty-four times.
    for (let round = 0; round < ROUNDS && (round < 4 || most / least > 16); round += 1) {
      least = Math.min(least, read(small));
      most = Math.min(most, read(large));
    }
    expect(most / least, `${least} ms, ${most} ms`).toBeLessThan(24);
  },
);

test("a signed form with a file of 8 MB is read in at most 32 times the time of its base64", () => {
  const file = randomBytes(8_000_000);
  const head = '--b\r\ncontent-disposition: form-data; name="a"; filename="a.bin"\r\n\r\n';
  const body = Buffer.concat([Buffer.from(head), file, Buffer.from("\r\n--b--\r\n")]);
  const text = file.toString("latin1");
  let [plain, read] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 40 && (round < 4 || read / plain > 24); round += 1) {
    plain = Math.min(
      plain,
      taken(() => void btoa(text)),
    );
    read = Math.min(
      read,
      taken(() => void readBody(body, "acme", "multipart/form-data; boundary=b")),
    );
  }
  expect(read / plain, `${plain} ms, ${read} ms`).toBeLessThan(32);
});

test("twilio: a form of 128 fields in 60 KB is accepted, and one of more is rejected before it is put in order", () => {
  const source = twilio({ secrets: secret, publicUrl });
  const form = (fields: number, size: number) =>
    Array.from({ length: fields }, (_none, at) => `f${at}=${"v".repeat(size)}`).join("&");
  const sign = (body: string) => {
    const fields = [...new URLSearchParams(body)].sort(([a], [b]) => (a < b ? -1 : 1));
    const content = publicUrl + fields.map(([name, value]) => name + value).join("");
    return createHmac("sha1", secret).update(content).digest("base64");
  };
  const statusOf = (body: string) => {
    const request = { headers: { "x-twilio-signature": sign(body) }, body };
    try {
      source.verify(asDelivery(request, now), now);
      return 200;
    } catch (error) {
      return error instanceof RejectedError ? error.status : error;
    }
  };
  expect(statusOf(form(128, 470))).toBe(200);
  expect(statusOf(form(129, 10))).toBe(400);
  expect(statusOf(form(10, 7_000))).toBe(413);
});

test("an unsigned header of many blanks costs no more than one of letters", () => {
  const options = { provider: "acme", secrets: secret, header: "x-sig" };
  const sources: [Source, string][] = [
    [hmac({ ...options, fields: { signature: "v1" } }), "x-sig"],
    [hmac({ ...options, separator: "," }), "x-sig"],
    [workos({ secrets: secret }), "workos-signature"],
    [pagerduty({ secrets: secret }), "x-pagerduty-signature"],
    [circleci({ secrets: secret }), "circleci-signature"],
  ];
  for (const [source, header] of sources) {
    const costOf = (filling: string) => {
      const headers = { [header]: `t=1,v1=a${filling.repeat(4000)}b` };
      return Math.min(...Array.from({ length: 5 }, () => spent(source, Buffer.from("{}"), headers)));
    };
    expect(costOf(" "), header).toBeLessThan(costOf("c") + 3);
    expect(costOf("\t"), header).toBeLessThan(costOf("c") + 3);
  }
});
