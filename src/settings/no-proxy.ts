/**
 * Whether a NO_PROXY list covers a host.
 *
 * @param list entries separated by commas or spaces
 * @param hostname as `URL.hostname` gives it
 */
export function coversHost(list: string, hostname: string, port: string): boolean {
  const host = bare(hostname);
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== "" && covers(entry, host, port));
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return isInNetwork(entry, host);
  // A port follows the last colon, unless the colons are those of an IPv6 address without brackets.
  const [, name = "", only] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [entry, entry];
  if (only !== undefined && only !== port) return false;
  const suffix = bare(name).replace(/^\*?\./, "");
  return suffix !== "" && (host === suffix || host.endsWith(`.${suffix}`));
}

/** A host in lower case without brackets and final dot; an IPv6 address in its normal form. */
function bare(host: string): string {
  const name = host
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  if (!name.includes(":")) return name;
  const url = `http://[${name}]`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : name;
}

/** Whether an address lies in a network such as `10.0.0.0/8` or `fd00::/8`. */
function isInNetwork(entry: string, host: string): boolean {
  const [network = "", bits = ""] = entry.split("/", 2);
  if (!/^\d{1,3}$/.test(bits)) return false;
  const base = addressOf(network);
  const address = addressOf(host);
  if (base === undefined || address === undefined || base.bits !== address.bits) return false;
  if (Number(bits) > base.bits) return false;
  const shift = BigInt(base.bits - Number(bits));
  return base.value >> shift === address.value >> shift;
}

function addressOf(text: string): { readonly value: bigint; readonly bits: 32 | 128 } | undefined {
  const name = bare(text);
  if (name.includes(":")) {
    const groups = groupsOf(name);
    return groups && { value: groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n), bits: 128 };
  }
  const bytes = name.split(".").map((byte) => (/^\d{1,3}$/.test(byte) ? Number(byte) : 256));
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255)) return undefined;
  return { value: bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n), bits: 32 };
}

/** The eight groups of an IPv6 address in the form of a URL. */
function groupsOf(address: string): number[] | undefined {
  const [head = "", tail] = address.split("::", 2);
  const read = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const [before, after] = [read(head), read(tail ?? "")];
  const groups = [
    ...before,
    ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0),
    ...after,
  ];
  return groups.length === 8 && groups.every((group) => group >= 0 && group <= 0xffff) ? groups : undefined;
}
