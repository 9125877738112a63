import { isIP } from "node:net";
import { isLoopback } from "../../base/loopback.js";
import { McpRequestError } from "../events/errors.js";

/** A URL that webhooks go to. */
export interface EndpointUrl {
  readonly origin: string;
  readonly hostname: string;
  /** Path and query; the query is byte for byte what the subscriber gave. */
  readonly target: string;
  readonly isLoopback: boolean;
}

const LONGEST_URL = 2048;

/**
 * @param allowLoopback whether plain HTTP to this machine is allowed: for tests
 * @throws McpRequestError InvalidParams
 */
export function endpointUrl(given: unknown, allowLoopback: boolean): EndpointUrl {
  // Blanks, line ends and backslashes are read by some parsers as another host.
  if (typeof given !== "string" || given.length > LONGEST_URL || !/^[\x21-\x5b\x5d-\x7e]+$/.test(given)) {
    throw invalid("is a URL of printable ASCII characters");
  }
  if (!URL.canParse(given)) throw invalid("is an absolute URL");
  const url = new URL(given);
  const { hostname, protocol } = url;
  const isLocal = isLoopback(hostname) && isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
  const isTest = allowLoopback && isLocal;
  if (protocol !== "https:" && !(protocol === "http:" && isTest)) throw invalid("has the scheme https");
  if (url.username !== "" || url.password !== "") throw invalid("has no credentials");
  if (given.includes("#")) throw invalid("has no fragment");
  const query = given.indexOf("?");
  return {
    origin: url.origin,
    hostname: hostname.replace(/^\[|\]$/g, ""),
    target: url.pathname + (query === -1 ? "" : given.slice(query)),
    isLoopback: isTest,
  };
}

function invalid(rule: string): McpRequestError {
  return new McpRequestError("InvalidParams", `\`delivery.url\` ${rule}.`);
}
