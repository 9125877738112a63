import { EarshotError } from "../errors.js";
import type { HttpFacts } from "../model/delivery.js";

/**
 * The URL under which a sender reaches the route, kept as it was written: it is part of what is signed.
 *
 * @throws EarshotError ERR_OPTION
 */
export function publicUrlOption(provider: string, value: string | undefined): string {
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

/** One parameter of the request's query. */
export function queryParameter(http: HttpFacts, name: string): string | undefined {
  const asked = http.target.indexOf("?");
  return asked === -1
    ? undefined
    : (new URLSearchParams(http.target.slice(asked + 1)).get(name) ?? undefined);
}
