import type { EntryFacts, Request } from "./requests.js";

/** Stands for a body while it travels: where it lies among the bytes of its batch. */
interface Place {
  readonly at: number;
  readonly length: number;
}

type Traveling = { -readonly [Member in keyof EntryFacts]: EntryFacts[Member] | Place };

/**
 * Moves the bodies of a batch into one piece of memory, which is handed from thread to thread instead of being
 * copied. A body by itself would be copied with everything that shares its memory: for what a socket has
 * read, that is often 64 kB.
 */
export function packBodies(requests: readonly Request[]): Uint8Array<ArrayBuffer> {
  let total = 0;
  for (const request of requests) total += bytesOf(request)?.byteLength ?? 0;
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const request of requests) {
    const body = bytesOf(request);
    if (body === undefined || !("entry" in request)) continue;
    bytes.set(body, at);
    const entry: Traveling = request.entry;
    entry.body = { at, length: body.byteLength };
    at += body.byteLength;
  }
  return bytes;
}

/** The other way, on the other side. */
export function unpackBodies(requests: readonly Request[], bytes: Uint8Array): void {
  for (const request of requests) {
    if (!("entry" in request)) continue;
    const entry: Traveling = request.entry;
    const { body } = entry;
    if (typeof body !== "object" || !("length" in body) || ArrayBuffer.isView(body)) continue;
    entry.body = bytes.subarray(body.at, body.at + body.length);
  }
}

function bytesOf(request: Request): Uint8Array | undefined {
  return "entry" in request && typeof request.entry.body !== "string" ? request.entry.body : undefined;
}
