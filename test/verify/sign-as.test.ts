import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { senderDefinitions } from "../../src/providers/event-formats.js";
import { optionsOf } from "../../src/providers/sender.js";
import { signAs } from "../../src/testing/index.js";
import * as providers from "../../src/verify/index.js";
import { describeSender, type Source, verifyWebhook } from "../../src/verify/index.js";
import { testWhsec } from "./support/senders.js";

const now = 1_750_000_000_000;
const url = "https://hooks.example.com/hook?a=1";
/** Only these senders have the key of their signatures. */
const onlyTheirs = ["aws-sns", "fal", "gmail", "google-pubsub", "paypal", "plaid"];

const pairs: Readonly<Record<string, ReturnType<typeof generateKeyPairSync>>> = {
  ed25519: generateKeyPairSync("ed25519") as never,
  "ecdsa-p256": generateKeyPairSync("ec", { namedCurve: "P-256" }) as never,
  "rsa-sha256": generateKeyPairSync("rsa", { modulusLength: 2048 }) as never,
};

/** A secret in the form of the sender. */
function secretOf(key: string | undefined): string {
  if (key === "hex") return "ab".repeat(32);
  return key === "base64" ? Buffer.alloc(32, 7).toString("base64") : testWhsec;
}

test.each(senderDefinitions.map((definition) => [definition.scheme.provider, definition] as const))(
  "%s: a request that is signed for a test is accepted by the sender's source, and no other body is",
  async (provider, definition) => {
    const { scheme } = definition;
    if (onlyTheirs.includes(provider)) {
      await expect(signAs(provider, { secret: "x" })).rejects.toMatchObject({ code: "ERR_OPTION" });
      return;
    }
    const algorithm = "algorithm" in scheme.signature ? scheme.signature.algorithm : undefined;
    const pair = pairs[algorithm ?? ""];
    const secret =
      pair === undefined
        ? secretOf(scheme.key)
        : String(pair.privateKey.export({ type: "pkcs8", format: "pem" } as never));
    const needed = optionsOf(scheme);
    const options = {
      ...(pair === undefined
        ? { [provider === "gitlab" ? "signingTokens" : "secrets"]: secret }
        : { publicKeys: String(pair.publicKey.export({ type: "spki", format: "pem" } as never)) }),
      ...(needed.includes("publicUrl") ? { publicUrl: url } : {}),
    };
    const make = (providers as unknown as Record<string, (options: object) => Source>)[
      describeSender(definition).function
    ];
    const source = make?.(options);
    if (source === undefined) throw new Error("It is exported.");
    const body = { id: "evt_1", webhookTimestamp: now, value: [{}] };
    const { eventName, id } = { eventName: "thing.done", id: "msg_1" };
    const request = await signAs(provider, {
      secret,
      body: provider === "twilio" ? "b=2&a=1" : body,
      url,
      eventName,
      id,
      nowMs: now,
    });
    expect((await verifyWebhook(source, request, now)).origin).toMatchObject({ provider, signed: true });
    const other = { ...request, body: `${String(request.body)} ` };
    if (!describeSender(definition).signsBody) return;
    await expect(verifyWebhook(source, other, now)).rejects.toMatchObject({ name: "RejectedError" });
  },
);

test("adyen: each item of a body is signed by itself, and a changed item is rejected", async () => {
  const secret = "ab".repeat(32);
  const item = (pspReference: string) => ({
    NotificationRequestItem: { pspReference, eventCode: "AUTHORISATION", success: "true" },
  });
  const body = { live: "true", notificationItems: [item("1"), item("2")] };
  const request = await signAs("adyen", { secret, body, nowMs: now });
  const source = providers.adyen({ secrets: secret });
  await expect(verifyWebhook(source, request, now)).resolves.toMatchObject({ origin: { signed: true } });
  const changed = { ...request, body: String(request.body).replace('"2"', '"3"') };
  await expect(verifyWebhook(source, changed, now)).rejects.toMatchObject({ code: "ERR_SIGNATURE_WRONG" });
});
