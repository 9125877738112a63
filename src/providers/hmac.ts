import { EarshotError } from "../base/errors.js";
import { knownOptions } from "../base/options.js";
import { shownValue } from "../base/warning.js";
import type { Source } from "../model/source.js";
import type { Encoding } from "../verify/encoding.js";
import type { Secrets } from "../verify/keys.js";
import type { PublicKeyAlgorithm } from "../verify/public-key.js";
import type { TimeUnit } from "../verify/request.js";
import type { Algorithm, KeyForm, Scheme, SignaturePlace } from "../verify/scheme.js";
import {
  ownName,
  type SourceOptions,
  type SpecialOptions,
  sourceOf,
  sourceOptions,
} from "../verify/source.js";

/** How a sender signs, as data. */
export interface SignatureOptions {
  /** The header that has the signature. */
  readonly header: string;
  /** The name of the sender, in listener events and events. Default `"webhook"`. */
  readonly provider?: string | undefined;
  /** What stands before each signature: `sha256=`. Default: nothing. */
  readonly prefix?: string | undefined;
  /**
   * The header has several named values, as in `t=1700000000,v1=5257a8…`, and this is the name of the signature:
   * `{ signature: "v1" }`. A name that comes more than once gives several signatures, of which one has to be right;
   * names that are not asked for are skipped. Default: the header has no names.
   */
  readonly fields?:
    | {
        readonly signature: string;
        /** What stands between a name and its value. Default `"="`. */
        readonly equals?: string | undefined;
      }
    | undefined;
  /**
   * What stands between the values of the header: `","`, `" "`, `";"`. White space around a value does not count.
   * Default with `fields`: `","`. Without `fields`, the header is a list of signatures, of which one has to be
   * right; default: it has one.
   */
  readonly separator?: string | undefined;
  /**
   * Further headers with a signature of the same form, of which one has to be right: for a second key during a
   * rotation. Default: none.
   */
  readonly alsoIn?: readonly string[] | undefined;
  /** How the signature is written. Default `"hex"`, in lower or upper case. */
  readonly encoding?: Encoding | undefined;
  /**
   * What is signed: text with `{body}`, `{id}`, `{time}`, `{method}`, `{target}` (path and query), `{url}`,
   * `{requestUrl}`, `{header:name}` or `{query:name}` in it, such as `"{time}.{body}"`. In the place of `{body}`:
   * `{sha256}`, its digest in hex, `{sha256-base64}` or `{crc32}`. Default `"{body}"`.
   */
  readonly signed?: string | undefined;
  /** The header with the time, or its name among the `fields`. It protects only where `signed` has `{time}`. */
  readonly time?:
    | { readonly header: string; readonly unit: TimeUnit }
    | { readonly field: string; readonly unit: TimeUnit }
    | undefined;
  /** The header with the message's id, or its name among the `fields`. */
  readonly id?: string | { readonly field: string } | undefined;
  /** The header with the name of the event. */
  readonly eventName?: string | undefined;
  /** The URL that the sender has, for `{url}` and `{requestUrl}`. */
  readonly publicUrl?: string | undefined;
}

/** Options of {@link hmac}. */
export interface HmacOptions extends SourceOptions, SignatureOptions {
  /** Default `"sha256"`. */
  readonly algorithm?: "sha1" | "sha256" | "sha512" | undefined;
  /** How the secret becomes the key. Default `"text"`: its UTF-8 bytes. */
  readonly key?: KeyForm | undefined;
}

/** Options of {@link publicKey}. */
export interface PublicKeyOptions extends Omit<SourceOptions, "secrets">, SignatureOptions {
  /** `rsa-…` is PKCS#1 v1.5; an ECDSA signature is DER. */
  readonly algorithm: PublicKeyAlgorithm;
  /** The sender's public keys, newest first: PEM or base64; for Ed25519 also 32 bytes in hex or base64. */
  readonly publicKeys: Secrets;
}

const further = [
  "header",
  "alsoIn",
  "provider",
  "prefix",
  "fields",
  "separator",
  "algorithm",
  "encoding",
  "signed",
  "time",
  "id",
  "eventName",
  "publicUrl",
] as const;

/**
 * Any sender that signs with an HMAC.
 *
 * @example
 * hmac({ provider: "acme", header: "X-Acme-Signature", prefix: "sha256=", secrets: [process.env.ACME_SECRET] })
 *
 * @example
 * // X-Acme-Signature: t=1700000000,v1=5257a8…,v1=6ffbb5…
 * hmac({
 *   provider: "acme",
 *   secrets: [process.env.ACME_SECRET],
 *   header: "X-Acme-Signature",
 *   fields: { signature: "v1" },
 *   time: { field: "t", unit: "s" },
 *   signed: "{time}.{body}",
 * })
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function hmac(options: HmacOptions): Source {
  sourceOptions("hmac", options, ...further, "key");
  const { algorithm = "sha256", key } = options;
  oneOf("hmac", "algorithm", algorithm, ["sha1", "sha256", "sha512"]);
  oneOf("hmac", "key", key, ["text", "whsec", "text-or-whsec", "hex", "base64"]);
  const scheme = schemeOf("hmac", options, `hmac-${algorithm}`);
  return sourceOf({ ...scheme, key: key ?? "text" }, commonOptions(options));
}

const algorithms = [
  "ed25519",
  "ecdsa-p256",
  "ecdsa-p384",
  "rsa-sha1",
  "rsa-sha256",
  "rsa-pss-sha256",
] as const;

/**
 * Any sender that signs with a private key, and has given you the public one.
 *
 * @example
 * publicKey({
 *   provider: "acme",
 *   algorithm: "ecdsa-p256",
 *   publicKeys: process.env.ACME_PUBLIC_KEY,
 *   header: "X-Acme-Signature",
 *   encoding: "base64",
 *   signed: "{time}.{body}",
 *   time: { header: "X-Acme-Time", unit: "s" },
 * })
 *
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function publicKey(options: PublicKeyOptions): Source {
  sourceOptions("publicKey", options, ...further, "publicKeys");
  if ("secrets" in options) {
    throw new EarshotError("ERR_OPTION", "publicKey: give `publicKeys`; a shared secret is for hmac().");
  }
  if (options.algorithm === undefined) {
    throw new EarshotError("ERR_OPTION", `publicKey: \`algorithm\` is one of ${algorithms.join(", ")}.`);
  }
  oneOf("publicKey", "algorithm", options.algorithm, algorithms);
  return sourceOf(schemeOf("publicKey", options, options.algorithm), commonOptions(options));
}

/** The options that the scheme does not have. */
function commonOptions(options: SpecialOptions): SpecialOptions {
  const { secrets, publicKeys, publicUrl, unsigned, toleranceMs } = options;
  return { secrets, publicKeys, publicUrl, unsigned, toleranceMs } as SpecialOptions;
}

/** @throws EarshotError ERR_OPTION */
function schemeOf(name: string, options: SignatureOptions, algorithm: Exclude<Algorithm, "token">): Scheme {
  const { provider, encoding, signed, time, id, eventName } = options;
  oneOf(name, "encoding", encoding, ["hex", "hex-upper", "base64", "base64url"]);
  checkForms(name, options);
  const scheme: Scheme = {
    provider: ownName(name, provider, "webhook"),
    signature: signaturePlace(options, algorithm),
    signed: signed ?? "{body}",
    ...(time === undefined
      ? {}
      : {
          time:
            "field" in time
              ? { field: true, unit: time.unit }
              : { header: headerOption("time.header", time.header), unit: time.unit },
        }),
    ...(typeof id === "string" ? { id: headerOption("id", id) } : {}),
    ...(eventName === undefined ? {} : { eventName: headerOption("eventName", eventName) }),
  };
  if (options.publicUrl !== undefined && !/\{(?:url|requestUrl)\}/.test(scheme.signed ?? "")) {
    throw new EarshotError(
      "ERR_OPTION",
      `${name}: \`publicUrl\` is given, but \`signed\` has no {url}: it would not be verified.`,
    );
  }
  wanted(scheme, "{time}", "time", time !== undefined);
  wanted(scheme, "{id}", "id", id !== undefined);
  if (time !== undefined && !scheme.signed?.includes("{time}")) {
    throw new EarshotError(
      "ERR_OPTION",
      "hmac: `time` is given, but `signed` has no {time}: it would not be verified.",
    );
  }
  return scheme;
}

/** Rejects what would be skipped, or would reject every request. @throws EarshotError ERR_OPTION */
function checkForms(name: string, options: SignatureOptions): void {
  const { prefix, alsoIn, separator, fields, time, id, signed } = options;
  const wrong = (text: string) => new EarshotError("ERR_OPTION", `${name}: ${text}`);
  if (prefix !== undefined && (typeof prefix !== "string" || !/^[\x20-\x7e]{0,64}$/.test(prefix))) {
    throw wrong('`prefix` is plain ASCII, such as "sha256=".');
  }
  if (alsoIn !== undefined && !Array.isArray(alsoIn)) {
    throw wrong('`alsoIn` is a list of the names of headers: ["X-Acme-Signature-2"].');
  }
  if (alsoIn !== undefined && (fields !== undefined || separator !== undefined)) {
    throw wrong("`alsoIn` is for headers with one signature each: leave out `fields` and `separator`.");
  }
  if (time !== undefined) {
    if (typeof time !== "object" || time === null || "header" in time === "field" in time) {
      throw wrong(
        '`time` is { header, unit }, or { field, unit } with `fields`: { header: "X-Time", unit: "s" }.',
      );
    }
    oneOf(name, "time.unit", time.unit ?? "missing", ["s", "ms", "iso"]);
  }
  if (id !== undefined && typeof id !== "string" && (typeof id !== "object" || id === null)) {
    throw wrong("`id` is the name of a header, or { field } with `fields`.");
  }
  if (signed !== undefined && (typeof signed !== "string" || /\{(?:option:|signedHeaders\})/.test(signed))) {
    throw wrong('`signed` is a text such as "{time}.{body}"; {option:…} and {signedHeaders} are not for it.');
  }
}

function signaturePlace(options: SignatureOptions, algorithm: Exclude<Algorithm, "token">): SignaturePlace {
  const { prefix = "", fields, time, id } = options;
  const common = {
    header: headerOption("header", options.header),
    encoding: options.encoding ?? "hex",
  } as const;
  const timeField = time !== undefined && "field" in time ? nameOption("time.field", time.field) : undefined;
  const idField = typeof id === "object" ? nameOption("id.field", id.field) : undefined;
  if (fields === undefined) {
    if (timeField !== undefined || idField !== undefined) {
      throw new EarshotError(
        "ERR_OPTION",
        "hmac: a `field` for the time or id needs `fields`, which says where the signature is.",
      );
    }
    if (options.separator === undefined)
      return {
        form: "plain",
        ...common,
        ...(options.alsoIn !== undefined && {
          alsoIn: options.alsoIn.map((header) => headerOption("alsoIn", header)),
        }),
        prefix,
        algorithm,
      };
    const separator = separatorOption("separator", options.separator);
    return { form: "list", ...common, separator, prefixes: new Map([[prefix, algorithm]]) };
  }
  knownOptions("hmac() `fields`", fields, new Set(["signature", "equals"]));
  if ([timeField, idField].includes(fields.signature)) {
    throw new EarshotError(
      "ERR_OPTION",
      `hmac: \`fields.signature\` and the \`field\` of the time or id are both "${fields.signature}".`,
    );
  }
  return {
    form: "fields",
    ...common,
    algorithm,
    prefix,
    spaced: true,
    separator: separatorOption("separator", options.separator ?? ","),
    equals: separatorOption("fields.equals", fields.equals ?? "="),
    signature: nameOption("fields.signature", fields.signature),
    ...(timeField === undefined ? {} : { time: timeField }),
    ...(idField === undefined ? {} : { id: idField }),
  };
}

/** Text that cannot be part of a value: of hex, base64 or a number. */
function separatorOption(name: string, value: string): string {
  const sound =
    name === "fields.equals"
      ? /^[=:]$/.test(value)
      : typeof value === "string" && /^[ ,;|&]{1,3}$/.test(value);
  if (sound) return value;
  throw new EarshotError(
    "ERR_OPTION",
    `hmac: \`${name}\` is ${name === "fields.equals" ? '"=" or ":"' : 'one to three of " ", ",", ";", "|" and "&"'}, not ${shownValue(value)}.`,
  );
}

function nameOption(name: string, value: string): string {
  if (typeof value === "string" && /^[A-Za-z0-9_.-]{1,64}$/.test(value)) return value;
  throw new EarshotError(
    "ERR_OPTION",
    `hmac: \`${name}\` is the name of a value in the header, such as "v1", not ${shownValue(value)}.`,
  );
}

function wanted(scheme: Scheme, hole: string, option: string, given: boolean): void {
  if (scheme.signed?.includes(hole) && !given) {
    throw new EarshotError("ERR_OPTION", `hmac: \`signed\` has ${hole}, so it needs \`${option}\` too.`);
  }
}

function oneOf(source: string, name: string, value: string | undefined, values: readonly string[]): void {
  if (value !== undefined && !values.includes(value)) {
    throw new EarshotError(
      "ERR_OPTION",
      `${source}: \`${name}\` is one of ${values.join(", ")}, not ${shownValue(value)}.`,
    );
  }
}

/** A header's name as a user writes it, in lower case. @throws EarshotError ERR_OPTION */
export function headerOption(name: string, value: string): string {
  // RFC 9110, 5.6.2: a token.
  if (typeof value !== "string" || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value)) {
    throw new EarshotError("ERR_OPTION", `\`${name}\` is the name of a header, not ${shownValue(value)}.`);
  }
  return value.toLowerCase();
}
