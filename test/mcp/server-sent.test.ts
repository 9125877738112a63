import { expect, test } from "vitest";
import { eventStreamMessages } from "../../src/transports/mcp/server-sent.js";
import { processorMs } from "../support/processor-time.js";

const MOST = 8 * 1024 * 1024;

function responseOf(text: string, chunk: number): Response {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new Response(
    new ReadableStream({
      pull(controller) {
        if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.subarray(at, at + chunk));
        at += chunk;
      },
    }),
  );
}

async function messagesOf(text: string, chunk: number): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const message of eventStreamMessages(responseOf(text, chunk), MOST)) found.push(message);
  return found;
}

test.each([1, 2, 3, 5, 7, 1000])(
  "messages are read whatever ends their lines, in chunks of %i bytes",
  async (chunk) => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const lines = [
        ": hello",
        'data: {"a":',
        'data:"é"}',
        "",
        "event: x",
        'data: {"b":2}',
        "",
        "",
        "data: 7",
        "",
        "",
      ];
      // A CR at the very end may be half of a line's end: what comes after it shows.
      expect(await messagesOf(`${lines.join(end)}:`, chunk)).toEqual([{ a: "é" }, { b: 2 }]);
    }
  },
);

test("a message of 4 MB in small chunks is read in time that grows with its size alone", async () => {
  const text = `data: {"a":"${"x".repeat(4_000_000)}"}\n\n`;
  const start = processorMs();
  expect(await messagesOf(text, 1400)).toHaveLength(1);
  expect(processorMs() - start).toBeLessThan(2000);
});

test("a message beyond the limit ends the stream", async () => {
  await expect(messagesOf(`data: {"a":"${"x".repeat(MOST + 100_000)}"}\n\n`, 65_536)).rejects.toThrow(
    /more than/,
  );
});
