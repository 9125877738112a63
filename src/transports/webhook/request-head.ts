const SLASH = 47;

/**
 * Where the path begins in a request target: at 0, or after the authority where the target is a whole URL
 * (RFC 9112, 3.2.2; a proxy may send that, and a Fetch `Request` always has it).
 */
export function pathStart(target: string): number {
  if (target.charCodeAt(0) === SLASH) return 0;
  const scheme = target.indexOf("://");
  if (scheme === -1) return 0;
  const from = scheme + 3;
  const end = target.slice(from).search(/[/?#]/);
  return end === -1 ? target.length : from + end;
}

/** The path of a request target, as it was sent: without query, nothing decoded, nothing resolved. */
export function pathOf(target: string): string {
  const start = pathStart(target);
  const query = target.indexOf("?", start);
  return query === -1 ? target.slice(start) : target.slice(start, query);
}

/** The host and port in a whole URL, in lower case; `undefined` where the target is a path. */
export function hostOf(target: string): string | undefined {
  const start = pathStart(target);
  const scheme = target.indexOf("://");
  if (start === 0 || scheme === -1) return undefined;
  const authority = target.slice(scheme + 3, start);
  return authority.slice(authority.lastIndexOf("@") + 1).toLowerCase();
}
