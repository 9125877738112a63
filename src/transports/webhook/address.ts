/**
 * The sender's address.
 *
 * @param peer the address at the other end of the connection, where it is known
 * @param forwarded the `X-Forwarded-For` header: each proxy appends whom it saw
 * @param trust see `DoorOptions.trustProxy`
 */
export function senderAddress(
  peer: string | undefined,
  forwarded: string | readonly string[] | null | undefined,
  trust: boolean | number | undefined,
): string | undefined {
  if (trust === undefined || trust === false || trust === 0) return peer;
  const header = typeof forwarded === "string" ? forwarded : (forwarded ?? []).join(",");
  const hops = header
    .split(",")
    .map((hop) => hop.trim())
    .filter((hop) => hop !== "");
  if (hops.length === 0) return peer;
  // The last entry was written by the nearest proxy, which is the peer itself.
  const from = trust === true ? 0 : Math.max(0, hops.length - trust);
  return hops[from];
}
