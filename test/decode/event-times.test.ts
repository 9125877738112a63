import { beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { time } from "../../src/cli/options/values.js";
import { decode } from "../../src/decode/index.js";
import { timeOf } from "../../src/mcp/tools/select.js";
import { markVerified } from "../../src/verify/outcome.js";

beforeEach(() => {
  vi.stubEnv("TZ", "America/New_York");
  expect(new Date(2026, 0, 2).getTimezoneOffset()).toBe(300);
  return () => void vi.unstubAllEnvs();
});

function timestampOf(provider: string, body: unknown): string | undefined {
  const delivery = { source: "webhook", body: JSON.stringify(body), receivedAt: 1 } as const;
  const [event] = decode(markVerified(delivery, { provider, signed: true, route: "/" }), { contents: false });
  return event?.event.timestamp.toISOString();
}

test.each([
  "2026-01-02T03:04:05",
  "2026-01-02 03:04:05.000",
  "2026-01-02T03:04:05Z",
  "2026-01-02T05:04:05+02:00",
  "1767323045",
])("the time of an event is in UTC where it names no zone, wherever this machine is: %s", (written) => {
  const at = "2026-01-02T03:04:05.000Z";
  const xero = { eventCategory: "INVOICE", eventType: "UPDATE", eventDateUtc: written };
  expect(timestampOf("xero", { events: [xero], lastEventSequence: 1 })).toBe(at);
  const v1 = { trigger_name: "A_B", connection_id: "c", trigger_id: "t", payload: {}, log_id: "l" };
  expect(timestampOf("composio", { ...v1, timestamp: written })).toBe(at);
});

test("a time without a zone selects events in UTC, as their times are printed: in the command line and over MCP", () => {
  expect(time("2026-01-02T03:04:05").toISOString()).toBe("2026-01-02T03:04:05.000Z");
  expect(timeOf("since", "2026-01-02 03:04", systemClock)).toBe(Date.UTC(2026, 0, 2, 3, 4));
});
