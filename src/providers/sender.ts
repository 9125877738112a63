import { EarshotError } from "../base/errors.js";
import type { Source } from "../model/source.js";
import { compileTemplate } from "../verify/content.js";
import { neededKeys, type Secrets } from "../verify/keys.js";
import type { FetchKeys } from "../verify/published-keys.js";
import type { Scheme } from "../verify/scheme.js";
import { type SourceOptions, type SpecialOptions, sourceOf, sourceOptions } from "../verify/source.js";
import type { EventFormat } from "./event-format.js";

/** One webhook sender, as data. */
export interface SenderDefinition {
  /** As people write it: `Azure Event Grid`. */
  readonly title: string;
  /** The page on which the sender documents its webhooks. */
  readonly docs: string;
  /** What the facts were checked against: a package, a published example, a page. Absent: not checked yet. */
  readonly checked?: string | undefined;
  /** Where its secret comes from, and what else its set-up needs: one or two sentences. */
  readonly setup: string;
  readonly scheme: Scheme;
  /** How it writes its events. Default: by the members that most senders use. */
  readonly events?: EventFormat | undefined;
  /** What two deliveries of an event have in common, where the scheme does not say it. */
  readonly identity?: string | undefined;
  /** Options beside those that the scheme needs. */
  readonly options?: readonly string[] | undefined;
}

/** Options of a sender whose signature covers the URL. */
export interface UrlSourceOptions extends SourceOptions {
  /** The URL that the sender has, whole, as it was typed there: it is part of what is signed. */
  readonly publicUrl?: string | undefined;
}

/** Options of a sender that signs with a private key. */
export interface PublicKeySourceOptions extends Omit<SourceOptions, "secrets"> {
  /** The sender's public key, or several during a rotation: PEM, or as its dashboard shows it. */
  readonly publicKeys?: Secrets | undefined;
}

/** Options of a sender that publishes its keys. */
export interface PublishedKeySourceOptions extends Omit<SourceOptions, "secrets"> {
  /** Fetches the published keys, as through a proxy. Default: the runtime's `fetch`. */
  readonly fetch?: FetchKeys | undefined;
}

/** Makes the sources of one sender. */
export interface Sender<Options> {
  /** @throws EarshotError ERR_SECRET_MISSING, ERR_SECRET_MALFORMED, ERR_OPTION */
  (options: Options): Source;
  readonly definition: SenderDefinition;
}

/** The options that a scheme needs, beside those of every source. */
export function optionsOf(scheme: Scheme): readonly string[] {
  const { parts } = compileTemplate(scheme.signed ?? "{body}");
  const wants = neededKeys(scheme);
  const options: string[] = [];
  if (parts.has("url") || parts.has("requestUrl")) options.push("publicUrl");
  if (wants.publicKey) options.push("publicKeys");
  if (scheme.keysFrom !== undefined) options.push("fetch");
  if (scheme.signature.form === "jwt" && scheme.signature.needsAudience) options.push("audience");
  for (const part of parts) if (part.startsWith("option:")) options.push(part.slice("option:".length));
  return options;
}

/**
 * A sender's function, from its data.
 *
 * @param make makes the source where the options decide more than the keys
 */
export function sender<Options extends object = SourceOptions>(
  definition: SenderDefinition,
  make: (options: Options, scheme: Scheme) => Source = (options, scheme) =>
    sourceOf(scheme, special(scheme, options)),
): Sender<Options> {
  const { scheme } = definition;
  const name = functionName(scheme.provider);
  const toSource = (options: Options): Source => {
    // Read when a source is made: at import, each of ninety senders would parse its template.
    sourceOptions(name, options, ...optionsOf(scheme), ...(definition.options ?? []));
    return make(options, scheme);
  };
  return Object.freeze(Object.assign(toSource, { definition }));
}

/** The function of a sender: `microsoftGraph` of `microsoft-graph`. */
export function functionName(provider: string): string {
  return provider.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

/** Values that are signed are options of the source, and have to be given. */
function special(scheme: Scheme, options: object): SpecialOptions {
  const { parts } = compileTemplate(scheme.signed ?? "{body}");
  const signedOptions: Record<string, string> = {};
  for (const part of parts) {
    if (!part.startsWith("option:")) continue;
    const option = part.slice("option:".length);
    const value = (options as Record<string, unknown>)[option];
    if ((typeof value !== "string" || value === "") && (options as SpecialOptions).unsigned !== true) {
      throw new EarshotError("ERR_OPTION", `${scheme.provider}: \`${option}\` is missing; it is signed.`);
    }
    signedOptions[option] = String(value);
  }
  return { ...options, signedOptions };
}
