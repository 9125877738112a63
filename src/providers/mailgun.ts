import { objectField, textField } from "../model/json.js";
import { placed } from "./event-format.js";
import { sender } from "./sender.js";

/** Mailgun: the signature is in the body, over a time and a random token. The rest of the body is not signed. */
export const mailgun = sender({
  title: "Mailgun",
  docs: "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
  checked: "the vendor's page",
  setup:
    "Sending › Webhooks: the URL; the HTTP webhook signing key of the account. The primary account's key is for its subaccounts too.",
  scheme: {
    provider: "mailgun",
    signature: {
      form: "in-body",
      algorithms: ["hmac-sha256"],
      encoding: "hex",
      read(body) {
        const { timestamp, token, signature, ...others } = objectField(body.signature) ?? body;
        const [time, random, mac] = [textField(timestamp), textField(token), textField(signature)];
        if (time === undefined || random === undefined || mac === undefined) return undefined;
        // Of a subaccount's domain, the primary account signs too: its key is then enough.
        const orSignature = textField(others["parent-signature"]);
        return [{ signed: time + random, signature: mac, orSignature, time }];
      },
      sign(body, { mac, nowMs, id: token }) {
        const timestamp = String(Math.floor(nowMs / 1000));
        return { signature: { timestamp, token, signature: mac(timestamp + token) }, ...body };
      },
    },
    // The token stays: it identifies an event of the older form, and is no use without its signature.
    credentialMembers: [
      "signature",
      "parent-signature",
      ["signature", "signature"],
      ["signature", "parent-signature"],
    ],
    time: { field: true, unit: "s" },
    // Messages of 25 MB, which a route of Mailgun sends with their attachments.
    maxBodyBytes: 32 * 1024 * 1024,
  },
  events: {
    ...placed({
      name: ["event-data.event", "event"],
      id: ["event-data.id", "token"],
      at: ["event-data.timestamp", "timestamp"],
    }),
    form: "fields",
  },
});
