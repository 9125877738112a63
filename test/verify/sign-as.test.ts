import { expect, test } from "vitest";
import { senderDefinitions } from "../../src/providers/event-formats.js";
import { optionsOf } from "../../src/providers/sender.js";
import { signAs } from "../../src/testing/index.js";
import * as providers from "../../src/verify/index.js";
import { describeSender, type Source, verifyWebhook } from "../../src/verify/index.js";
import { onlyTheirs, sampleKeys } from "./support/sample-keys.js";

const now = 1_750_000_000_000;
const url = "https://hooks.example.com/hook?a=1";
test.each(senderDefinitions.map((definition) => [definition.scheme.provider, definition] as const))(
  "%s: a request that is signed for a test is accepted by the sender's source, and no other body is",
  async (provider, definition) => {
    const { scheme } = definition;
    if (onlyTheirs.includes(provider)) {
      await expect(signAs(provider, { secret: "x" })).rejects.toMatchObject({ code: "ERR_OPTION" });
      return;
    }
    const { signs: secret, verifies, isPair } = sampleKeys(scheme);
    const needed = optionsOf(scheme);
    const options = {
      [isPair ? "publicKeys" : provider === "gitlab" ? "signingTokens" : "secrets"]: verifies,
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
