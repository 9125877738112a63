import { EarshotError } from "../base/errors.js";

/**
 * A URL that takes the path of an API after it. Space around it and slashes at its end do not count.
 *
 * @param name as the error names it: "`baseUrl`"
 * @param protocols those that are taken: `https:`
 * @returns the URL without a slash at its end
 * @throws EarshotError ERR_OPTION, also for a query, a fragment or credentials, which would be lost or sent along
 */
export function urlOption(name: string, value: string, protocols: readonly string[]): string {
  const url = parsed(name, value);
  if (!protocols.includes(url.protocol) || url.hostname === "") {
    const wanted = protocols.map((protocol) => `${protocol}//`).join(" or ");
    throw new EarshotError("ERR_OPTION", `${name} starts with ${wanted}, not ${url.protocol}//.`);
  }
  const extra = extraOf(url);
  if (extra !== undefined) throw wrongUrl(name, extra, `${url.origin}${withoutSlash(url.pathname)}`);
  return `${url.origin}${withoutSlash(url.pathname)}`;
}

/**
 * The origin of a server: a URL with nothing behind the host and the port.
 *
 * @throws EarshotError ERR_OPTION, which says what is too much and gives the right value
 */
export function originOption(name: string, value: string, protocols: readonly string[]): string {
  const url = parsed(name, value);
  // The path is named first: from `/api/v3?x`, both have to go.
  const path = withoutSlash(url.pathname);
  if (protocols.includes(url.protocol) && path !== "") throw wrongUrl(name, `the path ${path}`, url.origin);
  return urlOption(name, value, protocols);
}

function parsed(name: string, value: string): URL {
  const text: unknown = value;
  if (typeof text !== "string" || !URL.canParse(text.trim())) {
    const shown = typeof text === "string" ? JSON.stringify(withoutSecret(text)) : `a ${typeof text}`;
    throw new EarshotError("ERR_OPTION", `${name} is not a URL: ${shown}.`);
  }
  return new URL(text.trim());
}

/** What a URL has too much, without showing what may be secret. */
function extraOf(url: URL): string | undefined {
  if (url.username !== "" || url.password !== "") return "a user name or a password";
  if (url.search !== "") return "a query";
  return url.hash === "" ? undefined : "a fragment";
}

function wrongUrl(name: string, extra: string, right: string): EarshotError {
  return new EarshotError("ERR_OPTION", `${name} has ${extra}, which it cannot have: use ${right}.`);
}

/** All that stands before an `@` may be a password. */
function withoutSecret(text: string): string {
  const at = text.lastIndexOf("@");
  return at === -1 ? text : `…${text.slice(at)}`;
}

/** Without a regular expression: one that asks for slashes at the end is quadratic in a row of slashes. */
function withoutSlash(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}
