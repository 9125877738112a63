import type { IncomingMessage, ServerResponse } from "node:http";

/** Serves a request of Node's with a handler of web requests. */
export function serveNode(
  fetch: (request: Request) => Promise<Response>,
  req: IncomingMessage,
  res: ServerResponse,
  maxBodyBytes: number,
): void {
  serve(fetch, req, res, maxBodyBytes).catch(() => res.destroy());
}

async function serve(
  fetch: (request: Request) => Promise<Response>,
  req: IncomingMessage,
  res: ServerResponse,
  maxBodyBytes: number,
): Promise<void> {
  const body = await bodyOf(req, maxBodyBytes);
  if (body === undefined) {
    res.writeHead(413, { connection: "close" }).end();
    return;
  }
  const request = requestOf(req, body);
  if (request === undefined) {
    res.writeHead(400, { connection: "close" }).end();
    return;
  }
  const response = await fetch(request);
  res.writeHead(response.status, Object.fromEntries(response.headers));
  const isHead = req.method === "HEAD" || response.body === null;
  res.end(isHead ? undefined : Buffer.from(await response.arrayBuffer()));
}

/** @returns `undefined` for a request line or headers that no request can be made of */
function requestOf(req: IncomingMessage, body: Uint8Array<ArrayBuffer>): Request | undefined {
  const headers = new Headers();
  try {
    for (let at = 0; at < req.rawHeaders.length; at += 2) {
      headers.append(req.rawHeaders[at] ?? "", req.rawHeaders[at + 1] ?? "");
    }
    // Express cuts a mount path off `url`; the page's path has it.
    const { originalUrl } = req as { readonly originalUrl?: unknown };
    const target = typeof originalUrl === "string" ? originalUrl : (req.url ?? "/");
    const path = target.startsWith("/") ? target : "/";
    const method = req.method ?? "GET";
    const hasBody = method !== "GET" && method !== "HEAD" && body.length > 0;
    // The host stands in the headers, where it is checked.
    return new Request(`http://localhost${path}`, { method, headers, ...(hasBody && { body }) });
  } catch {
    return undefined;
  }
}

/** @returns `undefined` where it is longer than allowed */
async function bodyOf(req: IncomingMessage, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  // A framework may have read it before: as JSON, it is written again.
  const { body } = req as { readonly body?: unknown };
  if (req.readableEnded && body !== undefined && body !== null) {
    return new Uint8Array(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
