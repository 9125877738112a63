import { once } from "node:events";
import { request } from "node:http";
import { memoryInbox } from "earshot";
import { expect, onTestFinished, test, vi } from "vitest";
import { Pace, paced } from "../../src/mcp/pace.js";
import { envelope, hostOn, platformWithStars, STAR, tokens } from "./support.js";

test("a stream that nobody reads holds few messages, and goes on when it is read", async () => {
  const pace = new Pace();
  let sent = 0;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
  });
  const response = paced(new Response(body, { headers: { "content-type": "text/event-stream" } }), pace);
  const sending = (async () => {
    for (; sent < 1000; sent += 1) {
      controller?.enqueue(new Uint8Array([1]));
      await pace.sent();
    }
    controller?.close();
  })();
  await new Promise((resolve) => setImmediate(resolve));
  const before = sent;
  expect(before).toBeLessThan(100);
  const { length } = new Uint8Array(await response.arrayBuffer());
  await sending;
  expect(length).toBe(1000);
});

test("a host that hangs up frees its stream", async () => {
  const { toolset } = await platformWithStars();
  const { url, call } = await hostOn(toolset, memoryInbox(), { maxStreams: 1 });
  const params = { name: STAR, arguments: {}, cursor: null };
  const open = request(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "events/stream",
      authorization: `Bearer ${tokens.ada}`,
    },
  });
  onTestFinished(() => void open.destroy());
  open.on("error", () => undefined);
  open.end(
    JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "events/stream",
      params: { ...params, _meta: envelope },
    }),
  );
  const [response] = await once(open, "response");
  await once(response, "data");
  const second = await call("events/stream", params);
  expect(second.error).toMatchObject({ code: -32013, data: { limit: "streams", max: 1 } });
  open.destroy();
  await vi.waitFor(async () => {
    // A poll through a stream of its own would stay open: the limit is what shows that it is free.
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${tokens.ada}` };
    const answer = await fetch(url, {
      method: "POST",
      signal: abort.signal,
      headers: {
        ...headers,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "events/stream",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 2,
        method: "events/stream",
        params: { ...params, _meta: envelope },
      }),
    });
    const isStream = answer.headers.get("content-type") === "text/event-stream";
    abort.abort();
    expect(isStream).toBe(true);
  });
});
