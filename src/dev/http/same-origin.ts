import type { IncomingMessage } from "node:http";
import { isLoopback } from "../../base/loopback.js";

/**
 * Whether a request can only have been meant for this server. It binds to loopback, but that keeps no web page
 * out: a page may resolve its own name to 127.0.0.1 (so `Host` must be a name that can mean nothing else),
 * and may send requests and open WebSockets to here (so `Origin`, which browsers add, must be our own).
 *
 * @param port the port that this server listens on
 * @returns what is wrong; `undefined` where nothing is
 */
export function foreignRequestReason(request: IncomingMessage, port: number): string | undefined {
  const hosts = valuesOf(request, "host");
  const host = hosts[0];
  if (host === undefined || hosts.length > 1 || !isOwnHost(host, port)) {
    return "The Host header does not name this server";
  }
  const origins = valuesOf(request, "origin");
  if (origins.some((origin) => origin.toLowerCase() !== `http://${host.toLowerCase()}`)) {
    return "Requests of other web pages are rejected";
  }
  return undefined;
}

function isOwnHost(host: string, port: number): boolean {
  const url = `http://${host}`;
  // Nothing but a name and a port may stand there: no user, no path, no blanks that URL would forgive.
  if (!/^[A-Za-z0-9.:[\]-]+$/.test(host) || !URL.canParse(url)) return false;
  const { hostname, port: given } = new URL(url);
  return isLoopback(hostname) && (given === "" ? "80" : given) === String(port);
}

/** Every value of a header; Node itself keeps only the first of these. */
function valuesOf(request: IncomingMessage, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    if (request.rawHeaders[at]?.toLowerCase() === name) values.push(request.rawHeaders[at + 1] ?? "");
  }
  return values;
}
