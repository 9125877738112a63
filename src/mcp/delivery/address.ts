import { BlockList, isIPv4, isIPv6 } from "node:net";

/** Of IANA's special-purpose registry for IPv4: not globally reachable, or no address of one host. */
const specialIPv4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;

/** Within 2000::/3, which is all of IPv6 that is routed: addresses that embed an IPv4 one are among these. */
const specialIPv6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

/** Decides whether a webhook may go to an address. */
export class AddressCheck {
  readonly #special = new BlockList();
  readonly #routed = new BlockList();

  constructor() {
    for (const [address, bits] of specialIPv4) this.#special.addSubnet(address, bits, "ipv4");
    for (const [address, bits] of specialIPv6) this.#special.addSubnet(address, bits, "ipv6");
    this.#routed.addSubnet("2000::", 3, "ipv6");
  }

  /** Whether an address is globally routable. False for what is no address. */
  isPublic(address: string): boolean {
    if (isIPv4(address)) return !this.#special.check(address, "ipv4");
    // With a zone, it is an address of the local link.
    if (!isIPv6(address) || address.includes("%")) return false;
    return this.#routed.check(address, "ipv6") && !this.#special.check(address, "ipv6");
  }
}
