import { dateOf } from "../../base/date-of.js";
import { ApiError, EarshotError } from "../../base/errors.js";
import { knownOptions, textOption } from "../../base/options.js";
import { isJsonObject, type JsonObject, textField } from "../../model/json.js";
import type { SenderLog } from "../../model/sender-log.js";
import { oldestFirst } from "./oldest-first.js";
import { type FetchList, SenderApi } from "./sender-api.js";

/** Options of {@link stripeEvents}. */
export interface StripeEventsOptions {
  /** A secret key, or a restricted key that may read events. */
  readonly apiKey: string;
  /** The names of the events, 20 at most. Default: all that an endpoint has not received. */
  readonly types?: readonly string[] | undefined;
  /** The connected account whose events are read: `acct_…`. Default: the account of the key. */
  readonly account?: string | undefined;
  /** Default `https://api.stripe.com`. */
  readonly baseUrl?: string | undefined;
  /** Sends requests. Default: the runtime's `fetch`. */
  readonly fetch?: FetchList | undefined;
}

const names = new Set(["apiKey", "types", "account", "baseUrl", "fetch"]);

/** https://docs.stripe.com/api/events */
const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;
const PAGE_SIZE = 100;

/**
 * Stripe's events of the last 30 days that are not delivered yet to every endpoint. Stripe delivers them again too, for
 * up to 3 days: each runs once, since its id is in the body.
 *
 * @example
 * const backfill = stripeEvents({ apiKey: process.env.STRIPE_KEY ?? "", types: ["invoice.paid"] });
 *
 * @throws EarshotError ERR_OPTION
 */
export function stripeEvents(options: StripeEventsOptions): SenderLog {
  knownOptions("stripeEvents()", options, names);
  const { apiKey, types = [], account, baseUrl = "https://api.stripe.com", fetch } = options;
  if (!Array.isArray(types) || !types.every((type) => typeof type === "string" && type !== "")) {
    throw new EarshotError("ERR_OPTION", 'stripeEvents(): `types` lists names of events: ["invoice.paid"].');
  }
  if (account !== undefined) textOption("account", account);
  const headers = account === undefined ? {} : { "stripe-account": account };
  const api = new SenderApi({ service: "Stripe", baseUrl, token: apiKey, headers, fetch });
  const list = async (query: URLSearchParams, after: string | undefined, signal: AbortSignal) => {
    const page = new URLSearchParams(query);
    if (after !== undefined) page.set("starting_after", after);
    const { json } = await api.get(`/v1/events?${page}`, signal);
    const { data, has_more: hasMore } = isJsonObject(json) ? json : {};
    const items = api.objects(data);
    return { items, next: hasMore === true ? textField(items.at(-1)?.id) : undefined };
  };
  return {
    name: "Stripe's list of events",
    retentionMs: RETENTION_MS,
    async *read({ since, until, signal }) {
      const query = new URLSearchParams({
        limit: String(PAGE_SIZE),
        delivery_success: "false",
        "created[gte]": String(Math.max(0, Math.floor(since / 1000))),
        "created[lt]": String(Math.ceil(until / 1000)),
      });
      for (const type of types) query.append("types[]", type);
      for await (const event of oldestFirst((after) => list(query, after, signal))) {
        yield { at: createdAt(event), body: event };
      }
    },
  };
}

/** @throws ApiError ERR_BAD_ANSWER */
function createdAt({ created }: JsonObject): number {
  const at = dateOf(created);
  if (at !== undefined) return at.getTime();
  throw new ApiError("ERR_BAD_ANSWER", "An event in Stripe's list has no time.", { status: 200 });
}
