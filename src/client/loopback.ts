/**
 * Whether a URL's host name means this machine: `localhost` and names under it (RFC 6761, 6.3), 127.0.0.0/8, ::1.
 *
 * @param hostname as `URL.hostname` gives it, IPv6 in brackets
 */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost") || name === "[::1]") return true;
  // URL has already normalised every other way to write an IPv4 address.
  return /^127(?:\.\d{1,3}){3}$/.test(name);
}
