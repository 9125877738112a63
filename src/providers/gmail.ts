import { dateOf } from "../base/date-of.js";
import { objectField, textField } from "../model/json.js";
import { type GoogleOidcOptions, googleOidc, googleOidcScheme, pubsubMessage } from "./google-pubsub.js";
import { sender } from "./sender.js";

/** Gmail push: Pub/Sub with `{ emailAddress, historyId }` as the payload. Read the changes with `history.list`. */
export const gmail = sender<GoogleOidcOptions>(
  {
    title: "Gmail",
    docs: "https://developers.google.com/workspace/gmail/api/guides/push",
    checked: "google-auth-library",
    setup: "`users.watch` with a Pub/Sub topic, and an authenticated push subscription of it with the URL.",
    identity: "message id",
    scheme: { ...googleOidcScheme, provider: "gmail" },
    events: {
      read: ({ messageId, publishTime }, { request }) => ({
        name: "history.changed",
        id: textField(messageId),
        at: dateOf(publishTime) ?? dateOf(request?.headers["x-goog-pubsub-publish-time"]),
      }),
      split(body) {
        const message = pubsubMessage(body);
        if (message === undefined) return undefined;
        const { messageId, publishTime, data } = message;
        return [{ ...objectField(data), messageId, publishTime }];
      },
    },
    options: ["serviceAccount"],
  },
  googleOidc,
);
