import { isCallable } from "../base/callable.js";
import { EarshotError, RejectedError } from "../base/errors.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { countOption, knownOptions, numberOption } from "../base/options.js";
import type { Delivery, HttpFacts } from "../model/delivery.js";
import type {
  CredentialMember,
  Source,
  SourceEvent,
  VerifiedRequest,
  WebhookResponse,
} from "../model/source.js";
import type { Origin } from "../model/verified.js";
import { bodyBytes } from "./content.js";
import { runtimeCrypto } from "./crypto.js";
import { guardedSource } from "./guard.js";
import { markVerified, type RejectionCode, rejection, unauthorized } from "./outcome.js";
import { checkedId, eventNameHeader, oneHeader, queryParameter } from "./request.js";
import { asBuiltIn, ownName } from "./source.js";

/** A request to a source of your own. */
export interface SourceRequest {
  /** Upper case: `POST`. */
  readonly method: string;
  /** Without query: `/webhooks/acme`. */
  readonly path: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  /** The exact bytes: what a signature covers. */
  readonly body: Uint8Array;
  /** Epoch milliseconds, to compare signed times with. */
  readonly nowMs: number;
  /** The body as text. Nothing is verified yet. */
  text(): string;
  /**
   * A header that may come once, by its name in any case; `undefined` if it did not come, or came empty.
   *
   * @throws RejectedError ERR_HEADER_REPEATED
   */
  header(name: string): string | undefined;
  /** A parameter of the query, decoded: the first of that name. */
  query(name: string): string | undefined;
}

/** What `verify` of a source of your own knows of a request that it accepts. */
export interface VerifiedFacts {
  /** The sender's id of the message. */
  readonly id?: string | undefined;
  /** Whether the signature covers `id`. Default false: then the body's digest is part of the deduplication key. */
  readonly idSigned?: boolean | undefined;
  /** The name of the event, where the request has it beside the body. */
  readonly eventName?: string | undefined;
  /** The signed time, epoch milliseconds. */
  readonly sentAt?: number | undefined;
}

/** What `verified()` returns. */
export interface AcceptedRequest {
  readonly facts: VerifiedFacts;
}

/** The definition of a source of your own. */
export interface SourceDefinition {
  /** The name of the sender: the app of its events. 1 to 64 letters, digits, `.`, `_` and `-`. */
  readonly provider: string;
  /**
   * Verifies a request: returns `verified({ … })`, or throws `reject(code, why)`. Anything else that it returns or
   * throws rejects the request with 401. Or another source, such as `hmac({ … })`, which then verifies.
   */
  readonly verify: Source | ((request: SourceRequest) => AcceptedRequest | Promise<AcceptedRequest>);
  /**
   * Responds to a set-up request, such as a challenge; `undefined` for any other request, which is then verified. It
   * gets requests of `handshakeMethods` and POST.
   */
  readonly handshake?:
    | ((request: SourceRequest) => WebhookResponse | undefined | Promise<WebhookResponse | undefined>)
    | undefined;
  /** The methods of set-up requests, beside POST. Default `["GET", "HEAD"]`. */
  readonly handshakeMethods?: readonly string[] | undefined;
  /** The events of a verified request. Default: one event, or one for each element of a list in the body. */
  readonly read?: ((request: VerifiedRequest) => readonly SourceEvent[]) | undefined;
  /** The response to a stored delivery, or a function that makes it. Default: `200 {"ok":true}`. */
  readonly respond?: WebhookResponse | NonNullable<Source["respond"]> | undefined;
  /** The largest body, in bytes. Default: the listener's, 5 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Most difference of a signed time from this machine's clock, milliseconds: shown, and used by `testSource`. */
  readonly toleranceMs?: number | undefined;
  /** The headers that carry its secret or signature: no event shows them. */
  readonly credentialHeaders?: readonly string[] | undefined;
  /** Where its secret or signature stands in the body: events and records have `[redacted]` there. */
  readonly credentialMembers?: readonly CredentialMember[] | undefined;
  /** The page on which the sender documents its webhooks. */
  readonly docs?: string | undefined;
}

const names = new Set([
  "provider",
  "verify",
  "handshake",
  "handshakeMethods",
  "read",
  "respond",
  "maxBodyBytes",
  "toleranceMs",
  "credentialHeaders",
  "credentialMembers",
  "docs",
]);

/** Marks what `verified()` made: a `verify` that returns anything else has forgotten a check. */
const ACCEPTED = Symbol.for("earshot.AcceptedRequest");

/** The result of a `verify` that accepts the request. */
export function verified(facts: VerifiedFacts = {}): AcceptedRequest {
  return { facts, [ACCEPTED]: true } as AcceptedRequest;
}

/**
 * The error with which a `verify` rejects a request: `throw reject("ERR_SIGNATURE_WRONG", "why")`. The sender gets the
 * status only: 400 for what is malformed, else 401. The listener event `delivery.rejected` has the reason.
 */
export function reject(code: RejectionCode, why: string): RejectedError {
  return rejection(code, why);
}

/**
 * A sender of your own.
 *
 * @example
 * const acme = defineSource({
 *   provider: "acme",
 *   verify(request) {
 *     if (!isSigned(request.body, request.header("x-acme-signature")))
 *       throw reject("ERR_SIGNATURE_WRONG", "The signature is not this secret's.");
 *     return verified({ id: request.header("x-acme-delivery") });
 *   },
 *   read: ({ body }) => body.events.map((event) => ({ name: event.kind, id: event.id, payload: event })),
 * });
 *
 * @throws EarshotError ERR_OPTION
 */
export function defineSource(definition: SourceDefinition): Source {
  if (typeof definition !== "object" || definition === null) {
    throw new EarshotError("ERR_OPTION", "defineSource() takes an object: { provider, verify, read }.");
  }
  knownOptions("defineSource()", definition, names);
  const { verify, handshake, read, respond, ...rest } = definition;
  const provider = ownName("defineSource", definition.provider ?? (null as never), "");
  if (!isCallable(verify) && !isCallable((verify as Partial<Source> | null)?.verify)) {
    throw new EarshotError(
      "ERR_OPTION",
      `defineSource(): \`verify\` of ${provider || "the source"} is a function, or a source such as hmac({ … }).`,
    );
  }
  for (const [name, value] of Object.entries({ handshake, read })) {
    if (value === undefined || isCallable(value)) continue;
    throw new EarshotError("ERR_OPTION", `defineSource(): \`${name}\` of ${provider} is a function.`);
  }
  const inner = typeof verify === "function" ? undefined : guardedSource(verify);
  const { credentialHeaders = inner?.credentialHeaders, toleranceMs = inner?.toleranceMs } = rest;
  const { credentialMembers = inner?.credentialMembers } = rest;
  checkMembers(credentialMembers);
  if (toleranceMs !== undefined) numberOption("toleranceMs", toleranceMs, 0, 0);
  if (rest.maxBodyBytes !== undefined) countOption("maxBodyBytes", rest.maxBodyBytes, 0, 1);
  checkNames("credentialHeaders", credentialHeaders);
  checkNames("handshakeMethods", rest.handshakeMethods);
  const shake = handshake === undefined ? inner?.handshake : ownHandshake(handshake);
  const source: Source = {
    ...rest,
    provider,
    toleranceMs,
    credentialHeaders: credentialHeaders?.map((name) => name.toLowerCase()),
    credentialMembers,
    maxBodyBytes: rest.maxBodyBytes ?? inner?.maxBodyBytes,
    handshakeMethods: rest.handshakeMethods ?? inner?.handshakeMethods,
    ...(typeof respond === "function" ? { respond } : { acknowledgement: respond ?? inner?.acknowledgement }),
    ...(read === undefined ? {} : { read }),
    ...(shake === undefined ? {} : { handshake: shake }),
    verify: (delivery, nowMs) =>
      inner === undefined
        ? byFunction(provider, verify as Exclude<SourceDefinition["verify"], Source>, delivery, nowMs)
        : chain(inner.verify(delivery, nowMs), ({ origin }) =>
            markVerified(delivery, { ...origin, provider }),
          ),
  };
  return asBuiltIn(guardedSource(source));
}

function checkNames(option: string, given: readonly string[] | undefined): void {
  if (given === undefined || (Array.isArray(given) && given.every((name) => typeof name === "string")))
    return;
  throw new EarshotError("ERR_OPTION", `defineSource(): \`${option}\` is a list of names.`);
}

/** A text would be taken for a list of its letters, and nothing would be redacted. */
function checkMembers(given: readonly CredentialMember[] | undefined): void {
  const isName = (name: unknown) => typeof name === "string" && name !== "";
  const isMember = (one: unknown) => (Array.isArray(one) ? one.length > 0 && one.every(isName) : isName(one));
  if (given === undefined || (Array.isArray(given) && given.every(isMember))) return;
  throw new EarshotError(
    "ERR_OPTION",
    'defineSource(): `credentialMembers` is a list of names or paths: ["passcode", ["value", "clientState"]].',
  );
}

function ownHandshake(
  handshake: NonNullable<SourceDefinition["handshake"]>,
): NonNullable<Source["handshake"]> {
  return (delivery, nowMs) =>
    delivery.http === undefined ? undefined : handshake(requestOf(delivery, delivery.http, nowMs));
}

function byFunction(
  provider: string,
  verify: (request: SourceRequest) => AcceptedRequest | Promise<AcceptedRequest>,
  delivery: Delivery,
  nowMs: number,
) {
  const { http } = delivery;
  if (http === undefined) throw unauthorized("ERR_SIGNATURE_MISSING", "The delivery did not come over HTTP.");
  const accept = (result: unknown) => {
    if (result instanceof RejectedError) throw result;
    if (typeof result !== "object" || result === null || !(ACCEPTED in result)) {
      throw unauthorized(
        "ERR_SIGNATURE_WRONG",
        `\`verify\` of the source ${provider} returned no verified(): return verified({ … }) where the check passed.`,
      );
    }
    return chain(originOf(provider, (result as unknown as AcceptedRequest).facts, delivery, http), (origin) =>
      markVerified(delivery, origin),
    );
  };
  const result = verify(requestOf(delivery, http, nowMs)) as unknown;
  // Any thenable: a user's promise may be of another library.
  return typeof (result as { then?: unknown } | null)?.then === "function"
    ? Promise.resolve(result).then(accept)
    : accept(result);
}

function originOf(
  provider: string,
  { id: given, idSigned = false, eventName, sentAt }: VerifiedFacts,
  delivery: Delivery,
  http: HttpFacts,
): MaybePromise<Origin> {
  const id = given === undefined || given === "" ? undefined : checkedId("The id", String(given), false);
  const name =
    eventName === undefined ? undefined : eventNameHeader(asHeader(String(eventName)), "eventName");
  const origin: Origin = {
    provider,
    signed: true,
    route: http.route ?? http.path,
    messageId: id,
    eventName: name,
    sentAt: Number.isFinite(sentAt) ? sentAt : undefined,
    request: delivery.request,
    traceparent: delivery.traceparent,
  };
  if (idSigned && id !== undefined) return origin;
  return chain(runtimeCrypto().digest(bodyBytes(delivery.body)), (digest) => ({ ...origin, digest }));
}

/** A name is checked as one from a header is. */
function asHeader(value: string): HttpFacts {
  return { method: "", path: "", target: "", remoteAddress: undefined, header: () => value };
}

function requestOf({ body }: Delivery, http: HttpFacts, nowMs: number): SourceRequest {
  const { method, path, target } = http;
  return {
    method,
    path,
    target,
    body: bodyBytes(body),
    nowMs,
    text: () => (typeof body === "string" ? body : new TextDecoder().decode(body)),
    header: (name) => oneHeader(http, String(name).toLowerCase()),
    query: (name) => queryParameter(http, name),
  };
}
