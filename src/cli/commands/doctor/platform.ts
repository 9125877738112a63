import { isLoopbackUrl } from "../../../base/loopback.js";
import type { Toolset } from "../../../index.js";
import type { Connection } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { httpCall, reasonOf } from "../../http.js";
import { toolsetFor } from "../../config/toolset.js";
import { within } from "../../time-limit.js";
import { type Finding, fix, ok, unknown } from "./finding.js";

const HOSTED_URL = "https://backend.composio.dev";
/** Limit for each look at the network, milliseconds. */
const LOOK_MS = 10_000;
/** What clocks may differ: a webhook is refused beyond 300,000 ms, and half of that is no margin. */
const APART_MS = 30_000;

/** Everything that concerns the platform, in the order in which one thing needs another. */
export async function checkPlatform(connection: Connection, ending: Context["ending"]): Promise<Finding[]> {
  const url = connection.baseUrl ?? HOSTED_URL;
  const form = checkUrl(url, connection);
  if (form.status !== "ok") return [form, ...notLookedAt("the URL is wrong")];
  const { reached, clock } = await reach(url, ending);
  if (reached.status !== "ok") return [form, reached, clock, ...notLookedAt("nothing answers").slice(2)];
  const { apiKey } = connection;
  if (apiKey === undefined || apiKey.trim() === "") {
    const detail = apiKey === undefined ? "there is none" : "COMPOSIO_API_KEY is set but empty";
    const key = fix("key", detail, "Run `earshot login`, or set COMPOSIO_API_KEY.");
    return [form, reached, clock, key, ...notLookedAt("there is no key").slice(3)];
  }
  const { EarshotError } = await import("../../../index.js");
  let toolset: Toolset;
  try {
    toolset = await toolsetFor(connection);
  } catch (thrown) {
    // Another variable is wrong, which has a check of its own.
    if (!(thrown instanceof EarshotError)) throw thrown;
    return [form, reached, clock, ...notLookedAt(thrown.message).slice(2)];
  }
  try {
    const key = await checkKey(toolset, connection, ending);
    if (key.status !== "ok") return [form, reached, clock, key, ...notLookedAt("the key").slice(3)];
    return [
      form,
      reached,
      clock,
      key,
      await checkWebhook(toolset, url, ending),
      await checkRealtime(toolset, ending),
    ];
  } finally {
    await toolset.close();
  }
}

const notLookedAt = (why: string): Finding[] =>
  ["reachability", "clock", "key", "webhook URL", "realtime"].map((check) =>
    unknown(check, `not looked at: ${why}`),
  );

function checkUrl(url: string, { baseUrl }: Connection): Finding {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    return fix("URL", url === "" ? "it is empty" : url, "Set COMPOSIO_BASE_URL to a URL with https://.");
  }
  const { origin, pathname, search, hash } = new URL(url);
  if (`${pathname}${search}${hash}` !== "/") {
    return fix("URL", `${url} has more than an origin`, `Set COMPOSIO_BASE_URL to ${origin}.`);
  }
  if (new URL(url).protocol === "http:" && !isLoopbackUrl(url)) {
    return fix("URL", `${url} sends the key in the clear`, "Use https://.");
  }
  return ok("URL", baseUrl === undefined ? `${url} (the default)` : url);
}

/** Any answer is one: what it says, the other checks look at. Its `Date` is the platform's clock. */
async function reach(url: string, ending: AbortSignal): Promise<{ reached: Finding; clock: Finding }> {
  const startedAt = performance.now();
  try {
    const response = await within(LOOK_MS, ending, (signal) => httpCall(url, { signal }));
    const tookMs = Math.round(performance.now() - startedAt);
    const theirs = Date.parse(response.date ?? "");
    return { reached: ok("reachability", `answers in ${tookMs} ms`), clock: clockOf(theirs, tookMs) };
  } catch (thrown) {
    ending.throwIfAborted();
    const reason = reasonOf(thrown);
    const todo = isLoopbackUrl(url)
      ? `Start it: earshot dev --port ${new URL(url).port || "80"}`
      : "Look at the network, the proxy (HTTPS_PROXY) and the URL.";
    return {
      reached: fix("reachability", `nothing answers at ${url}: ${reason}`, todo),
      clock: unknown("clock", "not looked at: nothing answers"),
    };
  }
}

/** The header has whole seconds, and the answer was under way for some of the time. */
export function clockOf(theirsMs: number, tookMs: number, oursMs = Date.now()): Finding {
  if (Number.isNaN(theirsMs)) return unknown("clock", "the platform does not say its time");
  const apartMs = oursMs - theirsMs;
  const seconds = Math.max(0, Math.round((Math.abs(apartMs) - tookMs - 1_000) / 1_000));
  if (Math.abs(apartMs) <= APART_MS + tookMs) return ok("clock", `${seconds} s from the platform's`);
  const side = apartMs > 0 ? "ahead of" : "behind";
  return fix(
    "clock",
    `${seconds} s ${side} the platform's`,
    "Set it, by NTP best: signed webhooks are refused when clocks are 300 s apart.",
  );
}

async function checkKey(toolset: Toolset, { source }: Connection, signal: AbortSignal): Promise<Finding> {
  const { EarshotError } = await import("../../../index.js");
  try {
    for await (const _ of toolset.activeTriggers({ signal })) break;
    return ok("key", `the platform takes the one from ${source}`);
  } catch (thrown) {
    if (!(thrown instanceof EarshotError) || thrown.code === "ERR_ABORTED") throw thrown;
    return fix("key", `the one from ${source}: ${thrown.message}`, thrown.solution);
  }
}

async function checkWebhook(toolset: Toolset, url: string, signal: AbortSignal): Promise<Finding> {
  const { EarshotError } = await import("../../../index.js");
  try {
    const target = await toolset.getWebhookUrl({ signal });
    if (target === undefined) return ok("webhook URL", "none is set: events come over the WebSocket alone");
    if (isLoopbackUrl(target) && !isLoopbackUrl(url)) {
      const todo = "Set one that is reached from outside, or use `earshot listen --forward`.";
      return fix("webhook URL", `${target} means the platform's own machine`, todo);
    }
    return ok("webhook URL", target);
  } catch (thrown) {
    if (!(thrown instanceof EarshotError) || thrown.code === "ERR_ABORTED") throw thrown;
    return fix("webhook URL", thrown.message, thrown.solution);
  }
}

async function checkRealtime(toolset: Toolset, ending: AbortSignal): Promise<Finding> {
  const listener = toolset.createTriggerListener({ signals: false });
  let detail = "no answer";
  listener.on("websocket.disconnected", (report) => {
    detail = report.detail;
  });
  const startedAt = performance.now();
  const start = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener("abort", () => reject(new Error(detail)), { once: true });
      listener.start().then(resolve, reject);
    });
  try {
    await within(LOOK_MS, ending, start);
    return ok("realtime", `subscribed in ${Math.round(performance.now() - startedAt)} ms`);
  } catch (thrown) {
    ending.throwIfAborted();
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return fix("realtime", reason, "Let WebSockets (wss, port 443) through the firewall and the proxy.");
  } finally {
    await listener.stop();
  }
}
