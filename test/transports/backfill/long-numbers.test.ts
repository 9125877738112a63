import { expect, test } from "vitest";
import { decode } from "../../../src/decode/index.js";
import type { Delivery } from "../../../src/model/delivery.js";
import type { TriggerLog } from "../../../src/model/trigger-log.js";
import { platformLog } from "../../../src/transports/backfill/platform-log.js";
import { markVerified } from "../../../src/verify/outcome.js";
import { manualClock } from "../../support/manual-clock.js";

const text = '{"id":9007199254740993,"at":1e400}';
const original = '{"snowflake": 1234567890123456789}';

const line: TriggerLog = {
  id: "log_1",
  triggerName: "A_TEST",
  appName: "a",
  triggerId: "t",
  connectionId: "c",
  integrationId: undefined,
  entityId: undefined,
  status: "success",
  payload: JSON.parse(text),
  originalPayload: JSON.parse(original),
  error: undefined,
  createdAt: new Date(0),
  raw: {},
};

const members = { triggerClientPayload: text, triggerProviderPayload: original };

test.each([
  ["1", { id: "log_1", ...members }],
  ["3", { id: "log_1", meta: members }],
])(
  "generation %s: the log's copy of an event with numbers beyond 2^53 is known by its content",
  async (_generation, raw) => {
    const deliveries: Delivery[] = [];
    const clock = manualClock();
    const log = platformLog({
      clock,
      onDelivery: (delivery) => {
        deliveries.push(delivery);
        return true;
      },
      clockAhead: () => ({ first: 0, least: 0, most: 0 }),
      async *logs() {
        yield { ...line, raw };
      },
    });
    const signal = new AbortController().signal;
    for await (const { deliver } of log.read({ since: 0, until: 1, signal, onDoubt: () => undefined }))
      deliver?.();
    const live = `{"appName":"a","clientId":"x","payload":${text},"originalPayload":${original},"metadata":{"id":"t","triggerName":"A_TEST","connection":{"id":"c"}}}`;
    deliveries.push({ source: "websocket", body: live, receivedAt: 0 });
    const origin = { provider: "composio", signed: true };
    const [copy, own] = deliveries.map(
      (delivery) => decode(markVerified(delivery, origin), { contents: true })[0],
    );
    expect(copy?.hashes).toHaveLength(1);
    expect(copy?.hashes).toEqual(own?.hashes);
    expect(String(deliveries[0]?.body)).toContain("9007199254740993");
  },
);
