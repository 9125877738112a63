import { EarshotError } from "../base/errors.js";
import { type OptionTable, oneOf, readOptions, withoutDefault } from "../base/options.js";
import { shownValue } from "../base/warning.js";
import type { ApiAdapter } from "./api-adapter.js";
import type { SetWebhookOptions, Webhook } from "./types.js";

export const setWebhookTable = {
  version: oneOf(["V1", "V2", "V3"]),
  events: withoutDefault(eventsOption),
  signal: withoutDefault<AbortSignal>(),
} satisfies OptionTable<SetWebhookOptions>;

/** @throws EarshotError ERR_OPTION where it is no http(s) URL, or an option is wrong */
export async function setWebhook(
  adapter: ApiAdapter,
  url: string,
  options: SetWebhookOptions,
): Promise<Webhook> {
  const { signal, ...given } = readOptions("setWebhookUrl", setWebhookTable, options);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new EarshotError("ERR_OPTION", `A webhook URL starts with https://, not ${shownValue(url)}.`);
  }
  return adapter.webhook.set(url, { ...given, alsoEvents: [] }, signal);
}

function eventsOption(name: string, given: readonly string[]): readonly string[] {
  if (
    Array.isArray(given) &&
    given.length > 0 &&
    given.every((one) => typeof one === "string" && one !== "")
  ) {
    return [...new Set(given)];
  }
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is a list of event types like ["composio.trigger.message"], not ${shownValue(given)}.`,
  );
}
