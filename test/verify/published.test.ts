import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  adyen,
  adyenPlatform,
  box,
  coinbaseCommerce,
  composio,
  hookdeck,
  hubspot,
  intercom,
  nylas,
  openai,
  polar,
  type Source,
  shopify,
  square,
  telegram,
  twilio,
  zoom,
} from "../../src/verify/index.js";
import { SvixWebhook, verifyKey, StandardWebhook as Webhook } from "../compat/signing.js";
import {
  linearPackage,
  notionPackage,
  paddlePackage,
  slackPackage,
  stripePackage,
  whatsappPackage,
} from "./support/packages.js";
import { headerOf, type TestRequest, withHeader } from "./support/request.js";
import { sender, senders, testSecret, testWhsec } from "./support/senders.js";
import { codeOf, verdict } from "./support/verdict.js";

/** Providers' packages look at the real clock. */
const now = Date.now();

test.each(senders.map((one) => one.name))("%s: a signed request is accepted", async (name) => {
  const one = sender(name);
  const said = verdict(one.make(), await one.send("Grüße ☂ \u0000 \ud83d\ude00", now), now);
  expect(said).toMatchObject({ accepted: { signed: true, route: "/hook" } });
});

const packages: ReadonlyArray<[string, string, (request: TestRequest) => boolean | Promise<boolean>]> = [
  ["discord-interactions", "discord", (r) => verifyDiscord(r)],
  [
    "@linear/sdk",
    "linear",
    (r) =>
      new (linearPackage().LinearWebhookClient)(testSecret).verify(
        Buffer.from(r.body),
        headerOf(r, "linear-signature"),
      ),
  ],
  [
    "@notionhq/client",
    "notion",
    (r) =>
      notionPackage().verifyWebhookSignature({
        body: r.body as string,
        signature: headerOf(r, "x-notion-signature"),
        verificationToken: testSecret,
      }),
  ],
  [
    "@paddle/paddle-node-sdk",
    "paddle",
    (r) =>
      paddlePackage().webhooks.isSignatureValid(
        r.body as string,
        testSecret,
        headerOf(r, "paddle-signature"),
      ),
  ],
  [
    "slack-edge",
    "slack",
    (r) =>
      slackPackage().verifySlackRequest(
        testSecret,
        new Headers(r.headers as Record<string, string>),
        r.body as string,
      ),
  ],
  [
    "standardwebhooks",
    "standard-webhooks",
    (r) => new Webhook(testWhsec).verify(r.body as string, r.headers as Record<string, string>) !== undefined,
  ],
  [
    "stripe",
    "stripe",
    (r) =>
      stripePackage().webhooks.constructEvent(
        r.body as string,
        headerOf(r, "stripe-signature"),
        "whsec_test_secret_text",
      ) !== undefined,
  ],
  [
    "svix",
    "svix",
    (r) =>
      new SvixWebhook(testWhsec).verify(r.body as string, r.headers as Record<string, string>) !== undefined,
  ],
  [
    "whatsapp-api-js",
    "meta",
    (r) => whatsappPackage().verifyRequestSignature(r.body as string, headerOf(r, "x-hub-signature-256")),
  ],
];

let discordKey: string | undefined;
async function verifyDiscord(request: TestRequest): Promise<boolean> {
  if (discordKey === undefined)
    throw new Error("The key of the test's Discord application is not known yet.");
  return verifyKey(
    request.body as string,
    headerOf(request, "x-signature-ed25519"),
    headerOf(request, "x-signature-timestamp"),
    discordKey,
  );
}

test.each(packages)("%s accepts what %s's row accepts", async (_package, name, accepts) => {
  const one = sender(name);
  discordKey = one.publicKeyHex;
  const request = await one.send("hello", now);
  expect(codeOf(verdict(one.make(), request, now))).toBe("accepted");
  expect(await accepts(request)).toBe(true);
});

/** Signed or accepted by a package too large to install for a test; made once with the version it names. */
interface Vector {
  readonly provider: string;
  readonly what: string;
  readonly by: string;
  readonly secret: string;
  readonly publicUrl?: string;
  readonly nowMs: number;
  readonly request: { readonly url: string; readonly headers: Record<string, string>; readonly body: string };
}

const vectors = JSON.parse(
  readFileSync(new URL("./support/published-vectors.json", import.meta.url), "utf8"),
) as Vector[];

const makers: Readonly<Record<string, (secrets: string, publicUrl: string | undefined) => Source>> = {
  twilio: (secrets, publicUrl) => twilio({ secrets, publicUrl }),
  hubspot: (secrets, publicUrl) => hubspot({ secrets, publicUrl }),
  square: (secrets, publicUrl) => square({ secrets, publicUrl }),
  shopify: (secrets) => shopify({ secrets }),
  openai: (secrets) => openai({ secrets }),
  zoom: (secrets) => zoom({ secrets }),
  composio: (secrets) => composio({ secrets }),
  intercom: (secrets) => intercom({ secrets }),
  telegram: (secrets) => telegram({ secrets }),
  adyen: (secrets) => adyen({ secrets }),
  "adyen-platform": (secrets) => adyenPlatform({ secrets }),
  box: (secrets) => box({ secrets }),
  "coinbase-commerce": (secrets) => coinbaseCommerce({ secrets }),
  hookdeck: (secrets) => hookdeck({ secrets }),
  nylas: (secrets) => nylas({ secrets }),
  polar: (secrets) => polar({ secrets }),
};

test.each(vectors.map((vector) => [vector.by, vector.what, vector] as const))(
  "%s, %s: accepted, and rejected with one more byte",
  (_by, _what, vector) => {
    const { provider, secret, publicUrl, request } = vector;
    const source = makers[provider]?.(secret, publicUrl) ?? expect.fail();
    expect(codeOf(verdict(source, request, vector.nowMs))).toBe("accepted");
    // Telegram signs nothing, and Adyen members of the body: there the token is what counts.
    const token = request.headers["x-telegram-bot-api-secret-token"];
    const longer =
      token === undefined
        ? {
            ...request,
            body: provider === "adyen" ? request.body.replace("7914", "7915") : `${request.body}x`,
          }
        : withHeader(request, "x-telegram-bot-api-secret-token", `${token}x`);
    expect(codeOf(verdict(source, longer, vector.nowMs))).toBe("ERR_SIGNATURE_WRONG");
  },
);
