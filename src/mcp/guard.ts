import { isLoopback } from "../base/loopback.js";
import { messageOf } from "../base/message-of.js";
import type { McpAuthenticate, McpPrincipal } from "./principal.js";

/** Which requests an endpoint serves. */
export interface RequestGuard {
  readonly authenticate: McpAuthenticate | undefined;
  /** Origins of web pages that may send requests. */
  readonly allowedOrigins: ReadonlySet<string>;
  readonly warn: (message: string) => void;
}

/**
 * Checks the sender of a request: a page of another site, and, without authentication, a host name that is not this
 * machine's, which a page can have by DNS rebinding.
 *
 * @returns the principal, or the response that rejects the request
 */
export async function guardRequest(
  { authenticate, allowedOrigins, warn }: RequestGuard,
  request: Request,
): Promise<{ readonly principal: McpPrincipal | undefined } | Response> {
  const origin = request.headers.get("origin");
  if (origin !== null && !allowedOrigins.has(origin)) return new Response(null, { status: 403 });
  if (authenticate === undefined) {
    return isLocal(request) ? { principal: undefined } : new Response(null, { status: 403 });
  }
  let principal: McpPrincipal | undefined;
  try {
    principal = await authenticate(request);
  } catch (error) {
    warn(`\`authenticate\` failed: ${messageOf(error)}`);
    return new Response(null, { status: 500 });
  }
  if (typeof principal?.id === "string" && principal.id !== "") return { principal };
  return new Response(null, { status: 401, headers: { "www-authenticate": "Bearer" } });
}

function isLocal(request: Request): boolean {
  const host = request.headers.get("host");
  const url = host === null ? request.url : `http://${host}`;
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}
