import { EarshotError } from "../../errors.js";
import type { Source } from "../../model/source.js";
import type { Encoding } from "../encoding.js";
import type { KeyForm, Scheme } from "../scheme.js";
import { type SourceOptions, sourceOf, sourceOptions } from "../source.js";
import type { TimeUnit } from "../time.js";

/** What {@link hmac} takes: the sender's way of signing, told as data. */
export interface HmacOptions extends SourceOptions {
  /** The header that has the signature. */
  readonly header: string;
  /** The name of the sender, for reports and events. Default `"webhook"`. */
  readonly provider?: string | undefined;
  /** What stands before the signature: `sha256=`. Default: nothing. */
  readonly prefix?: string | undefined;
  /** Default `"sha256"`. */
  readonly algorithm?: "sha1" | "sha256" | "sha512" | undefined;
  /** How the signature is written. Default `"hex"`, in lower case. */
  readonly encoding?: Encoding | undefined;
  /** How the secret becomes the key. Default `"text"`: its UTF-8 bytes. */
  readonly key?: KeyForm | undefined;
  /**
   * What is signed: text with `{body}`, `{id}`, `{time}`, `{method}`, `{url}` or `{requestUrl}` in it, such as
   * `"{time}.{body}"`. Default `"{body}"`.
   */
  readonly signed?: string | undefined;
  /** The header with the time. It protects only where `signed` has `{time}`. */
  readonly time?: { readonly header: string; readonly unit: TimeUnit } | undefined;
  /** The header with the message's id. */
  readonly id?: string | undefined;
  /** The header that says what happened. */
  readonly eventName?: string | undefined;
  /** The URL that the sender has, for `{url}` and `{requestUrl}`. */
  readonly publicUrl?: string | undefined;
}

const further = [
  "header",
  "provider",
  "prefix",
  "algorithm",
  "encoding",
  "key",
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
 * @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION
 */
export function hmac(options: HmacOptions): Source {
  sourceOptions("hmac", options, ...further);
  const { header, provider, prefix, algorithm, encoding, key, signed, time, id, eventName, ...rest } =
    options;
  oneOf("algorithm", algorithm, ["sha1", "sha256", "sha512"]);
  oneOf("encoding", encoding, ["hex", "hex-upper", "base64"]);
  oneOf("key", key, ["text", "whsec", "text-or-whsec", "hex", "base64"]);
  oneOf("time.unit", time?.unit, ["s", "ms", "iso"]);
  const scheme: Scheme = {
    provider: provider ?? "webhook",
    signature: {
      form: "plain",
      header: headerOption("header", header),
      prefix: prefix ?? "",
      algorithm: `hmac-${algorithm ?? "sha256"}`,
      encoding: encoding ?? "hex",
    },
    key: key ?? "text",
    signed: signed ?? "{body}",
    ...(time === undefined
      ? {}
      : { time: { header: headerOption("time.header", time.header), unit: time.unit } }),
    ...(id === undefined ? {} : { id: headerOption("id", id) }),
    ...(eventName === undefined ? {} : { eventName: headerOption("eventName", eventName) }),
  };
  wanted(scheme, "{time}", "time", time !== undefined);
  wanted(scheme, "{id}", "id", id !== undefined);
  if (time !== undefined && !scheme.signed?.includes("{time}")) {
    throw new EarshotError(
      "ERR_OPTION",
      "hmac: `time` is given, but `signed` has no {time}: it would prove nothing.",
    );
  }
  return sourceOf(scheme, rest);
}

function wanted(scheme: Scheme, hole: string, option: string, given: boolean): void {
  if (scheme.signed?.includes(hole) && !given) {
    throw new EarshotError("ERR_OPTION", `hmac: \`signed\` has ${hole}, so it needs \`${option}\` too.`);
  }
}

function oneOf(name: string, value: string | undefined, values: readonly string[]): void {
  if (value !== undefined && !values.includes(value)) {
    throw new EarshotError(
      "ERR_OPTION",
      `hmac: \`${name}\` is one of ${values.join(", ")}, not ${JSON.stringify(value)}.`,
    );
  }
}

/** A header's name as a user writes it, in lower case. @throws EarshotError ERR_OPTION */
export function headerOption(name: string, value: string): string {
  // RFC 9110, 5.6.2: a token.
  if (typeof value !== "string" || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value)) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`${name}\` is the name of a header, not ${JSON.stringify(value)}.`,
    );
  }
  return value.toLowerCase();
}
