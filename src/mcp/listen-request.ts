/** The method by which hosts ask for notices of changes. */
const ASKED = "subscriptions/listen";
/**
 * The same method under a name of ours. The SDK serves `subscriptions/listen` itself, and only for tools, prompts and
 * resources; under this name it checks the request, and leaves the response to us.
 */
export const LISTEN = "earshot/listen";

/** Bytes of such a request that are read. */
const MOST_BYTES = 64 * 1024;

/** A message for the SDK: one that asks for notices has the name of ours. */
export function renamed<Message>(message: Message): Message {
  const { method } = (message ?? {}) as { method?: unknown };
  return method === ASKED ? { ...message, method: LISTEN } : message;
}

/** A request for the SDK. @returns the response where its body is too large, or is no JSON */
export async function listenRequest(
  request: Request,
  parsedBody: unknown,
): Promise<{ readonly request: Request; readonly parsedBody: unknown } | Response> {
  // Revision 2026-07-28 has the method in a header; older ones have no such method.
  if (request.headers.get("mcp-method") !== ASKED) return { request, parsedBody };
  let message = parsedBody;
  if (message === undefined) {
    const text = await textOf(request);
    if (text === undefined) return new Response(null, { status: 413 });
    try {
      message = JSON.parse(text);
    } catch {
      return new Response(null, { status: 400 });
    }
  }
  const own = renamed(message);
  const headers = new Headers(request.headers);
  if (own !== message) headers.set("mcp-method", LISTEN);
  headers.delete("content-length");
  const { url, signal } = request;
  const init = { method: request.method, headers, signal, body: JSON.stringify(own) };
  return { request: new Request(url, init), parsedBody: own };
}

/** @returns `undefined` for a body that is too large */
async function textOf(request: Request): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}
