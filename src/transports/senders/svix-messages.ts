import { dateOf } from "../../base/date-of.js";
import { ApiError, EarshotError } from "../../base/errors.js";
import { knownOptions } from "../../base/options.js";
import { isJsonObject, type JsonObject, textField } from "../../model/json.js";
import type { ListedEvent, SenderLog } from "../../model/sender-log.js";
import { oldestFirst } from "./oldest-first.js";
import { type FetchList, SenderApi } from "./sender-api.js";

/** Options of {@link svixMessages}. */
export interface SvixMessagesOptions {
  /** A key of the API, or of the app portal, that may read the endpoint's messages. Its region is in it: `….eu`. */
  readonly token: string;
  /** The application: `app_…`, or its uid. */
  readonly appId: string;
  /** The endpoint: `ep_…`, or its uid. */
  readonly endpointId: string;
  /** Default: the host of the key's region. */
  readonly baseUrl?: string | undefined;
  /** Sends requests. Default: the runtime's `fetch`. */
  readonly fetch?: FetchList | undefined;
}

const names = new Set(["token", "appId", "endpointId", "baseUrl", "fetch"]);

const PAGE_SIZE = 100;
/** The `status` of a message that the endpoint has acknowledged. */
const SUCCEEDED = 0;

/**
 * The messages that Svix has not delivered to an endpoint. Svix delivers them again too: each runs once, since its id
 * is signed.
 *
 * @throws EarshotError ERR_OPTION
 */
export function svixMessages(options: SvixMessagesOptions): SenderLog {
  knownOptions("svixMessages()", options, names);
  const { token, appId, endpointId, baseUrl = svixHost(token), fetch } = options;
  const part = (name: string, text: string): string => {
    if (typeof text === "string" && text !== "") return encodeURIComponent(text);
    throw new EarshotError("ERR_OPTION", `svixMessages(): \`${name}\` is a string that is not empty.`);
  };
  const path = `/api/v1/app/${part("appId", appId)}/endpoint/${part("endpointId", endpointId)}/msg`;
  const api = new SenderApi({ service: "Svix", baseUrl, token, fetch });
  const list = async (query: URLSearchParams, iterator: string | undefined, signal: AbortSignal) => {
    const page = new URLSearchParams(query);
    if (iterator !== undefined) page.set("iterator", iterator);
    const { json } = await api.get(`${path}?${page}`, signal);
    const { data, done, iterator: next } = isJsonObject(json) ? json : {};
    return { items: api.objects(data), next: done === true ? undefined : textField(next) };
  };
  return {
    name: "Svix's list of messages",
    async *read({ since, until, signal }) {
      const query = new URLSearchParams({
        limit: String(PAGE_SIZE),
        with_content: "true",
        after: new Date(Math.max(0, since)).toISOString(),
        before: new Date(until).toISOString(),
      });
      for await (const message of oldestFirst((iterator) => list(query, iterator, signal))) {
        // The name stays in the body: deliveries have it nowhere else.
        if (message.status !== SUCCEEDED) yield svixMessage(message);
      }
    },
  };
}

/** The host for a key: the part after its last dot is a region. */
export function svixHost(token: unknown): string {
  const region = typeof token === "string" ? token.split(".")[1] : undefined;
  return /^[a-z]{2,3}$/.test(region ?? "") ? `https://api.${region}.svix.com` : "https://api.svix.com";
}

/** @throws ApiError ERR_BAD_ANSWER */
export function svixMessage(message: JsonObject): ListedEvent {
  const [id, at] = [textField(message.id), dateOf(message.timestamp)];
  if (id === undefined || at === undefined) {
    throw new ApiError("ERR_BAD_ANSWER", "A message of Svix has no id or time.", { status: 200 });
  }
  const { payload } = message;
  const body = typeof payload === "object" && payload !== null ? payload : undefined;
  return { at: at.getTime(), id, idSigned: true, body };
}
