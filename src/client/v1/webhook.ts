import { EarshotError } from "../../base/errors.js";
import { v1, type WebhookFormatBodyV1 } from "../../protocol/rest-v1.js";
import type { WebhookCalls } from "../dialect.js";
import { booleanOf, objectIn, textOf, withHidden } from "../read.js";
import type { Requester } from "../request.js";
import { successOf } from "./answer.js";
import { clientOf } from "./realtime.js";

type Signal = AbortSignal | undefined;

/** A client has one callback URL, and one of two body formats. */
export function webhookCalls(requester: Requester): WebhookCalls {
  async function urlNow(signal: Signal): Promise<string | undefined> {
    const answer = objectIn(await requester.call(v1.callbackUrl, {}, { signal }), "the webhook URL");
    return textOf(answer.callbackURL);
  }

  return {
    async current(signal) {
      const url = await urlNow(signal);
      const { client } = await clientOf(requester, signal);
      return { url, secret: textOf(client.webhookSecret) };
    },

    async set(url, version, signal) {
      if (version === "V3") {
        throw new EarshotError(
          "ERR_OPTION",
          '`version` is "V1" or "V2" with apiVersion "v1"; "V3" needs "v3".',
        );
      }
      const replaced = await urlNow(signal);
      const { id, client } = await clientOf(requester, signal);
      // The format first: once the URL stands, bodies come in the format that was asked for.
      if (version !== undefined) {
        const json: WebhookFormatBodyV1 = { id, isNewWebhook: version === "V2" };
        successOf(
          await requester.call(v1.setWebhookFormat, {}, { json, signal }),
          "setting the webhook format",
        );
      }
      const json = { callbackURL: url };
      successOf(await requester.call(v1.setCallbackUrl, {}, { json, signal }), "setting the webhook URL");
      const isNew = booleanOf(client.isNewWebhook);
      const stands = isNew === undefined ? undefined : isNew ? "V2" : "V1";
      return withHidden(
        { url, version: version ?? stands, replaced },
        "secret",
        textOf(client.webhookSecret),
      );
    },

    async rotateSecret() {
      throw new EarshotError(
        "ERR_OPTION",
        'Generation 1 of the API cannot rotate a webhook secret: use new Toolset({ apiVersion: "v3" }).',
      );
    },
  };
}
