import { expect, test } from "vitest";
import {
  composio,
  discord,
  github,
  hmac,
  openai,
  type Source,
  standardWebhooks,
  stripe,
  svix,
  telegram,
} from "../../src/verify/index.js";
import { headerOf, withHeader } from "./support/request.js";
import { testSecret as secret, sender, testWhsec as whsec } from "./support/senders.js";
import { codeOf, verdict } from "./support/verdict.js";

const now = 1_750_000_000_000;

const makers: ReadonlyArray<[string, string, string, (secrets: string) => Source]> = [
  ["standardWebhooks", "standard-webhooks", whsec, (secrets) => standardWebhooks({ secrets })],
  ["svix", "svix", whsec, (secrets) => svix({ secrets })],
  ["openai", "openai", whsec, (secrets) => openai({ secrets })],
  ["composio", "composio, whsec_ decoded", whsec, (secrets) => composio({ secrets })],
  ["composio, text", "composio, whsec_ as text", whsec, (secrets) => composio({ secrets })],
  ["github", "github", secret, (secrets) => github({ secrets })],
  ["telegram", "telegram", secret, (secrets) => telegram({ secrets })],
  ["stripe", "stripe", "whsec_test_secret_text", (secrets) => stripe({ secrets })],
];

test.each(makers)(
  "%s: white space that was copied with a secret is no part of it",
  async (_maker, name, text, make) => {
    const request = await sender(name).send("text", now);
    for (const pasted of [text, `${text}\n`, `${text}\r\n`, `  ${text}`, `\t${text} `, `\ufeff${text}\n`]) {
      expect(codeOf(verdict(make(pasted), request, now)), JSON.stringify(pasted)).toBe("accepted");
    }
    expect(
      codeOf(verdict(make(`${text}0`.replace("=0", "").slice(0, -1).concat("A")), request, now)),
    ).not.toBe("accepted");
  },
);

test.each(makers.filter(([, , text]) => text === whsec))(
  "%s: a secret is taken as dashboards show it, v1,whsec_… too, with its padding or without",
  async (_maker, name, text, make) => {
    const request = await sender(name).send("text", now);
    for (const shown of [text, `v1,${text}`, ` v1,${text}\n`]) {
      expect(codeOf(verdict(make(shown), request, now)), shown).toBe("accepted");
    }
    if (name.includes("as text")) return;
    expect(codeOf(verdict(make(text.replace(/=+$/, "")), request, now))).toBe("accepted");
  },
);

test("a public key is taken as dashboards show it", async () => {
  const one = sender("standard-webhooks, v1a");
  const request = await one.send("text", now);
  expect(codeOf(verdict(one.make(), request, now))).toBe("accepted");
  const hex = sender("discord").publicKeyHex ?? expect.fail();
  const interaction = await sender("discord").send("text", now);
  for (const publicKeys of [hex, hex.toUpperCase(), ` ${hex}\n`]) {
    expect(codeOf(verdict(discord({ publicKeys }), interaction, now))).toBe("accepted");
  }
  const whpk = `whpk_${Buffer.from(hex, "hex").toString("base64")}`;
  for (const publicKeys of [whpk, `v1a,${whpk}`, `${whpk}\n`, whpk.replace(/=+$/, "")]) {
    expect(codeOf(verdict(standardWebhooks({ publicKeys }), request, now))).toBe("accepted");
  }
});

test.each([
  ["whsec_a-b_", /URL-safe/],
  ["whsec_c2VjcmV0", /decodes to 6 bytes/],
  ["whsec_not base64", /character that is not of base64/],
  [`"${whsec}"`, /quotes/],
  [`${whsec}\n${whsec}`, /line break/],
])("a secret %j is told precisely", (secrets, message) => {
  expect(() => svix({ secrets })).toThrow(message);
});

test("a signature in hex is taken in either case; one that mixes them, or has another fault, is told precisely", async () => {
  const one = sender("github");
  const request = await one.send("text", now);
  const value = headerOf(request, one.header);
  const hex = value.slice("sha256=".length);
  const said = (signature: string) =>
    verdict(one.make(), withHeader(request, one.header, `sha256=${signature}`), now);
  expect(codeOf(said(hex.toUpperCase()))).toBe("accepted");
  const at = hex.search(/[a-f]/);
  const mixed = hex.slice(0, at) + hex.charAt(at).toUpperCase() + hex.slice(at + 1);
  expect(said(mixed)).toMatchObject({
    refused: "ERR_SIGNATURE_MALFORMED",
    message:
      "The signature in x-hub-signature-256 is not hex: it mixes upper-case and lower-case hex digits.",
  });
  expect(said(`g${hex.slice(1)}`)).toMatchObject({ message: expect.stringContaining("at position 1") });
  expect(said(hex.slice(1))).toMatchObject({ message: expect.stringContaining("it has 63") });
  const base64 = hmac({
    secrets: secret,
    header: "x-hub-signature-256",
    prefix: "sha256=",
    encoding: "base64",
  });
  const urlSafe = withHeader(request, one.header, `sha256=${"-".repeat(43)}=`);
  expect(verdict(base64, urlSafe, now)).toMatchObject({ message: expect.stringContaining("URL-safe") });
});
