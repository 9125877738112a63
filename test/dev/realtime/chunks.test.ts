import fc from "fast-check";
import { expect, test } from "vitest";
import { split } from "../../../src/dev/realtime/chunks.js";
import type { Chunk } from "../../../src/protocol/pusher.js";
import { CHANNEL, run } from "./fixture.js";

const joined = (messages: readonly { readonly data: string }[]): string => {
  const chunks = messages.map(({ data }) => JSON.parse(data) as Chunk);
  return chunks
    .sort((a, b) => a.index - b.index)
    .map(({ chunk }) => chunk)
    .join("");
};

test("a body of exactly the limit goes whole, one byte more goes in chunks", () => {
  expect(split("e", "x".repeat(10_000))).toEqual([{ event: "e", data: "x".repeat(10_000) }]);
  const two = split("e", "x".repeat(10_001));
  expect(two.map(({ event }) => event)).toEqual(["chunked-trigger_to_client", "chunked-trigger_to_client"]);
  expect(split("e", "é".repeat(5001)).length, "the limit is in bytes").toBeGreaterThan(1);
});

test("chunks of any text are within the limit, numbered from 0, the last one final, and make the text again", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 2000 }),
      fc.integer({ min: 140, max: 500 }),
      (text, limit) => {
        const messages = split("e", text, limit);
        for (const { data } of messages) expect(Buffer.byteLength(data)).toBeLessThanOrEqual(limit);
        if (messages.length === 1 && messages[0]?.event === "e") {
          expect(messages[0].data).toBe(text);
          return;
        }
        const chunks = messages.map(({ data }) => JSON.parse(data) as Chunk);
        expect(chunks.map(({ index }) => index)).toEqual(chunks.map((_, at) => at));
        expect(chunks.map(({ final }) => final)).toEqual(chunks.map((_, at) => at === chunks.length - 1));
        expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
        expect(joined(messages)).toBe(text);
      },
    ),
  );
});

test.each([
  ["control characters", "\u0001"],
  ["quotes", '"'],
  ["surrogates without a partner", "\ud800"],
  ["hedgehogs", "🦔"],
])("what JSON makes of a text counts, not the text: %s", (_name, unit) => {
  const text = unit.repeat(12_000);
  const messages = split("e", text);
  for (const { data } of messages) expect(Buffer.byteLength(data)).toBeLessThanOrEqual(10_000);
  expect(joined(messages)).toBe(text);
});

test("a large event crosses the wire in chunks, none with a body over the limit", async () => {
  const running = await run();
  const client = running.connect();
  await client.subscribed(running.realtime);
  const data = JSON.stringify({ text: 'quoted "☂" \\ and\nlines '.repeat(3000) });
  running.realtime.publish(CHANNEL, "trigger_to_client", data);
  const frames: { data: string }[] = [];
  for (;;) {
    const frame = await client.next();
    expect(frame).toMatchObject({ event: "chunked-trigger_to_client", channel: CHANNEL });
    expect(Buffer.byteLength(frame.data as string)).toBeLessThanOrEqual(10_000);
    frames.push({ data: frame.data as string });
    if ((JSON.parse(frame.data as string) as Chunk).final) break;
  }
  expect(joined(frames)).toBe(data);
  await running.close();
});
