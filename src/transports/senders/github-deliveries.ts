import { dateOf } from "../../base/date-of.js";
import { ApiError, EarshotError } from "../../base/errors.js";
import { knownOptions } from "../../base/options.js";
import { shownValue } from "../../base/warning.js";
import { isJsonObject, type JsonObject, textField } from "../../model/json.js";
import type { ListedEvent, SenderLog } from "../../model/sender-log.js";
import { ahead } from "./ahead.js";
import { type FetchList, SenderApi } from "./sender-api.js";

/** Options of {@link githubDeliveries}. */
export interface GithubDeliveriesOptions {
  /**
   * A token that may read the hook, or a function that makes one for each request: a GitHub App's own hook needs the
   * app's JSON Web Token.
   */
  readonly token: string | (() => string | Promise<string>);
  /** The account that owns the repository; without `repo`, the organization of the hook. Not for an app's own hook. */
  readonly owner?: string | undefined;
  /** The repository of the hook. Default: the hook is the organization's. */
  readonly repo?: string | undefined;
  /** The hook's id: the number at the end of its settings page's URL. Default: the app's own hook. */
  readonly hookId?: number | string | undefined;
  /** Of GitHub Enterprise Server: `https://HOST/api/v3`. Default `https://api.github.com`. */
  readonly baseUrl?: string | undefined;
  /** Sends requests. Default: the runtime's `fetch`. */
  readonly fetch?: FetchList | undefined;
}

const names = new Set(["token", "owner", "repo", "hookId", "baseUrl", "fetch"]);

const DAY_MS = 24 * 60 * 60 * 1000;
/** https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/viewing-webhook-deliveries */
const RETENTION_MS = 3 * DAY_MS;
/** Bodies that are read at the same time. */
const CONCURRENCY = 4;
const PAGE_SIZE = 100;

/** One try of a delivery. */
interface Try {
  /** Of the try. */
  readonly id: string;
  /** Of the delivery: all its tries have it, and `X-GitHub-Delivery`. */
  readonly guid: string;
  readonly at: number;
  readonly event: string | undefined;
  readonly succeeded: boolean;
}

/**
 * The deliveries of one of GitHub's webhooks that no try has delivered, of the last 3 days. GitHub does not retry by
 * itself.
 *
 * @example
 * const backfill = githubDeliveries({ token: process.env.GITHUB_TOKEN ?? "", owner: "acme", repo: "site", hookId: 12345 });
 *
 * @throws EarshotError ERR_OPTION
 */
export function githubDeliveries(options: GithubDeliveriesOptions): SenderLog {
  knownOptions("githubDeliveries()", options, names);
  const { token, baseUrl = "https://api.github.com", fetch } = options;
  const list = pathOf(options);
  const api = new SenderApi({
    service: "GitHub",
    baseUrl,
    token,
    headers: { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" },
    fetch,
  });
  return {
    name: "GitHub's list of deliveries",
    retentionMs: RETENTION_MS,
    async *read({ since, until, signal }) {
      const missed = (await triesSince(api, list, since, signal)).filter(({ at }) => at < until);
      yield* ahead(missed, CONCURRENCY, (one) => withBody(api, list, one, signal));
    },
  };
}

function pathOf({ owner, repo, hookId }: GithubDeliveriesOptions): string {
  const part = encodeURIComponent;
  if (owner === undefined && repo === undefined && hookId === undefined) return "/app/hook/deliveries";
  if (owner === undefined || owner === "" || hookId === undefined || hookId === "" || repo === "") {
    throw new EarshotError(
      "ERR_OPTION",
      "githubDeliveries() takes `owner`, `repo` and `hookId`; `owner` and `hookId` for an organization's hook; or none of them for an app's own hook.",
    );
  }
  for (const [name, value] of Object.entries({ owner, repo, hookId })) {
    const isId =
      typeof value === "string"
        ? value.trim() !== ""
        : typeof value === "number" && name === "hookId" && value > 0 && Number.isInteger(value);
    if (value === undefined || isId) continue;
    const wanted = name === "hookId" ? "a number or its text" : "a name";
    throw new EarshotError(
      "ERR_OPTION",
      `githubDeliveries(): \`${name}\` is ${wanted}, not ${shownValue(value)}.`,
    );
  }
  const place = repo === undefined ? `/orgs/${part(owner)}` : `/repos/${part(owner)}/${part(repo)}`;
  return `${place}/hooks/${part(String(hookId))}/deliveries`;
}

/** The first try of each delivery since then that has not succeeded since, oldest first. The list begins with the newest. */
async function triesSince(api: SenderApi, list: string, since: number, signal: AbortSignal): Promise<Try[]> {
  const delivered = new Set<string>();
  const failed = new Map<string, Try>();
  const read = new Set<string>();
  for (
    let path: string | undefined = `${list}?per_page=${PAGE_SIZE}`;
    path !== undefined && !read.has(path);
  ) {
    read.add(path);
    const { json, next }: { json: unknown; next: string | undefined } = await api.get(path, signal, true);
    let oldest = Number.POSITIVE_INFINITY;
    for (const one of api.objects(json).map(tryOf)) {
      oldest = Math.min(oldest, one.at);
      if (one.succeeded) delivered.add(one.guid);
      else if (one.at >= since) failed.set(one.guid, one);
    }
    const cursor = next === undefined || oldest < since ? undefined : cursorIn(next);
    path = cursor && `${list}?per_page=${PAGE_SIZE}&cursor=${encodeURIComponent(cursor)}`;
  }
  return [...failed.values()].filter(({ guid }) => !delivered.has(guid)).sort((a, b) => a.at - b.at);
}

function cursorIn(url: string): string | undefined {
  return new URLSearchParams(url.split("?")[1] ?? "").get("cursor") ?? undefined;
}

/** @throws ApiError ERR_BAD_ANSWER */
function tryOf(item: JsonObject): Try {
  const [id, guid, at] = [textField(item.id), textField(item.guid), dateOf(item.delivered_at)];
  if (id === undefined || guid === undefined || at === undefined) {
    throw new ApiError("ERR_BAD_ANSWER", "A delivery in GitHub's list has no id, guid or time.", {
      status: 200,
    });
  }
  const status = Number(item.status_code);
  return {
    id,
    guid,
    at: at.getTime(),
    event: textField(item.event),
    succeeded: status >= 200 && status <= 299,
  };
}

async function withBody(api: SenderApi, list: string, one: Try, signal: AbortSignal): Promise<ListedEvent> {
  const facts = { at: one.at, id: one.guid, eventName: one.event };
  try {
    const { json } = await api.get(`${list}/${encodeURIComponent(one.id)}`, signal);
    const request = isJsonObject(json) ? json.request : undefined;
    const body = isJsonObject(request) && isJsonObject(request.payload) ? request.payload : undefined;
    return { ...facts, body };
  } catch (thrown) {
    // It has been deleted since it was listed.
    if (thrown instanceof ApiError && thrown.status === 404) return { ...facts, body: undefined };
    throw thrown;
  }
}
