import { EarshotError } from "../../base/errors.js";
import { v1, type WebhookFormatBodyV1 } from "../../protocol/rest-v1.js";
import type { WebhookCalls, WebhookEndpointCalls } from "../api-adapter.js";
import { booleanOf, objectIn, objectOf, optionalText, requiredText, withHidden } from "../read.js";
import type { Requester } from "../request.js";
import { successIn } from "./response.js";

type Signal = AbortSignal | undefined;

/** A client has one callback URL, and one of two body formats. */
export function webhookCallsV1(requester: Requester): WebhookCalls {
  async function urlNow(signal: Signal): Promise<string | undefined> {
    const response = objectIn(await requester.call(v1.callbackUrl, {}, { signal }), "the webhook URL");
    return optionalText(response.callbackURL);
  }

  return {
    async current(signal) {
      const url = await urlNow(signal);
      const { client } = await clientOf(requester, signal);
      return { url, secret: optionalText(client.webhookSecret) };
    },

    async set(url, { version, events, alsoEvents }, signal) {
      if (events !== undefined || alsoEvents.length > 0) throw onlyV3("choose the events of a webhook");
      if (version === "V3") {
        throw new EarshotError(
          "ERR_OPTION",
          '`version` is "V1" or "V2" with apiVersion "v1"; "V3" needs "v3".',
        );
      }
      const replaced = await urlNow(signal);
      const { id, client } = await clientOf(requester, signal);
      // The format first: the first body at the new URL already has it.
      if (version !== undefined) {
        const json: WebhookFormatBodyV1 = { id, isNewWebhook: version === "V2" };
        successIn(
          await requester.call(v1.setWebhookFormat, {}, { json, signal }),
          "setting the webhook format",
        );
      }
      const json = { callbackURL: url };
      successIn(await requester.call(v1.setCallbackUrl, {}, { json, signal }), "setting the webhook URL");
      const isNew = booleanOf(client.isNewWebhook);
      const current = isNew === undefined ? undefined : isNew ? "V2" : "V1";
      return withHidden(
        { url, version: version ?? current, events: undefined, replaced },
        "secret",
        optionalText(client.webhookSecret),
      );
    },

    async eventTypes() {
      throw onlyV3("list the events of webhooks");
    },

    async delete() {
      throw onlyV3("delete a webhook");
    },

    async rotateSecret() {
      throw onlyV3("rotate a webhook secret");
    },
  };
}

const noEndpoints = async (): Promise<never> => {
  throw onlyV3("manage webhook endpoints of OAuth apps");
};

export const noWebhookEndpoints: WebhookEndpointCalls = {
  list: noEndpoints,
  setupFields: noEndpoints,
  create: noEndpoints,
  get: noEndpoints,
  store: noEndpoints,
};

function onlyV3(act: string): EarshotError {
  return new EarshotError(
    "ERR_OPTION",
    `Generation 1 of the API cannot ${act}: use new Toolset({ apiVersion: "v3" }).`,
  );
}

/** The account of the API key, which generation 1 calls a client. */
export async function clientOf(requester: Requester, signal: AbortSignal | undefined) {
  const what = "the client information";
  const client = objectOf(objectIn(await requester.call(v1.clientInfo, {}, { signal }), what).client);
  return { id: requiredText(client, "id", what), client };
}
