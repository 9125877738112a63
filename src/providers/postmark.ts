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
    read(body) {
      const { MessageID, RecordType } = body;
      const name = textField(RecordType) ?? "Inbound";
      const at = happenedAt(body);
      // An inbound message has no time of its receipt, and its own id, under which Postmark tries again for hours.
      // https://postmarkapp.com/developer/webhooks/inbound-webhook
      const isInbound = name === "Inbound" && at === undefined;
      const id = isInbound ? [MessageID, name] : [MessageID, RecordType, at, ...whoAndWhat(body)];
      return { name, id: allOf(":", ...id), at: dateOf(at) };
    },
  },
});
