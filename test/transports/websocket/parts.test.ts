import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EarshotError } from "../../../src/base/errors.js";
import { SOCKET_DEFAULTS } from "../../../src/settings/socket.js";
import { disconnectReason, ProxyError } from "../../../src/transports/websocket/disconnect.js";
import { Throttle } from "../../../src/transports/websocket/problems.js";
import { quote } from "../../../src/transports/websocket/protocol.js";
import { ReconnectBackoff, reconnectAfter } from "../../../src/transports/websocket/reconnect.js";
import { manualClock } from "../../support/manual-clock.js";

test("every row of the fault table in docs/realtime.md is the title of a test", () => {
  const docs = readFileSync(new URL("../../../docs/realtime.md", import.meta.url), "utf8");
  const table = docs.slice(docs.indexOf("## Faults"));
  const faults = [...table.matchAll(/^\| ([A-Z][^|]*?) \|/gm)].map(([, fault]) => fault ?? "");
  const here = new URL("./", import.meta.url);
  const tests = readdirSync(here)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => readFileSync(new URL(name, here), "utf8"))
    .join("\n");
  expect(faults.length).toBeGreaterThan(40);
  expect(faults.filter((fault) => !tests.includes(`"${fault}`))).toEqual([]);
});

test("the limits in docs/realtime.md are the defaults of the code", () => {
  const docs = readFileSync(new URL("../../../docs/realtime.md", import.meta.url), "utf8");
  const sources = [
    "../../../src/transports/websocket/options.ts",
    "../../../src/transports/websocket/subscriber.ts",
  ]
    .map((path) => readFileSync(new URL(path, import.meta.url), "utf8"))
    .join("\n");
  const inDocs = (name: string) =>
    new RegExp(`\\| ([\\d,.]+)[^|]*\\| \`${name}\``).exec(docs)?.[1]?.replace(",", "");
  const fixed = (limit: string) =>
    new RegExp(`^\\| ${limit}[^|]*\\| ([\\d,]+)[^|]*\\| fixed \\|`, "m").exec(docs)?.[1]?.replace(",", "");
  const inCode = (name: string) =>
    new RegExp(`\\("${name}", options\\.${name}, ([\\d_]+)`).exec(sources)?.[1]?.replaceAll("_", "");
  expect(Number(fixed("one call of the platform")) * 1000).toBe(Number(inCode("accessLimitMs")));
  for (const name of ["handshakeLimitMs", "quietLimitMs", "pongLimitMs"] as const) {
    expect(Number(inDocs(name)) * 1000, name).toBe(SOCKET_DEFAULTS[name]);
  }
  expect(fixed("deliveries in flight")).toBe(inCode("maxInFlight"));
});

test.each([
  ["ENOTFOUND", "dns"],
  ["EAI_AGAIN", "dns"],
  ["ECONNREFUSED", "refused"],
  ["ECONNRESET", "reset"],
  ["EPIPE", "reset"],
  ["ETIMEDOUT", "timeout"],
  ["CERT_HAS_EXPIRED", "tls"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
  ["EPROTO", "tls"],
  ["HPE_INVALID_CONSTANT", "protocol"],
  ["WS_ERR_INVALID_UTF8", "protocol"],
  ["ENETUNREACH", "other"],
  ["constructor", "other"],
])("an error with the code %s has the reason %s", (code, reason) => {
  const error = Object.assign(new Error("x"), { code });
  expect(disconnectReason(error)).toBe(reason);
  expect(disconnectReason(new EarshotError("ERR_NETWORK", "x", { cause: error }))).toBe(reason);
  expect(disconnectReason(new ProxyError("x", { cause: error }))).toBe("proxy");
});

test("every close code decides what follows, and only 4000 to 4099 except 4009 end it", () => {
  fc.assert(
    fc.property(fc.option(fc.integer({ min: 1000, max: 5000 }), { nil: undefined }), (closeCode) => {
      const reconnect = reconnectAfter(
        { reason: "closed", closeCode, detail: "x" },
        { rejections: 0, everSubscribed: false },
      );
      const final = closeCode !== undefined && closeCode >= 4000 && closeCode <= 4099 && closeCode !== 4009;
      const atOnce = closeCode !== undefined && closeCode >= 4200 && closeCode <= 4299;
      expect(reconnect.next).toBe(final ? "give-up" : atOnce ? "at-once" : "back-off");
    }),
  );
});

test("a pause is never negative, never above the cap and what the server requested", () => {
  const policy = fc.record({ baseMs: fc.nat(5000), capMs: fc.nat(60_000) });
  const random = fc.double({ min: 0, max: 0.999_999_999, noNaN: true });
  fc.assert(
    fc.property(policy, random, fc.nat(2000), fc.nat(10_000), (backoff, chance, failures, leastMs) => {
      const backoffs = new ReconnectBackoff(
        backoff,
        () => chance,
        () => 0,
      );
      let pauseMs = 0;
      for (let count = 0; count <= failures; count += 1)
        pauseMs = backoffs.pauseMs({ next: "back-off", leastMs });
      expect(pauseMs).toBeGreaterThanOrEqual(leastMs);
      expect(pauseMs).toBeLessThanOrEqual(leastMs + backoff.capMs);
    }),
    { numRuns: 50 },
  );
});

test("five reconnects are immediate, and again once a connection has stood for 30 s", () => {
  let now = 0;
  const backoffs = new ReconnectBackoff(
    { baseMs: 1000, capMs: 30_000 },
    () => 0.5,
    () => now,
  );
  const pauses = () => Array.from({ length: 7 }, () => backoffs.pauseMs({ next: "at-once" }));
  const first = pauses();
  expect(first.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
  expect(Math.min(...first.slice(5))).toBeGreaterThan(0);
  now = 3_600_000;
  backoffs.confirmed();
  now += 29_999;
  expect(Math.min(...pauses())).toBeGreaterThan(0);
  backoffs.confirmed();
  now += 30_000;
  expect(pauses().slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
});

test("a throttle loses nothing, and emits a flood once per window", () => {
  const clock = manualClock();
  const told: number[] = [];
  let timer: { clear(): void } | undefined;
  const throttle = new Throttle<number>({
    free: 3,
    windowMs: 1000,
    timer: (delayMs, fn) => {
      timer?.clear();
      timer = delayMs === undefined ? undefined : clock.after(delayMs, fn);
    },
    emit: (item) => told.push(item),
    merge: (one, other) => one + other,
  });
  for (let count = 0; count < 10; count += 1) throttle.push(1);
  expect(told).toEqual([1, 1, 1]);
  clock.advance(1000);
  expect(told).toEqual([1, 1, 1, 7]);
  throttle.push(1);
  expect(told).toHaveLength(4);
  throttle.flush();
  expect(told).toEqual([1, 1, 1, 7, 1]);
  expect(clock.pending()).toBe(0);
  throttle.push(1);
  clock.advance(5000);
  expect(clock.pending()).toBe(0);
  throttle.push(1);
  expect(told).toEqual([1, 1, 1, 7, 1, 1, 1]);
  throttle.flush();
});

test("a quoted text of the server is one short line", () => {
  expect(quote("a\nb\u001b[31m")).toBe('"a\\nb\\u001b[31m"');
  expect(quote("x".repeat(10_000)).length).toBeLessThan(210);
});
