import { expect, test } from "vitest";
import { decode } from "../../src/decode/index.js";
import { markVerified } from "../../src/verify/outcome.js";

/** The key by which an equal request is a copy while the first has no response. */
function keyWith(headers: Readonly<Record<string, string>>): string | undefined {
  const request = { method: "POST", path: "/acme", route: "/acme", query: {}, headers };
  const origin = { provider: "acme", signed: true, route: "/acme", digest: "d".repeat(64), request };
  const delivery = { source: "webhook", body: "{}", receivedAt: 1 } as const;
  return decode(markVerified(delivery, origin), { contents: false })[0]?.contentKey;
}

test("what a proxy adds to each request makes no other event of a second try", () => {
  const first = keyWith({ "x-shop": "a", "cf-ray": "8a1-FRA", "x-forwarded-for": "192.0.2.1" });
  expect(first).toBeDefined();
  for (const other of [
    { "cf-ray": "8a2-AMS", "x-forwarded-for": "192.0.2.2" },
    { "x-vercel-id": "fra1::1", "x-real-ip": "192.0.2.2", "x-request-start": "t=1" },
    { "x-amz-cf-id": "b", "x-azure-ref": "c", "fly-request-id": "d", "x-b3-spanid": "e" },
  ])
    expect(keyWith({ "x-shop": "a", ...other })).toBe(first);
  // Facts of the sender, and the host that it has called.
  expect(keyWith({ "x-shop": "b" })).not.toBe(first);
  expect(keyWith({ "x-shop": "a", "x-forwarded-host": "b.example" })).not.toBe(first);
});

test("an event without an id that has a long number and a text of 15 million characters is read, and its copies are one", () => {
  const body = (id: string, text: string) =>
    `{"trigger_name":"DISCORD_MESSAGE","trigger_id":"t","connection_id":"c","payload":{"id":${id},"text":"${text}"}}`;
  const contentsOf = (id: string, unit: string) => {
    const origin = { provider: "composio", signed: true };
    const text = unit.repeat(15_000_000 / unit.length);
    const delivery = { source: "websocket", body: body(id, text), receivedAt: 1 } as const;
    return decode(markVerified(delivery, origin), { contents: true })[0]?.hashes;
  };
  for (const unit of ["a", '\\"', "\\\\"]) {
    const first = contentsOf("1122334455667788990", unit);
    expect(first).toBeDefined();
    expect(contentsOf("1122334455667788990", unit)).toEqual(first);
    expect(contentsOf("1122334455667788991", unit)).not.toEqual(first);
  }
});
