/**
 * Whether a URL's host can mean nothing but this machine: `localhost` and names under it (RFC 6761, 6.3),
 * 127.0.0.0/8, ::1. A name that merely resolves to one of these is not: its owner may change it.
 *
 * @param hostname as `URL.hostname` gives it, IPv6 in brackets: every other way to write an address is gone there
 */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost") || name === "[::1]") return true;
  return /^127(?:\.\d{1,3}){3}$/.test(name) || /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(name);
}

/** The same of a whole URL; false where it is none. */
export function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}
