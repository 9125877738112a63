import type { Call } from "../http/endpoint.js";
import type { StreamEvent } from "./conversation.js";

/** Characters of a piece, about what real models send at once. */
const PIECE_LENGTH = 16;

/** A text in the pieces of a stream, without a split inside a character. */
export function pieces(text: string): string[] {
  const found: string[] = [];
  const characters = Array.from(text);
  for (let at = 0; at < characters.length; at += PIECE_LENGTH) {
    found.push(characters.slice(at, at + PIECE_LENGTH).join(""));
  }
  return found;
}

/** Server-sent events, each as soon as the client reads it. */
export function eventStream(c: Call, events: Iterable<StreamEvent>): Response {
  const encoder = new TextEncoder();
  const iterator = events[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      // Clients see several reads, as from a real model.
      await new Promise((resolve) => setImmediate(resolve));
      const { value, done } = iterator.next();
      if (done === true) {
        controller.close();
        return;
      }
      const { event, data } = value;
      const text = typeof data === "string" ? data : JSON.stringify(data);
      controller.enqueue(
        encoder.encode(`${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`),
      );
    },
  });
  return c.body(body, 200, { "content-type": "text/event-stream; charset=utf-8" });
}
