import { BlockList, isIP } from "node:net";

function loopbackAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet("127.0.0.0", 8, "ipv4");
  list.addAddress("::1", "ipv6");
  return list;
}

/** Whether an IP address, `127.0.0.1` or `::1` and their like, is this machine's own. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopbackAddresses().check(address, family === 6 ? "ipv6" : "ipv4");
}

/**
 * Whether a host name, as `URL.hostname` gives it, can mean nothing but this machine: `localhost`, a name under
 * it (RFC 6761, 6.3), or a loopback address. A name that merely resolves to one is not: its owner may change it.
 */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  return isLoopbackAddress(host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host);
}

/** Whether a browser's `Origin` header names a page that this machine served. */
export function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopbackHost(new URL(origin).hostname);
}
