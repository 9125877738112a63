import { createHash, timingSafeEqual } from "node:crypto";
import { isLoopback } from "../base/loopback.js";
import { DASHBOARD_HEADER } from "../protocol/dashboard.js";
import type { DashboardSettings } from "./options.js";

/** Why a request is rejected. */
export interface AccessProblem {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Whether a request may be served: its host, its origin, who sent it, and for calls of the API the header that no other
 * page can send.
 *
 * @returns `undefined` where it may
 */
export async function accessProblem(
  request: Request,
  isApiCall: boolean,
  settings: DashboardSettings,
): Promise<AccessProblem | undefined> {
  const foreign = foreignReason(request, settings);
  if (foreign !== undefined) return { status: 403, message: foreign };
  if (!(await isAuthenticated(request, settings))) {
    const headers =
      settings.token === undefined ? undefined : { "www-authenticate": 'Basic realm="earshot"' };
    return {
      ...{
        status: 401,
        message: "Authentication is required. Send the token as a Bearer token, or as password.",
      },
      ...(headers !== undefined && { headers }),
    };
  }
  if (isApiCall && request.headers.get(DASHBOARD_HEADER) !== "1") {
    return { status: 403, message: `Calls of the API carry the header ${DASHBOARD_HEADER}: 1.` };
  }
  return undefined;
}

/** Browsers tell from where a request comes; a name that was made to point here tells by its Host. */
function foreignReason(request: Request, { origin, isLoopbackOnly }: DashboardSettings): string | undefined {
  const own = origin ?? hostOrigin(request);
  if (own === undefined) return "The Host header is missing or no host.";
  if (isLoopbackOnly && !isLoopback(new URL(own).hostname))
    return "The Host header does not name this machine.";
  const given = request.headers.get("origin");
  // The scheme behind a proxy that ends TLS is not known here: the host is compared.
  if (given !== null && !isSameHost(given, own, origin !== undefined)) {
    return "Requests of other web pages are rejected. Behind a proxy, set the option `origin`.";
  }
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") {
    // A link of another page may open the page itself, which then shows nothing to that page.
    const isNavigation = request.headers.get("sec-fetch-mode") === "navigate" && request.method === "GET";
    if (!isNavigation) return "Requests of other web pages are rejected.";
  }
  return undefined;
}

function hostOrigin(request: Request): string | undefined {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  if (!/^[A-Za-z0-9.:[\]_-]+$/.test(host)) return undefined;
  return URL.canParse(`http://${host}`) ? `http://${host}` : undefined;
}

function isSameHost(given: string, own: string, isExact: boolean): boolean {
  if (!URL.canParse(given)) return false;
  return isExact ? new URL(given).origin === new URL(own).origin : new URL(given).host === new URL(own).host;
}

async function isAuthenticated(
  request: Request,
  { token, authenticate }: DashboardSettings,
): Promise<boolean> {
  if (authenticate === false) return true;
  if (authenticate !== undefined) {
    try {
      return (await authenticate(request)) === true;
    } catch {
      return false;
    }
  }
  if (token === undefined) return false;
  const given = request.headers.get("authorization") ?? "";
  const [, scheme = "", credentials = ""] = /^(\w+) +(.*)$/.exec(given) ?? [];
  if (scheme.toLowerCase() === "bearer") return isSecret(credentials, token);
  if (scheme.toLowerCase() !== "basic") return false;
  const text = Buffer.from(credentials, "base64").toString("utf8");
  return isSecret(text.slice(text.indexOf(":") + 1), token);
}

/** Takes the same time, however much of it is right. */
function isSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
