import { dateOf } from "../base/date-of.js";
import { type JsonObject, textField } from "../model/json.js";
import { allOf } from "./event-format.js";
import { sender } from "./sender.js";

function happenedAt(body: JsonObject): unknown {
  return body.DeliveredAt ?? body.BouncedAt ?? body.ReceivedAt ?? body.ChangedAt;
}

/** A message is delivered to each of its recipients, and may be within one second. A recipient may click two links. */
function whoAndWhat({ Recipient, Email, OriginalLink }: JsonObject): readonly string[] {
  return [textField(Recipient) ?? textField(Email), textField(OriginalLink)].filter(
    (one) => one !== undefined,
  );
}

/** Postmark: basic authentication; nothing is signed. */
export const postmark = sender({
  title: "Postmark",
  docs: "https://postmarkapp.com/developer/webhooks/webhooks-overview",
  checked: "hookdeck/webhook-skills",
  setup: "Servers › Webhooks: the URL with basic authentication; `secrets` is `user:password`.",
  scheme: {
    provider: "postmark",
    signature: { form: "token", header: "authorization", prefix: "Basic ", encoding: "basic" },
    // Attachments of an inbound message: 35 MB, in base64.
    // https://postmarkapp.com/support/article/1056-what-are-the-attachment-and-email-size-limits
    maxBodyBytes: 50 * 1024 * 1024,
  },
  events: {
    read: (body) => ({
      name: textField(body.RecordType) ?? "Inbound",
      id: allOf(":", body.MessageID, body.RecordType, happenedAt(body), ...whoAndWhat(body)),
      at: dateOf(happenedAt(body)),
    }),
  },
});
