import { isThenable } from "../base/foreign-promise.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import type { Delivery } from "../model/delivery.js";
import type { WebhookResponse } from "../model/source.js";
import { bodyBytes, textContent } from "./content.js";
import { type Key, type MacKey, runtimeCrypto } from "./crypto.js";
import { tokenKey } from "./keys.js";
import { unauthorized } from "./outcome.js";
import { oneHeader, queryParameter } from "./request.js";
import type { Handshake, HandshakeRequest, SetUpRequest } from "./scheme.js";

/** Longest body of a set-up request, bytes. A longer one is an event. */
const LONGEST_BODY_BYTES = 4096;

/** Whether a body is short and contains `word`, as a set-up request does. Parses nothing. */
export function mayBeHandshake(delivery: Delivery, word: string): boolean {
  return delivery.body.length <= LONGEST_BODY_BYTES && textOf(delivery).includes(word);
}

/** The body as a JSON object; `undefined` for any other body, which is no set-up request. */
export function handshakeBody(delivery: Delivery): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(textOf(delivery));
    return typeof body === "object" && body !== null && !Array.isArray(body)
      ? (body as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function textOf(delivery: Delivery): string {
  return new TextDecoder().decode(bodyBytes(delivery.body));
}

/** A handshake of set-up requests that are data: the first that the request is. */
export function handshakeOf(requests: readonly SetUpRequest[]): Handshake {
  return (request) => {
    for (const one of requests) {
      const found = isSetUp(one, request) ? answerTo(one, request) : undefined;
      if (found !== undefined) return one.signed === true ? chain(request.verify(), () => found) : found;
    }
    return undefined;
  };
}

/** The methods of set-up requests beside POST. */
export function methodsOf(requests: readonly SetUpRequest[]): readonly string[] {
  return [...new Set(requests.map(({ method }) => method))].filter((method) => method !== "POST");
}

function isSetUp(
  { method, header, member, emptyBody }: SetUpRequest,
  { delivery, http }: HandshakeRequest,
): boolean {
  if (http.method !== method) return false;
  if (emptyBody === true && delivery.body.length > 0) return false;
  if (header !== undefined && !isWanted(oneHeader(http, header[0]), header[1])) return false;
  return member === undefined || isWanted(memberOf(delivery, member[0]), member[1]);
}

function isWanted(value: string | undefined, wanted: string | undefined): boolean {
  return value !== undefined && (wanted === undefined || value === wanted);
}

/** Visible ASCII and spaces: nothing that is another thing in a header or a page. */
const challengePattern = /^[\x20-\x7e]{1,1024}$/;

function answerTo(one: SetUpRequest, { delivery, http }: HandshakeRequest): WebhookResponse | undefined {
  const { challenge, answer, headers, status = 200 } = one;
  if (challenge === undefined) return { status, ...(headers !== undefined && { headers }) };
  const text =
    "query" in challenge
      ? queryParameter(http, challenge.query)
      : "header" in challenge
        ? oneHeader(http, challenge.header)
        : memberOf(delivery, challenge.member);
  if (text === undefined || !challengePattern.test(text)) return undefined;
  const made =
    answer === undefined
      ? { status }
      : answer === "text"
        ? textAnswer(text)
        : "member" in answer
          ? jsonAnswer({ [answer.member]: text })
          : { status, headers: { [answer.header]: text } };
  return { ...made, status, headers: { ...made.headers, ...headers } };
}

/** A member of a short JSON body, as text: `data.challenge`, `0.eventType`. */
function memberOf(delivery: Delivery, path: string): string | undefined {
  const names = path.split(".");
  if (!mayBeHandshake(delivery, `"${names.at(-1)}"`)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(textOf(delivery));
  } catch {
    return undefined;
  }
  for (const name of names) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/**
 * A set-up request that is signed like an event. The signature is checked before the body is parsed.
 *
 * @param word part of every such request
 */
export function signedHandshake(
  word: string,
  answer: (
    body: Record<string, unknown>,
    key: Key | MacKey | undefined,
  ) => MaybePromise<WebhookResponse | undefined>,
): Handshake {
  return ({ delivery, verify }) => {
    if (!mayBeHandshake(delivery, word)) return undefined;
    return chain(verify(), (key) => {
      const body = handshakeBody(delivery);
      return body === undefined ? undefined : answer(body, key);
    });
  };
}

/** A plain-text response. A browser never reads it as HTML. */
export function textAnswer(body: string): WebhookResponse {
  return {
    status: 200,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
    body,
  };
}

/** A JSON response. */
export function jsonAnswer(body: object): WebhookResponse {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** Awaits what a user's function returned. Its failure is the request's. */
export function settled(returned: unknown): MaybePromise<void> {
  return isThenable(returned) ? Promise.resolve(returned).then(() => undefined) : undefined;
}

/**
 * Passes on the secret of the first set-up request only. Such a request is not signed: without this limit anyone could
 * send secrets for as long as the source exists. The same secret again is the sender's retry: it gets a response, and
 * is not passed on twice.
 *
 * @param handOver the user's function; if it throws or rejects, the next request counts as the first
 * @returns takes a secret; throws RejectedError ERR_SIGNATURE_MISSING for another than the first
 */
export function firstOnly(
  provider: string,
  option: string,
  handOver: (secret: string) => unknown,
): (secret: string) => MaybePromise<void> {
  let first: { readonly key: Key; handed: MaybePromise<void> } | undefined;
  return (secret) => {
    if (first !== undefined) {
      const { key, handed } = first;
      return chain(key.matches(textContent(secret), []), (same) => {
        if (same) return handed;
        throw unauthorized(
          "ERR_SIGNATURE_MISSING",
          `${provider}: a set-up request came after \`${option}\` had its secret. To set up another webhook, start again or use another route.`,
        );
      });
    }
    const current = {
      key: tokenKey(provider, secret, runtimeCrypto()),
      handed: undefined as MaybePromise<void>,
    };
    const failed = (error: unknown): never => {
      first = undefined;
      throw error;
    };
    // Set before the user's function runs: of two concurrent requests only one is the first.
    first = current;
    try {
      const handed = settled(handOver(secret));
      current.handed = handed instanceof Promise ? handed.catch(failed) : handed;
      return current.handed;
    } catch (error) {
      return failed(error);
    }
  };
}

/** Warns, when a source is made, that its set-up is still open although it has its secret. */
export function warnOfOpenSetUp(provider: string, option: string): void {
  globalThis.process?.emitWarning?.(
    `${provider}: both \`secrets\` and \`${option}\` are given. Anyone can send a set-up request: remove \`${option}\` once the webhook is set up.`,
    "EarshotWarning",
  );
}
