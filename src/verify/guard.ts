import { RejectedError } from "../base/errors.js";
import { isThenable } from "../base/foreign-promise.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import { messageOf } from "../base/message-of.js";
import type { Delivery } from "../model/delivery.js";
import type { Source, WebhookResponse } from "../model/source.js";
import type { Origin, Verified } from "../model/verified.js";
import { isBuiltIn } from "./source.js";

/**
 * Makes every failure of a hand-written source a rejection. Its `verify` may throw or return anything: all but a verified
 * delivery is rejected with 401.
 *
 * Its other members are those of the source.
 */
export function guardedSource(source: Source): Source {
  if (isBuiltIn(source)) return source;
  const { provider } = source;
  const guarded: Source = {
    provider,
    ...givenMembers(source),
    verify: (delivery, nowMs) =>
      runGuarded(
        provider,
        "verify",
        () => source.verify(delivery, nowMs),
        (result) => verifiedOf(provider, delivery, result),
      ),
  };
  if (source.handshake === undefined) return Object.freeze(guarded);
  return Object.freeze({
    ...guarded,
    handshake: (delivery, nowMs) =>
      runGuarded(
        provider,
        "handshake",
        () => source.handshake?.(delivery, nowMs),
        (result) => answerOf(provider, result),
      ),
  } satisfies Source);
}

const members = [
  "toleranceMs",
  "maxBodyBytes",
  "acknowledgement",
  "credentialHeaders",
  "credentialMembers",
  "handshakeMethods",
  "docs",
] as const;

/** One by one: a source may be an instance of a class, whose members a spread would miss. */
function givenMembers(source: Source): Partial<Source> {
  const given = members.filter((name) => source[name] !== undefined).map((name) => [name, source[name]]);
  return {
    ...(Object.fromEntries(given) as Partial<Source>),
    ...(source.read === undefined ? {} : { read: (request) => source.read?.(request) ?? [] }),
    ...(source.respond === undefined ? {} : { respond: (delivery) => source.respond?.(delivery) }),
  };
}

/** Runs a source's function. A thenable of any kind is waited for; any throw becomes a rejection. */
function runGuarded<Result>(
  provider: string,
  name: string,
  run: () => unknown,
  read: (result: unknown) => Result,
): MaybePromise<Result> {
  const rejected = (thrown: unknown): never => {
    if (thrown instanceof RejectedError && isErrorStatus(thrown.status)) throw thrown;
    throw new RejectedError(
      "ERR_SIGNATURE_WRONG",
      401,
      `\`${name}\` of the source ${provider} threw: ${messageOf(thrown)}`,
      { cause: thrown },
    );
  };
  try {
    const result = run();
    if (!isThenable(result)) return read(result);
    return Promise.resolve(result).then(read).catch(rejected);
  } catch (thrown) {
    return rejected(thrown);
  }
}

function isErrorStatus(status: unknown): boolean {
  return Number.isInteger(status) && (status as number) >= 400 && (status as number) <= 599;
}

function verifiedOf(provider: string, delivery: Delivery, result: unknown): Verified {
  const verified = result as Partial<Verified> | null | undefined;
  const origin = verified?.origin;
  if (typeof origin !== "object" || origin === null || typeof origin.provider !== "string") {
    throw new RejectedError(
      "ERR_SIGNATURE_WRONG",
      401,
      `\`verify\` of the source ${provider} returned no verified delivery: return what a built-in source's \`verify\` returns.`,
    );
  }
  return {
    ...verified,
    delivery: verified?.delivery ?? delivery,
    origin: wholeOrigin(origin, delivery),
  } as Verified;
}

/** An origin with its route: ids of two routes are never one. An id that is no text, or an empty one, is none. */
function wholeOrigin(origin: Origin, { http }: Delivery): Origin {
  const { messageId, route } = origin;
  const given = typeof messageId === "number" ? String(messageId) : messageId;
  const id = typeof given === "string" && given !== "" ? given : undefined;
  return { ...origin, messageId: id, route: route ?? http?.route };
}

function answerOf(provider: string, result: unknown): WebhookResponse | undefined {
  if (result === undefined || result === null) return undefined;
  const { status, headers, body } = result as WebhookResponse;
  const sound =
    Number.isInteger(status) &&
    status >= 200 &&
    status <= 599 &&
    (body === undefined || typeof body === "string") &&
    (headers === undefined || (typeof headers === "object" && headers !== null));
  if (sound) return result as WebhookResponse;
  throw new RejectedError(
    "ERR_SIGNATURE_WRONG",
    401,
    `\`handshake\` of the source ${provider} returned no response: return { status, headers, body } or undefined.`,
  );
}
