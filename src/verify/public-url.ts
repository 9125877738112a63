import { EarshotError } from "../base/errors.js";
import type { HttpFacts } from "../model/delivery.js";

/**
 * The URL under which a sender reaches the route, kept as it was written: it is part of what is signed.
 *
 * @throws EarshotError ERR_OPTION
 */
export function publicUrlOption(provider: string, given: string | undefined): string {
  // White space around it comes with copying; a URL has none.
  const value = given === undefined ? undefined : String(given).trim();
  const url = value !== undefined && URL.canParse(value) ? new URL(value) : undefined;
  if (value === undefined || url === undefined || !/^https?:$/.test(url.protocol) || url.hash !== "") {
    throw new EarshotError(
      "ERR_OPTION",
      `${provider}: \`publicUrl\` is the whole URL that the sender has, such as https://example.com/webhooks/${provider}; it is signed, and a proxy may hide it from us.`,
    );
  }
  return value;
}

/** The public URL with the query that the request came with. */
export function requestUrl(publicUrl: string, http: HttpFacts): string {
  const asked = http.target.indexOf("?");
  if (asked === -1) return publicUrl;
  const own = publicUrl.indexOf("?");
  return (own === -1 ? publicUrl : publicUrl.slice(0, own)) + http.target.slice(asked);
}

/** `:` `/` `?` `@` `!` `$` `'` `(` `)` `*` `,` and `;`, encoded. */
const decodedBySender = /%(?:3a|2f|3f|40|21|24|27|28|29|2a|2c|3b)/gi;

/** The URL with those characters decoded that HubSpot decodes before it signs. */
export function partlyDecoded(url: string): string {
  return url.replaceAll(decodedBySender, decodeURIComponent);
}

/**
 * The same URL as a sender may have signed it: with its port written out, and without one.
 *
 * @returns the URL as configured first
 */
export function portVariants(publicUrl: string): readonly string[] {
  const parts = /^(https?:\/\/)([^/?#]*)(.*)$/is.exec(publicUrl);
  if (parts === null) return [publicUrl];
  const [, scheme = "", authority = "", rest = ""] = parts;
  const port = /:\d{1,5}$/.exec(authority)?.[0];
  const other =
    port === undefined
      ? `${authority}:${scheme.toLowerCase() === "https://" ? 443 : 80}`
      : authority.slice(0, -port.length);
  return [publicUrl, scheme + other + rest];
}

/** One parameter of the request's query: the first of that name. Nothing else of the query is decoded. */
export function queryParameter(http: HttpFacts, name: string): string | undefined {
  const { target } = http;
  const asked = target.indexOf("?");
  if (asked === -1) return undefined;
  for (let at = asked + 1; at <= target.length; ) {
    const and = target.indexOf("&", at);
    const end = and === -1 ? target.length : and;
    if (target.startsWith(name, at) && (at + name.length === end || target[at + name.length] === "=")) {
      return new URLSearchParams(target.slice(at, end)).get(name) ?? undefined;
    }
    at = end + 1;
  }
  return undefined;
}
