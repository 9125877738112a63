import { EarshotError } from "../base/errors.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { knownOptions, numberOption } from "../base/options.js";
import type { Delivery, HttpFacts } from "../model/delivery.js";
import type { Source, WebhookResponse } from "../model/source.js";
import { providerName } from "../settings/provider-name.js";
import { compileTemplate } from "./content.js";
import { type RuntimeCrypto, runtimeCrypto } from "./crypto.js";
import { type SchemeKey, type Secrets, schemeKeys } from "./keys.js";
import { markVerified, unauthorized, type VerifiedSignature } from "./outcome.js";
import { portVariants, publicUrlOption } from "./request.js";
import type { Scheme } from "./scheme.js";
import { DEFAULT_TOLERANCE_MS, originOf, type Verifier, verifyDelivery } from "./verify-delivery.js";

/** Options that every source has. */
export interface SourceOptions {
  /**
   * The signing secret, or several during a rotation, newest first. An environment variable can be given as it is:
   * if it is not set, this throws.
   */
  readonly secrets?: Secrets | undefined;
  /** Accepts every request without a check: anyone who reaches the route can run your callbacks. Default false. */
  readonly unsigned?: boolean | undefined;
  /** Most difference of a signed timestamp from this machine's clock, both ways, milliseconds. Default: the sender's own. */
  readonly toleranceMs?: number | undefined;
}

/** Further options, which some sources have. */
export interface SpecialOptions extends SourceOptions {
  readonly publicKeys?: Secrets;
  readonly publicUrl?: string | undefined;
  /** The webhook is being set up: the source may have no secret yet, and then rejects every event. */
  readonly settingUp?: boolean;
}

/** Sources of this package: each of their failures is a rejection already, so they run without a guard. */
const builtIn = new WeakSet<Source>();

/** Whether this copy of the package made the source. */
export function isBuiltIn(source: Source): boolean {
  return builtIn.has(source);
}

const common = ["secrets", "unsigned", "toleranceMs"];

/** Rejects unknown options. @throws EarshotError ERR_OPTION */
export function sourceOptions(name: string, options: object, ...further: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new EarshotError("ERR_OPTION", `${name}() takes its options as an object, such as { secrets }.`);
  }
  knownOptions(`${name}()`, options, new Set([...common, ...further]));
}

/**
 * Makes a source of a scheme and its options.
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function sourceOf(
  scheme: Scheme,
  options: SpecialOptions,
  crypto: RuntimeCrypto = runtimeCrypto(),
): Source {
  const { provider } = scheme;
  const template = compileTemplate(scheme.signed ?? "{body}");
  const wantsUrl = template.parts.has("url") || template.parts.has("requestUrl");
  const keys = keysOf(scheme, options, crypto);
  const unsigned = options.unsigned === true;
  const verifier: Verifier = {
    scheme,
    template,
    idSigned: template.parts.has("id"),
    keys,
    crypto,
    publicUrls: wantsUrl && !unsigned ? urlsOf(scheme, publicUrlOption(provider, options.publicUrl)) : [],
    toleranceMs: numberOption(
      "toleranceMs",
      options.toleranceMs,
      scheme.toleranceMs ?? DEFAULT_TOLERANCE_MS,
      0,
    ),
  };
  const verifiedSignatures = new WeakMap<Delivery, VerifiedSignature>();
  const checkSignature = (delivery: Delivery, http: HttpFacts, nowMs: number) =>
    verifyDelivery(verifier, delivery, http, nowMs);
  const source: Source = {
    provider,
    toleranceMs: verifier.toleranceMs,
    ...(scheme.maxBodyBytes === undefined ? {} : { maxBodyBytes: scheme.maxBodyBytes }),
    ...(scheme.acknowledgement === undefined ? {} : { acknowledgement: scheme.acknowledgement }),
    ...("header" in scheme.signature ? { credentialHeaders: [scheme.signature.header] } : {}),
    verify(delivery, nowMs) {
      if (delivery.http === undefined) {
        throw unauthorized(
          "ERR_SIGNATURE_MISSING",
          "The delivery did not come over HTTP: it has no headers.",
        );
      }
      if (unsigned) {
        return chain(originOf(verifier, delivery, delivery.http, { signed: false }), (origin) =>
          markVerified(delivery, origin),
        );
      }
      const { http } = delivery;
      return chain(verifiedSignatures.get(delivery) ?? checkSignature(delivery, http, nowMs), (signature) =>
        chain(originOf(verifier, delivery, http, { signed: true, sentAt: signature.sentAt }), (origin) =>
          markVerified(delivery, origin),
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
        verify: () =>
          unsigned
            ? undefined
            : chain(checkSignature(delivery, http, nowMs), (signature) => {
                // If it is an event, its signature is not checked a second time.
                verifiedSignatures.set(delivery, signature);
                return keys[signature.key]?.key;
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

function keysOf(scheme: Scheme, options: SpecialOptions, crypto: RuntimeCrypto): readonly SchemeKey[] {
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
  return schemeKeys(scheme, { secrets, publicKeys }, crypto);
}

/**
 * The `provider` option of the generic sources.
 *
 * @throws EarshotError ERR_OPTION
 */
export function ownName(source: string, given: string | undefined, byDefault: string): string {
  if (given === undefined) return byDefault;
  const name = providerName(`${source}()`, given);
  // Events of this name are decoded as the platform's, and match callbacks for its triggers.
  if (name.toLowerCase() !== "composio") return name;
  throw new EarshotError(
    "ERR_OPTION",
    `${source}(): \`provider\` cannot be "${name}", the platform's own name: use composio(), or another name.`,
  );
}
