import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import { shownValue } from "../base/warning.js";
import type { Delivery, HeaderReader } from "../model/delivery.js";
import type { Source } from "../model/source.js";
import type { Verified } from "../model/verified.js";

/** Headers as a fetch `Request` has them, or as an object: names in any case, values as Node gives them. */
export type WebhookHeaders =
  | { readonly get: (name: string) => string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/** A request in the terms of any server. */
export interface WebhookRequest {
  /** The exact bytes, or the text they are; never a parsed body. */
  readonly body: Uint8Array | string;
  readonly headers: WebhookHeaders;
  /** Default `POST`. */
  readonly method?: string | undefined;
  /** The whole URL, or path and query. Default `/`. */
  readonly url?: string | undefined;
}

/**
 * A request as a delivery, for `source.verify` and `source.handshake`.
 *
 * @throws EarshotError ERR_BODY_CONSUMED if the body is neither bytes nor text, ERR_OPTION
 */
export function deliveryOf(request: WebhookRequest, nowMs: number = Date.now()): Delivery {
  const { body, headers, method = "POST", url = "/" } = (request ?? {}) as WebhookRequest;
  // isView also knows bytes of another realm.
  if (typeof body !== "string" && !ArrayBuffer.isView(body)) {
    throw new EarshotError(
      "ERR_BODY_CONSUMED",
      "The body is neither bytes nor text: a signature covers the exact bytes, which a parsed body no longer has.",
    );
  }
  // Text or a list has no headers: each of them would be missing.
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`headers\` of a request is an object or Headers, not ${shownValue(headers)}.`,
    );
  }
  for (const [name, value] of Object.entries({ method, url })) {
    if (typeof value === "string") continue;
    throw new EarshotError("ERR_OPTION", `\`${name}\` of a request is a string, not ${shownValue(value)}.`);
  }
  const target = url.startsWith("/") ? url : pathAndQuery(url);
  const asked = target.indexOf("?");
  return {
    source: "webhook",
    body,
    receivedAt: nowMs,
    http: {
      method: method.toUpperCase(),
      path: asked === -1 ? target : target.slice(0, asked),
      target,
      header: headerReader(headers),
      remoteAddress: undefined,
    },
  };
}

/**
 * Verifies one request of a sender, without a listener.
 *
 * @example
 * const { origin } = await verifyWebhook(github({ secrets: [secret] }), { body: rawBody, headers: req.headers });
 *
 * @throws RejectedError with `status` 400 or 401, and the reason
 */
export async function verifyWebhook(
  source: Source,
  request: WebhookRequest,
  nowMs: number = Date.now(),
): Promise<Verified> {
  if (!isCallable((source as Partial<Source> | null)?.verify)) {
    throw new EarshotError(
      "ERR_OPTION",
      `verifyWebhook() takes a source, such as github({ secrets }), not ${shownValue(source)}.`,
    );
  }
  return source.verify(deliveryOf(request, nowMs), nowMs);
}

function pathAndQuery(url: string): string {
  if (!URL.canParse(url)) return `/${url}`;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function headerReader(headers: WebhookHeaders): HeaderReader {
  const { get } = headers;
  if (typeof get === "function") {
    return (name) => get.call(headers, name) ?? undefined;
  }
  const values = new Map<string, string[]>();
  for (const [name, value] of Object.entries(headers)) {
    const list = values.get(name.toLowerCase()) ?? [];
    if (typeof value === "string") list.push(value);
    else if (Array.isArray(value)) list.push(...value);
    if (list.length > 0) values.set(name.toLowerCase(), list);
  }
  return (name) => {
    const list = values.get(name);
    return list?.length === 1 ? list[0] : list;
  };
}
