import { EarshotError } from "../base/errors.js";
import { hasMembers } from "../base/options.js";

/** Who sends a request to the MCP server. */
export interface McpPrincipal {
  /** Stable for this user or program: its subscriptions belong to it. Not the token. */
  readonly id: string;
  /** The only user whose events it may receive: other events, and those without a user, are left out. Default: all. */
  readonly entityId?: string | undefined;
}

/** From a request to who sends it; `undefined` where that is unknown: the response is 401. */
export type McpAuthenticate = (
  request: Request,
) => McpPrincipal | undefined | Promise<McpPrincipal | undefined>;

/**
 * Authenticates by `Authorization: Bearer <token>`. For tokens of an authorization server, write a function instead.
 *
 * @param tokens principal, or its id, by token; each token has at least 16 characters
 * @throws EarshotError ERR_OPTION for a token that is too short, or a principal without an id
 */
export function bearerTokens(tokens: Readonly<Record<string, string | McpPrincipal>>): McpAuthenticate {
  if (!hasMembers(tokens)) {
    throw new EarshotError(
      "ERR_OPTION",
      "bearerTokens() takes an object from token to principal, or its id.",
    );
  }
  const known = Object.entries(tokens).map(([token, principal]) => {
    const id: unknown = typeof principal === "string" ? principal : principal?.id;
    // Subscriptions belong to the id: without one, those of several tokens would be one principal's.
    if (typeof id !== "string" || id === "") {
      throw new EarshotError("ERR_OPTION", "bearerTokens() takes principals with an `id` that is not empty.");
    }
    if (token.length < 16) {
      throw new EarshotError("ERR_OPTION", "bearerTokens() takes tokens of at least 16 characters.");
    }
    return [token, typeof principal === "string" ? { id: principal } : principal] as const;
  });
  return async (request) => {
    const given = /^Bearer ([\w.~+/=-]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (given === undefined) return undefined;
    const digest = await sha256(given);
    let found: McpPrincipal | undefined;
    // All are compared, as digests, so that the time says nothing about a token.
    for (const [token, principal] of known) if (equal(digest, await sha256(token))) found = principal;
    return found;
  };
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}
