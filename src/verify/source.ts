import { EarshotError } from "../base/errors.js";
import type { MaybePromise } from "../base/maybe-promise.js";
import { chain } from "../base/maybe-promise.js";
import { knownOptions, numberOption } from "../base/options.js";
import type { Delivery, HttpFacts } from "../model/delivery.js";
import type { WebhookResponse, Source } from "../model/source.js";
import { type SchemeKey, schemeKeys } from "./keys.js";
import type { Platform } from "./platform.js";
import { DEFAULT_TOLERANCE_MS, originOf, type Proof, proveDelivery, type Verifier } from "./prove.js";
import { portVariants, publicUrlOption } from "./public-url.js";
import { unproved } from "./refuse.js";
import type { Scheme } from "./scheme.js";
import type { Secrets } from "./secrets.js";
import { compileTemplate } from "./template.js";
import { thisPlatform } from "./this-platform.js";
import { trusted } from "./trusted.js";

/** What every maker of a source takes. */
export interface SourceOptions {
  /**
   * The signing secret that the sender shows, or several while one is being rotated, newest first. An
   * environment variable may stand here as it is: where it is not set, the source is not made.
   */
  readonly secrets?: Secrets | undefined;
  /** Believes everything, signed or not. Anybody who reaches the route can then run your callbacks. */
  readonly unsigned?: boolean | undefined;
  /** How far a signed time may lie from ours, both ways, milliseconds. The default is the sender's own. */
  readonly toleranceMs?: number | undefined;
}

/** What some makers take besides. */
export interface SpecialOptions extends SourceOptions {
  readonly publicKeys?: Secrets;
  readonly publicUrl?: string | undefined;
  /** The source is being set up: it may have no secret yet, and then refuses every event. */
  readonly settingUp?: boolean;
}

/** Their every failure is a rejection already, so they run without a guard. */
const builtIn = new WeakSet<Source>();

/** Whether this copy of the package made the source. */
export function isBuiltIn(source: Source): boolean {
  return builtIn.has(source);
}

const common = ["secrets", "unsigned", "toleranceMs"];

/** Refuses an option that a maker does not have. @throws EarshotError ERR_OPTION */
export function sourceOptions(maker: string, options: object, ...further: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new EarshotError("ERR_OPTION", `${maker}() takes its options as an object, such as { secrets }.`);
  }
  knownOptions(`${maker}()`, options, new Set([...common, ...further]));
}

/**
 * A source from a scheme and what it is configured with.
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function sourceOf(
  scheme: Scheme,
  options: SpecialOptions,
  platform: Platform = thisPlatform(),
): Source {
  const { provider } = scheme;
  const template = compileTemplate(scheme.signed ?? "{body}");
  const wantsUrl = template.parts.has("url") || template.parts.has("requestUrl");
  const keys = keysOf(scheme, options, platform);
  const unsigned = options.unsigned === true;
  const verifier: Verifier = {
    scheme,
    template,
    idSigned: template.parts.has("id"),
    keys,
    platform,
    publicUrls: wantsUrl && !unsigned ? urlsOf(scheme, publicUrlOption(provider, options.publicUrl)) : [],
    toleranceMs: numberOption(
      "toleranceMs",
      options.toleranceMs,
      scheme.toleranceMs ?? DEFAULT_TOLERANCE_MS,
      0,
    ),
  };
  const proofs = new WeakMap<Delivery, Proof>();
  const prove = (delivery: Delivery, http: HttpFacts, nowMs: number) =>
    proveDelivery(verifier, delivery, http, nowMs);
  const source: Source = {
    provider,
    toleranceMs: verifier.toleranceMs,
    ...(scheme.maxBodyBytes === undefined ? {} : { maxBodyBytes: scheme.maxBodyBytes }),
    ...(scheme.acknowledgement === undefined ? {} : { acknowledgement: scheme.acknowledgement }),
    ...("header" in scheme.signature ? { credentialHeaders: [scheme.signature.header] } : {}),
    verify(delivery, nowMs) {
      if (delivery.http === undefined) {
        throw unproved("ERR_SIGNATURE_MISSING", "The delivery did not come over HTTP: it has no headers.");
      }
      if (unsigned) {
        return chain(originOf(verifier, delivery, delivery.http, { signed: false }), (origin) =>
          trusted(delivery, origin),
        );
      }
      const { http } = delivery;
      return chain(proofs.get(delivery) ?? prove(delivery, http, nowMs), (proof) =>
        chain(originOf(verifier, delivery, http, { signed: true, sentAt: proof.sentAt }), (origin) =>
          trusted(delivery, origin),
        ),
      );
    },
  };
  const { handshake } = scheme;
  if (handshake === undefined) return asBuiltIn(source);
  return asBuiltIn({
    ...source,
    handshake(delivery, nowMs): MaybePromise<WebhookResponse | undefined> {
      const { http } = delivery;
      if (http === undefined) return undefined;
      return handshake({
        delivery,
        http,
        prove: () =>
          unsigned
            ? undefined
            : chain(prove(delivery, http, nowMs), (proof) => {
                // Where it turns out to be an event, its signature is not checked again.
                proofs.set(delivery, proof);
                return keys[proof.key]?.key;
              }),
      });
    },
  });
}

function asBuiltIn(source: Source): Source {
  builtIn.add(source);
  return Object.freeze(source);
}

function urlsOf(scheme: Scheme, publicUrl: string): readonly string[] {
  return scheme.anyPort === true ? portVariants(publicUrl) : [publicUrl];
}

function keysOf(scheme: Scheme, options: SpecialOptions, platform: Platform): readonly SchemeKey[] {
  const { secrets, publicKeys, unsigned = false, settingUp = false } = options;
  if (typeof unsigned !== "boolean") {
    throw new EarshotError("ERR_OPTION", `${scheme.provider}: \`unsigned\` is true or false.`);
  }
  const given = [secrets, publicKeys].some((value) => typeof value === "string" || (value?.length ?? 0) > 0);
  if (unsigned) {
    if (!given) return [];
    throw new EarshotError(
      "ERR_OPTION",
      `${scheme.provider}: \`unsigned\` and a secret exclude each other: take one of them away.`,
    );
  }
  if (settingUp && secrets === undefined) return [];
  return schemeKeys(scheme, { secrets, publicKeys }, platform);
}
