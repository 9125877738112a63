import { dateOf } from "../base/date-of.js";
import { isJsonObject, type JsonObject, objectField, textField } from "../model/json.js";
import { allOf, withEnvelope } from "./event-format.js";
import { sender } from "./sender.js";

function itemsOf({ notificationItems }: JsonObject): readonly JsonObject[] | undefined {
  if (!Array.isArray(notificationItems)) return undefined;
  const items = notificationItems.map((each) =>
    isJsonObject(each) ? each.NotificationRequestItem : undefined,
  );
  return items.every(isJsonObject) ? items : undefined;
}

const signedMembers = ["pspReference", "originalReference", "merchantAccountCode", "merchantReference"];

function signedText(item: JsonObject): string {
  const amount = objectField(item.amount) ?? {};
  const values = [...signedMembers.map((name) => item[name]), amount.value, amount.currency];
  return [...values, item.eventCode, item.success].map((value) => String(value ?? "")).join(":");
}

function signatureOf(item: JsonObject): string {
  return String(objectField(item.additionalData)?.hmacSignature ?? "");
}

const signatureMember = ["additionalData", "hmacSignature"];

/** A body that lists no items is one item. */
function signed(body: JsonObject, mac: (text: string) => string): JsonObject {
  const notificationItems = (itemsOf(body) ?? [body]).map((item) => ({
    NotificationRequestItem: {
      ...item,
      additionalData: { ...objectField(item.additionalData), hmacSignature: mac(signedText(item)) },
    },
  }));
  return { live: "false", ...(itemsOf(body) === undefined ? {} : body), notificationItems };
}

/** Adyen standard webhooks; those of its platforms are `adyenPlatform()`. The signature is in the body, for each item, over eight of its members. */
export const adyen = sender({
  title: "Adyen",
  docs: "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
  checked: "@adyen/api-library",
  setup: "Developers › Webhooks › Standard webhook: the URL; the generated HMAC key.",
  scheme: {
    provider: "adyen",
    signature: {
      form: "in-body",
      algorithms: ["hmac-sha256"],
      encoding: "base64",
      read: (body) =>
        itemsOf(body)?.map((item) => ({ signed: signedText(item), signature: signatureOf(item) })),
      sign: (body, { mac }) => signed(body, mac),
    },
    credentialMembers: [
      ["notificationItems", "NotificationRequestItem", ...signatureMember],
      signatureMember,
    ],
    key: "hex",
    maxBodyBytes: 256 * 1024,
    acknowledgement: { status: 200, headers: { "content-type": "text/plain" }, body: "[accepted]" },
  },
  events: {
    read: (item) => ({
      name: textField(item.eventCode),
      id: allOf(":", item.pspReference, item.eventCode, String(item.success)),
      at: dateOf(item.eventDate),
    }),
    // `live` beside the list, which is not signed.
    split: ({ notificationItems, ...beside }) => withEnvelope(itemsOf({ notificationItems }), beside),
  },
});
