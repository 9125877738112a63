import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { hmac, TriggerListener } from "earshot";
import { expect, onTestFinished, test } from "vitest";
import { hex, secret } from "../../listener/sender.js";

const body = '{"text":"ä and more"}';
const bytes = new Uint8Array(Buffer.from(body));
const headers = { "x-signature": hex(secret, body) };

async function open() {
  const listener = new TriggerListener({
    webhook: { routes: { "/acme": hmac({ provider: "acme", secrets: secret, header: "x-signature" }) } },
  });
  await listener.start();
  onTestFinished(() => listener.stop({ timeoutMs: 0 }));
  return listener;
}

const parts: readonly (readonly [string, readonly unknown[], number])[] = [
  ["text in one part", [body], 200],
  ["text in two parts", ['{"text":', '"ä and more"}'], 200],
  ["bytes, then text", [Buffer.from('{"text":'), '"ä and more"}'], 200],
  ["an ArrayBuffer", [bytes.buffer], 200],
  ["a DataView", [new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)], 200],
  ["a number", [5], 400],
  ["an object", [{ text: "ä and more" }], 400],
];

test.each(parts)(
  "a Fetch body that comes as %s is read, or answered, and ends no process",
  async (_what, all, status) => {
    const listener = await open();
    const stream = new ReadableStream({
      start(controller) {
        for (const part of all) controller.enqueue(part);
        controller.close();
      },
    });
    const request = new Request("http://localhost/acme", {
      method: "POST",
      headers,
      body: stream,
      duplex: "half",
    } as RequestInit);
    expect((await listener.fetchHandler()(request)).status).toBe(status);
  },
);

const lengths = [undefined, String(bytes.length)];

test.each(parts)(
  "an adapter's request whose events bring %s is read, or answered",
  async (_what, all, status) => {
    const listener = await open();
    for (const length of lengths) {
      const req = Object.assign(new EventEmitter(), requestFacts(length));
      const answered = answer(listener, req);
      setImmediate(() => {
        for (const part of all) req.emit("data", part);
        req.emit("end");
      });
      expect(await answered).toBe(status);
    }
  },
);

test("an adapter's stream of texts is read", async () => {
  const listener = await open();
  for (const length of lengths) {
    for (const all of [[body], ['{"text":', '"ä and more"}']]) {
      expect(await answer(listener, Object.assign(Readable.from(all), requestFacts(length)))).toBe(200);
    }
  }
});

test("an adapter's headers may be lists", async () => {
  const listener = await open();
  const lists = { "x-signature": [headers["x-signature"]], "content-encoding": ["identity"] };
  const req = Object.assign(Readable.from([Buffer.from(body)]), {
    ...requestFacts(undefined),
    headers: lists,
  });
  expect(await answer(listener, req)).toBe(200);
});

function requestFacts(length: string | undefined) {
  return {
    method: "POST",
    url: "/acme",
    headers: length === undefined ? headers : { ...headers, "content-length": length },
    rawHeaders: [],
  };
}

/** @returns the status of the response */
function answer(listener: TriggerListener, req: object): Promise<number> {
  return new Promise((resolve) => {
    const res = Object.assign(new EventEmitter(), {
      writeHead: (status: number) => resolve(status),
      end: () => res.emit("finish"),
    });
    listener.nodeHandler()(req as IncomingMessage, res as unknown as ServerResponse);
  });
}
