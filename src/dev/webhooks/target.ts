import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { isLoopback } from "../../base/loopback.js";

/**
 * Why a webhook may not be sent to a URL; `undefined` where it may. Checked where a URL is set and again at every
 * send: a platform that posts to any URL is a way into its network.
 *
 * @param allowRemote whether hosts other than this machine are allowed
 */
export function targetProblem(url: string, allowRemote: boolean): string | undefined {
  if (!URL.canParse(url)) return `${JSON.stringify(url)} is not a URL`;
  const { protocol, username, password, hostname } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") {
    return `a webhook URL starts with http:// or https://, not ${protocol}//`;
  }
  if (username !== "" || password !== "") return "a webhook URL has no user name or password in it";
  if (allowRemote || isLoopback(hostname)) return undefined;
  return `${hostname} is not this machine; webhooks go to other machines only where that was allowed by name`;
}

type Found = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * Resolves a name for a connection. `localhost` and the names under it are this machine by definition, whatever
 * a resolver says of them; {@link targetProblem} has let other names pass only where remote hosts are allowed.
 */
export function lookupTarget(hostname: string, options: LookupOptions, found: Found): void {
  if (!isLoopback(hostname)) {
    lookup(hostname, options, found);
    return;
  }
  const addresses: LookupAddress[] = [
    { address: "127.0.0.1", family: 4 },
    { address: "::1", family: 6 },
  ];
  const fitting = addresses.filter(({ family }) => options.family !== (family === 4 ? 6 : 4));
  if (options.all === true) found(null, fitting);
  else found(null, fitting[0]?.address ?? "127.0.0.1", fitting[0]?.family ?? 4);
}
