import { github, standardWebhooks, TriggerListener } from "earshot";
import { signedWebhook } from "earshot/testing";
import { expect, onTestFinished, test } from "vitest";
import { listenerSettings } from "../../src/settings/listener.js";
import { manualClock } from "../support/manual-clock.js";

const secret = "a secret of some length";
const generated = `whsec_${Buffer.alloc(32, "earshot").toString("base64")}`;
const DAY_MS = 86_400_000;

test("identities are remembered for 4 days, and never for less than the time window of any route", () => {
  const dedupeWindowMs = (options: Parameters<typeof listenerSettings>[0]) =>
    listenerSettings(options).dedupeWindowMs;
  const window = (toleranceMs: number) => standardWebhooks({ secrets: generated, toleranceMs });
  expect(dedupeWindowMs({})).toBe(4 * DAY_MS);
  expect(dedupeWindowMs({ webhook: { secrets: secret } })).toBe(4 * DAY_MS);
  expect(dedupeWindowMs({ webhook: { secrets: secret, toleranceMs: 3 * DAY_MS } })).toBe(6 * DAY_MS);
  expect(dedupeWindowMs({ webhook: { routes: { "/a": window(5 * DAY_MS), "/b": window(1000) } } })).toBe(
    10 * DAY_MS,
  );
  expect(dedupeWindowMs({ dedupeWindowMs: 600_000, webhook: { secrets: secret } })).toBe(600_000);
  expect(dedupeWindowMs({ dedupeWindowMs: 0 })).toBe(0);
  expect(() => dedupeWindowMs({ dedupeWindowMs: 599_999, webhook: { secrets: secret } })).toThrow(
    "`dedupeWindowMs` is 600000 or more here, not 599999",
  );
  const routes = { "/a": { source: window(DAY_MS) }, "/b": github({ secrets: secret }) };
  expect(() => dedupeWindowMs({ dedupeWindowMs: DAY_MS, webhook: { routes } })).toThrow(/172800000 or more/);
});

test("a copy is known for as long as its signature is believed, from one end of the window to the other", async () => {
  const clock = manualClock();
  const listener = new TriggerListener({
    webhook: { secrets: secret, toleranceMs: 60_000 },
    dedupeWindowMs: 120_000,
    clock,
  });
  onTestFinished(() => listener.stop());
  const handler = listener.fetchHandler();
  let runs = 0;
  listener.callback({}, () => {
    runs += 1;
  });
  await listener.start();
  const at = new Date(clock.now() + 60_000);
  const { headers, body } = signedWebhook({ secret, triggerName: "A", payload: {}, at });
  const post = async () =>
    (await handler(new Request("http://here/webhook", { method: "POST", headers, body }))).status;
  expect(await post()).toBe(200);
  for (let passed = 0; passed < 120_000; passed += 10_000) {
    expect(await post()).toBe(200);
    clock.advance(10_000);
  }
  expect(runs).toBe(1);
  // Beyond the window it is refused, and so need not be known.
  clock.advance(2000);
  expect(await post()).toBe(401);
  expect(runs).toBe(1);
});
