import { ApiError, EarshotError } from "../../base/errors.js";
import { knownOptions, numberOption } from "../../base/options.js";
import { isJsonObject, textField } from "../../model/json.js";
import type { PolledSource } from "../../model/sender-log.js";
import { providerName } from "../../settings/provider-name.js";
import { type FetchList, SenderApi } from "./sender-api.js";
import { svixMessage } from "./svix-messages.js";

/** Options of {@link svixPoller}. */
export interface SvixPollerOptions {
  /** The URL of the polling endpoint, as the app portal shows it: `https://api.us.svix.com/api/v1/app/…/poller/…`. */
  readonly url: string;
  /** Its key: `sk_poll_…`. */
  readonly token: string;
  /** The sender that uses Svix: the app of its events. Default `"svix"`. */
  readonly provider?: string | undefined;
  /** Pause after the last message, milliseconds. Default: 10,000. */
  readonly intervalMs?: number | undefined;
  /** Sends requests. Default: the runtime's `fetch`. */
  readonly fetch?: FetchList | undefined;
}

const names = new Set(["url", "token", "provider", "intervalMs", "fetch"]);

/**
 * A polling endpoint of Svix: its messages are read, so that no public URL is needed. It has every message since it was
 * created.
 *
 * @example
 * const listener = new TriggerListener({ poll: svixPoller({ url, token, provider: "clerk" }) });
 *
 * @throws EarshotError ERR_OPTION
 */
export function svixPoller(options: SvixPollerOptions): PolledSource {
  knownOptions("svixPoller()", options, names);
  const { url, token, provider = "svix", intervalMs, fetch } = options;
  if (typeof url !== "string" || !URL.canParse(url)) {
    throw new EarshotError("ERR_OPTION", "svixPoller(): `url` is the URL of the polling endpoint.");
  }
  const { origin, pathname } = new URL(url);
  const api = new SenderApi({ service: "Svix", baseUrl: origin, token, fetch });
  return {
    provider: providerName("svixPoller()", provider),
    name: `${origin}${pathname}`,
    intervalMs: numberOption("svixPoller(): intervalMs", intervalMs, 10_000, 1),
    async poll(iterator, signal) {
      const query = iterator === undefined ? "" : `?iterator=${encodeURIComponent(iterator)}`;
      const { json } = await api.get(`${pathname}${query}`, signal);
      const { data, iterator: next, done } = isJsonObject(json) ? json : {};
      const read = textField(next);
      if (read === undefined) {
        throw new ApiError("ERR_BAD_ANSWER", "The response of Svix has no iterator.", { status: 200 });
      }
      const events = api.objects(data).map((message) => ({
        ...svixMessage(message),
        eventName: textField(message.eventType),
      }));
      return { events, iterator: read, done: done !== false };
    },
  };
}
