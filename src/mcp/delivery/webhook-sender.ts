import { type LookupAddress, lookup } from "node:dns";
import { isIP } from "node:net";
import { Client } from "undici";
import type { Clock } from "../../base/clock.js";
import { VERSION } from "../../base/version.js";
import { MCP_SUBSCRIPTION_ID } from "../../protocol/mcp-events.js";
import { AddressCheck } from "./address.js";
import type { EndpointUrl } from "./endpoint-url.js";
import { signedHeaders } from "./signing.js";

/** Why a delivery failed, as hosts are told: never in the endpoint's own words. */
export type DeliveryError =
  | "connection_refused"
  | "timeout"
  | "tls_error"
  | "http_4xx"
  | "http_5xx"
  | "challenge_failed";

/** What became of a request. */
export interface SendResult {
  /** Absent where no response came. */
  readonly status?: number | undefined;
  /** Absent for 2xx. */
  readonly error?: DeliveryError | undefined;
  /** The first bytes of the response, as text; only where asked for. */
  readonly body?: string | undefined;
}

/** One request to an endpoint. */
export interface WebhookMessage {
  readonly endpoint: EndpointUrl;
  readonly subscriptionId: string;
  readonly messageId: string;
  readonly body: string;
  readonly secrets: readonly string[];
  /** Whether the response's body is wanted. */
  readonly readsBody?: boolean | undefined;
}

/** Resolves a host name to all of its addresses. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The most of a response that is read, bytes. */
const MOST_RESPONSE = 16 * 1024;

const tlsCodes = /^(?:ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/;

/** An address that webhooks do not go to. */
class BlockedAddressError extends Error {}

/** Sends webhooks: signed, to an address that was checked, without redirects, within a time limit. */
export class EndpointSender {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #resolve: Resolve;
  readonly #addresses = new AddressCheck();

  constructor({ clock, timeoutMs, resolve = resolveAll }: EndpointSenderOptions) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#resolve = resolve;
  }

  /** Never rejects. */
  async send(message: WebhookMessage): Promise<SendResult> {
    const abort = new AbortController();
    let isLate = false;
    const timer = this.#clock.after(this.#timeoutMs, () => {
      isLate = true;
      abort.abort();
    });
    try {
      return await this.#post(message, abort.signal);
    } catch (error) {
      return { error: isLate ? "timeout" : categoryOf(error) };
    } finally {
      timer.clear();
    }
  }

  async #post(message: WebhookMessage, signal: AbortSignal): Promise<SendResult> {
    const { endpoint, body, secrets, messageId, subscriptionId } = message;
    const { address, family } = await aborted(this.#addressOf(endpoint), signal);
    // One connection, to the address that was checked, however often the name is resolved by others meanwhile.
    const client = new Client(endpoint.origin, {
      connect: {
        lookup: (_hostname, options, callback) => {
          if (options.all === true) callback(null, [{ address, family }]);
          else callback(null, address, family);
        },
      },
      maxResponseSize: -1,
    });
    try {
      const response = await client.request({
        method: "POST",
        path: endpoint.target,
        headers: {
          "content-type": "application/json",
          "user-agent": `earshot/${VERSION}`,
          [MCP_SUBSCRIPTION_ID]: subscriptionId,
          ...signedHeaders(messageId, Math.floor(this.#clock.now() / 1000), body, secrets),
        },
        body,
        signal,
      });
      const { statusCode: status } = response;
      const text = message.readsBody === true ? await firstOf(response.body) : undefined;
      return { status, error: errorOf(status), body: text };
    } finally {
      // The rest of the response is of no interest, and may be endless.
      client.destroy().catch(() => undefined);
    }
  }

  /** @throws BlockedAddressError where one of the host's addresses is not public */
  async #addressOf({ hostname, isLoopback }: EndpointUrl): Promise<LookupAddress> {
    const family = isIP(hostname);
    const found = family === 0 ? await this.#resolve(hostname) : [{ address: hostname, family }];
    const [first] = found;
    if (first === undefined) throw new BlockedAddressError(`${hostname} has no address.`);
    // A name with a public and a private address is an attack, or a mistake.
    if (!isLoopback && !found.every(({ address }) => this.#addresses.isPublic(address))) {
      throw new BlockedAddressError(`${hostname} is not a public address.`);
    }
    return first;
  }
}

/** What {@link EndpointSender} takes. */
export interface EndpointSenderOptions {
  readonly clock: Clock;
  /** From the lookup of the name to the end of the response, milliseconds. */
  readonly timeoutMs: number;
  /** Default: the system's. */
  readonly resolve?: Resolve | undefined;
}

function resolveAll(hostname: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(hostname, { all: true, verbatim: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    );
  });
}

/** A lookup cannot be canceled: it is left behind. */
function aborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

async function firstOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_RESPONSE) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function errorOf(status: number): DeliveryError | undefined {
  if (status >= 200 && status < 300) return undefined;
  // A redirect is not followed: to the sender it is a response that keeps nothing.
  return status >= 500 ? "http_5xx" : "http_4xx";
}

function categoryOf(error: unknown): DeliveryError {
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  if (code === "ETIMEDOUT" || (code.startsWith("UND_ERR_") && code.includes("TIMEOUT"))) return "timeout";
  return tlsCodes.test(code) ? "tls_error" : "connection_refused";
}
