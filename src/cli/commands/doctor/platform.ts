import { systemClock } from "../../../base/clock.js";
import { isLoopbackUrl } from "../../../base/loopback.js";
import type { Toolset } from "../../../index.js";
import { HOSTED_URL, type PlatformConnection, toolsetFor } from "../../config/connection.js";
import type { Context } from "../../context.js";
import { failureReason, httpRequest } from "../../http.js";
import { withTimeLimit } from "../../time-limit.js";
import { type CheckResult, fix, ok, unknown } from "./machine.js";

/** Limit for each network check, milliseconds. */
const CHECK_TIMEOUT_MS = 10_000;
/** Largest difference of clocks, milliseconds: webhooks are rejected beyond 300,000, and half of that is no margin. */
const MAX_CLOCK_SKEW_MS = 30_000;

/** The checks that need the platform, each after those that it depends on. */
export async function checkPlatform(
  connection: PlatformConnection,
  ending: Context["ending"],
): Promise<CheckResult[]> {
  const url = connection.baseUrl ?? HOSTED_URL;
  const urlCheck = checkUrl(url, connection);
  if (urlCheck.status !== "ok") return [urlCheck, ...notChecked("the URL is wrong")];
  const { reached, clock } = await reach(url, ending);
  if (reached.status !== "ok") return [urlCheck, reached, clock, ...notChecked("no response").slice(2)];
  const { apiKey } = connection;
  if (apiKey === undefined || apiKey.trim() === "") {
    const detail = apiKey === undefined ? "not set" : "COMPOSIO_API_KEY is set but empty";
    const key = fix("key", detail, "Run `earshot login`, or set COMPOSIO_API_KEY.");
    return [urlCheck, reached, clock, key, ...notChecked("no key").slice(3)];
  }
  const { EarshotError } = await import("../../../index.js");
  let toolset: Toolset;
  try {
    toolset = await toolsetFor(connection);
  } catch (thrown) {
    // Another option is wrong; its own check reports it.
    if (!(thrown instanceof EarshotError)) throw thrown;
    return [urlCheck, reached, clock, ...notChecked(thrown.message).slice(2)];
  }
  try {
    const key = await checkKey(toolset, connection, ending);
    if (key.status !== "ok")
      return [urlCheck, reached, clock, key, ...notChecked("the key is rejected").slice(3)];
    return [
      urlCheck,
      reached,
      clock,
      key,
      ...(await checkTriggers(toolset, ending)),
      await checkWebhook(toolset, url, ending),
      await checkRealtime(toolset, ending),
    ];
  } finally {
    await toolset.close();
  }
}

const notChecked = (why: string): CheckResult[] =>
  ["reachability", "clock", "key", "webhook URL", "realtime"].map((check) =>
    unknown(check, `not checked: ${why}`),
  );

function checkUrl(url: string, { baseUrl }: PlatformConnection): CheckResult {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    return fix("URL", url === "" ? "empty" : url, "Set COMPOSIO_BASE_URL to a URL with https://.");
  }
  const { origin, pathname, search, hash } = new URL(url);
  if (`${pathname}${search}${hash}` !== "/") {
    return fix("URL", `${url} is more than an origin`, `Set COMPOSIO_BASE_URL to ${origin}.`);
  }
  if (new URL(url).protocol === "http:" && !isLoopbackUrl(url)) {
    return fix("URL", `${url} sends the API key unencrypted`, "Use https://.");
  }
  return ok("URL", baseUrl === undefined ? `${url} (the default)` : url);
}

/** Any response counts; later checks read it. Its `Date` header is the platform's clock. */
async function reach(
  url: string,
  ending: AbortSignal,
): Promise<{ reached: CheckResult; clock: CheckResult }> {
  const startedAt = performance.now();
  try {
    const response = await withTimeLimit(CHECK_TIMEOUT_MS, ending, (signal) => httpRequest(url, { signal }));
    const tookMs = Math.round(performance.now() - startedAt);
    const platformMs = Date.parse(response.date ?? "");
    return { reached: ok("reachability", `response in ${tookMs} ms`), clock: clockOf(platformMs, tookMs) };
  } catch (thrown) {
    ending.throwIfAborted();
    const reason = failureReason(thrown);
    const todo = isLoopbackUrl(url)
      ? `Start it: earshot dev --port ${new URL(url).port || "80"}`
      : "Check the network, the proxy (HTTPS_PROXY) and the URL.";
    return {
      reached: fix("reachability", `no response from ${url}: ${reason}`, todo),
      clock: unknown("clock", "not checked: no response"),
    };
  }
}

/** The header has whole seconds, and the response was in transit for part of the time. */
export function clockOf(platformMs: number, tookMs: number, localMs = systemClock.now()): CheckResult {
  if (Number.isNaN(platformMs)) return unknown("clock", "the platform's response has no Date header");
  const skewMs = localMs - platformMs;
  const seconds = Math.max(0, Math.round((Math.abs(skewMs) - tookMs - 1_000) / 1_000));
  if (Math.abs(skewMs) <= MAX_CLOCK_SKEW_MS + tookMs) return ok("clock", `${seconds} s from the platform's`);
  const side = skewMs > 0 ? "ahead of" : "behind";
  return fix(
    "clock",
    `${seconds} s ${side} the platform's`,
    "Set it, preferably by NTP: signed webhooks are rejected when clocks differ by 300 s.",
  );
}

async function checkKey(
  toolset: Toolset,
  { source }: PlatformConnection,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { EarshotError } = await import("../../../index.js");
  try {
    for await (const _ of toolset.activeTriggers({ signal })) break;
    return ok("key", `the platform accepts the key from ${source}`);
  } catch (thrown) {
    if (!(thrown instanceof EarshotError) || thrown.code === "ERR_ABORTED") throw thrown;
    return fix("key", `the key from ${source}: ${thrown.message}`, thrown.solution);
  }
}

/** @returns nothing where triggers are on, or the platform does not say */
async function checkTriggers(toolset: Toolset, signal: AbortSignal): Promise<CheckResult[]> {
  const { EarshotError } = await import("../../../index.js");
  try {
    if ((await toolset.triggersEnabled({ signal })) !== false) return [];
    const todo = "Turn triggers on in the project's settings at the platform.";
    return [fix("triggers", "off for the project: the platform sends no events", todo)];
  } catch (thrown) {
    if (!(thrown instanceof EarshotError) || thrown.code === "ERR_ABORTED") throw thrown;
    return [fix("triggers", thrown.message, thrown.solution)];
  }
}

async function checkWebhook(toolset: Toolset, url: string, signal: AbortSignal): Promise<CheckResult> {
  const { EarshotError } = await import("../../../index.js");
  try {
    const target = await toolset.getWebhookUrl({ signal });
    if (target === undefined) return ok("webhook URL", "not set: events arrive only over the WebSocket");
    if (isLoopbackUrl(target) && !isLoopbackUrl(url)) {
      const todo = "Set a URL that is reachable from outside, or use `earshot listen --forward`.";
      return fix("webhook URL", `${target} is the platform's own machine`, todo);
    }
    return ok("webhook URL", target);
  } catch (thrown) {
    if (!(thrown instanceof EarshotError) || thrown.code === "ERR_ABORTED") throw thrown;
    return fix("webhook URL", thrown.message, thrown.solution);
  }
}

async function checkRealtime(toolset: Toolset, ending: AbortSignal): Promise<CheckResult> {
  const listener = toolset.createTriggerListener({ signals: false });
  let detail = "no response";
  listener.on("websocket.disconnected", (event) => {
    detail = event.detail;
  });
  const startedAt = performance.now();
  const start = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener("abort", () => reject(new Error(detail)), { once: true });
      listener.start().then(resolve, reject);
    });
  try {
    await withTimeLimit(CHECK_TIMEOUT_MS, ending, start);
    return ok("realtime", `subscribed in ${Math.round(performance.now() - startedAt)} ms`);
  } catch (thrown) {
    ending.throwIfAborted();
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return fix("realtime", reason, "Allow WebSockets (wss, port 443) through the firewall and the proxy.");
  } finally {
    await listener.stop();
  }
}
