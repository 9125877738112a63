import { createHmac, createPrivateKey, type KeyObject, randomUUID, sign as signWith } from "node:crypto";
import { systemClock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import { isPromise } from "../base/foreign-promise.js";
import {
  hasMembers,
  numberOption,
  type OptionTable,
  readOptions,
  textOption,
  withoutDefault,
} from "../base/options.js";
import { nearest } from "../base/suggest.js";
import { shownValue } from "../base/warning.js";
import { isJsonObject, type JsonObject } from "../model/json.js";
import { senderDefinitions } from "../providers/event-formats.js";
import { bodyBytes, compileTemplate, crc32, joined } from "../verify/content.js";
import { runtimeCrypto } from "../verify/crypto.js";
import { base64Of, decodeText, type Encoding, encodeBytes } from "../verify/encoding.js";
import { keyBytes } from "../verify/keys.js";
import type { TimeForm } from "../verify/request.js";
import type { Algorithm, JwtPlace, Scheme, SignaturePlace } from "../verify/scheme.js";
import { sortedForm } from "../verify/sorted-form.js";
import type { SignedRequest } from "./source-suite.js";

/** Options of {@link signAs}. */
export interface SignAsOptions {
  /** The secret of the source; for a sender that signs with a private key, that key as PEM. */
  readonly secret: string;
  /** The body, or a value of which JSON is made. Default `{}`. */
  readonly body?: unknown;
  /** The URL that the request is for, which some senders sign. Default `http://localhost/`. */
  readonly url?: string | undefined;
  /** The name of the event, where the sender has it in a header. */
  readonly eventName?: string | undefined;
  /** Default: a new one. */
  readonly id?: string | undefined;
  /** Epoch milliseconds. Default: now. */
  readonly nowMs?: number | undefined;
  /** Options of the source that are signed, such as PayPal's `webhookId`. */
  readonly signedOptions?: Readonly<Record<string, string>> | undefined;
}

const table = {
  // An empty one would sign, and no source has it.
  secret: { default: undefined, read: textOption },
  body: withoutDefault<unknown>(bodyOption),
  url: withoutDefault((name, given: string) => {
    if (typeof given === "string" && /^https?:/i.test(given) && URL.canParse(given)) return given;
    throw new EarshotError("ERR_OPTION", `\`${name}\` is an http(s) URL, not ${shownValue(given)}.`);
  }),
  eventName: withoutDefault<string>(textOption),
  id: withoutDefault<string>(textOption),
  nowMs: withoutDefault((name, given: number) => numberOption(name, given, 0, 0)),
  signedOptions: withoutDefault((name, given: Readonly<Record<string, string>>) => {
    if (hasMembers(given) && Object.values(given).every((value) => typeof value === "string")) return given;
    throw new EarshotError("ERR_OPTION", `\`${name}\` is an object of strings, not ${shownValue(given)}.`);
  }),
} satisfies OptionTable<SignAsOptions>;

/** A text, or what JSON can say. */
function bodyOption(name: string, given: unknown): unknown {
  let text: unknown;
  try {
    text = typeof given === "string" ? given : JSON.stringify(given);
  } catch {
    // The error below says what is wanted.
  }
  const isBytes = ArrayBuffer.isView(given);
  if (typeof text === "string" && !isBytes && !isPromise(given)) return given;
  throw new EarshotError(
    "ERR_OPTION",
    `\`${name}\` is a string, or a value of JSON, not ${shownValue(given)}.`,
  );
}

/**
 * A request as a sender signs it, to post to a route of your own in a test.
 *
 * @param provider the sender: `github`, `stripe`, …
 * @example
 * const { headers, body } = await signAs("github", { secret, body: { action: "opened" }, eventName: "pull_request" });
 *
 * @throws EarshotError ERR_OPTION for a sender that does not exist, or whose keys only the sender has
 */
export async function signAs(provider: string, options: SignAsOptions): Promise<SignedRequest> {
  textOption("provider", provider);
  readOptions("signAs()", table, options);
  const definition = senderDefinitions.find(({ scheme }) => scheme.provider === provider.toLowerCase());
  if (definition === undefined) {
    const offer = nearest(
      provider,
      senderDefinitions.map(({ scheme }) => scheme.provider),
    );
    throw new EarshotError(
      "ERR_OPTION",
      `There is no sender ${JSON.stringify(provider)}.${offer === undefined ? "" : ` Did you mean ${JSON.stringify(offer)}?`}`,
    );
  }
  const { scheme } = definition;
  const { url = "http://localhost/", id = `msg_${randomUUID()}`, eventName = "test" } = options;
  const nowMs = options.nowMs ?? systemClock.now();
  const request: Request = {
    url,
    id,
    nowMs,
    secret: options.secret,
    signedOptions: options.signedOptions ?? {},
    body: bodyOf(scheme.signature, options),
    headers: {
      "content-type": isForm(options.body) ? "application/x-www-form-urlencoded" : "application/json",
    },
  };
  const { headers } = request;
  if (scheme.eventName !== undefined) headers[scheme.eventName] = eventName;
  if (scheme.id !== undefined) headers[scheme.id] = id;
  if (scheme.time !== undefined && "header" in scheme.time)
    headers[scheme.time.header] = timeText(scheme, nowMs);
  await addSignature(scheme, request);
  return { method: "POST", url: request.url, headers, body: request.body };
}

interface Request {
  url: string;
  readonly id: string;
  readonly nowMs: number;
  readonly secret: string;
  readonly signedOptions: Readonly<Record<string, string>>;
  body: string;
  readonly headers: Record<string, string>;
}

/** The body; a token that stands in it is added. */
function bodyOf(place: SignaturePlace, { body = {}, secret }: SignAsOptions): string {
  if (place.form !== "body-token") return typeof body === "string" ? body : JSON.stringify(body);
  const value = objectOf(typeof body === "string" ? body : JSON.stringify(body));
  const { list, member } = place;
  if (list === undefined) return JSON.stringify({ ...value, [member]: secret });
  const elements = Array.isArray(value[list]) ? (value[list] as readonly unknown[]) : [value];
  return JSON.stringify({ [list]: elements.map((each) => ({ ...(each as object), [member]: secret })) });
}

async function addSignature(scheme: Scheme, request: Request): Promise<void> {
  const { signature: place, provider } = scheme;
  const { headers, secret } = request;
  switch (place.form) {
    case "body-token":
      return;
    case "token":
      if ("query" in place) {
        const url = new URL(request.url);
        url.searchParams.set(place.query, secret);
        request.url = url.href;
      } else {
        headers[place.header] = (place.prefix ?? "") + (place.encoding === "basic" ? btoa(secret) : secret);
      }
      return;
    case "jwt":
      if (scheme.keysFrom !== undefined) throw onlyTheirs(provider);
      headers[place.header] = (place.prefix ?? "") + (await tokenFor(place, request));
      return;
    case "in-body": {
      if (place.sign === undefined) throw onlyTheirs(provider);
      const [key = new Uint8Array()] = keyBytes(provider, secret, scheme.key ?? "text");
      const hash = (place.algorithms[0] ?? "").slice("hmac-".length);
      const mac = (text: string) => encodeBytes(createHmac(hash, key).update(text).digest(), place.encoding);
      const { id, nowMs } = request;
      request.body = JSON.stringify(place.sign(objectOf(request.body), { mac, nowMs, id }));
      return;
    }
    default: {
      if (scheme.keysFrom !== undefined) throw onlyTheirs(provider);
      const [first = "", algorithm] = algorithmOf(place);
      const text = encodeBytes(await signatureOf(scheme, algorithm, request), place.encoding);
      headers[place.header] = headerText(scheme, place, first + text, request);
    }
  }
}

/** @throws EarshotError ERR_OPTION */
function objectOf(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // The error below says what is wrong.
  }
  throw new EarshotError("ERR_OPTION", "The body of this sender is a JSON object.");
}

function onlyTheirs(provider: string): EarshotError {
  return new EarshotError(
    "ERR_OPTION",
    `A request of ${provider} cannot be signed here: only the sender has its key. Test such a route with \`unsigned: true\`.`,
  );
}

type HeaderPlace = Extract<SignaturePlace, { readonly form: "plain" | "list" | "fields" }>;

/** What stands before a signature, and its algorithm: of a list, the first. */
function algorithmOf(place: HeaderPlace): readonly [prefix: string, algorithm: Exclude<Algorithm, "token">] {
  if (place.form !== "list") return [place.prefix ?? "", place.algorithm];
  const [first] = place.prefixes;
  return first ?? ["", "hmac-sha256"];
}

function headerText({ time }: Scheme, place: HeaderPlace, signature: string, { id, nowMs }: Request): string {
  if (place.form !== "fields") return signature;
  const { equals = "=", separator } = place;
  const fields = [
    ...(place.time === undefined ? [] : [`${place.time}${equals}${unitText(time?.unit, nowMs)}`]),
    ...(place.id === undefined ? [] : [`${place.id}${equals}${id}`]),
    `${place.signature}${equals}${signature}`,
  ];
  return fields.join(separator);
}

function timeText({ time }: Scheme, nowMs: number): string {
  return unitText(time?.unit, nowMs);
}

function unitText(unit: TimeForm | undefined, nowMs: number): string {
  if (unit === "iso" || unit === "iso-offset") return new Date(nowMs).toISOString();
  return String(unit === "ms" ? nowMs : Math.floor(nowMs / 1000));
}

async function signatureOf(
  scheme: Scheme,
  algorithm: Exclude<Algorithm, "token">,
  request: Request,
): Promise<Uint8Array> {
  const content = joined(await contentOf(scheme, request));
  if (algorithm.startsWith("hmac-")) {
    const [key = new Uint8Array()] = keyBytes(scheme.provider, request.secret, scheme.key ?? "text");
    return createHmac(algorithm.slice("hmac-".length), key).update(content).digest();
  }
  const key = privateKey(scheme.provider, request.secret);
  const hash = algorithm === "ed25519" ? null : algorithm === "ecdsa-p384" ? "sha384" : "sha256";
  return signWith(hash, content, key);
}

function privateKey(provider: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const message = `${provider} signs with a private key: the secret is that key as PEM, and the source has the public one.`;
    throw new EarshotError("ERR_SECRET_MALFORMED", message, { cause });
  }
}

async function contentOf(scheme: Scheme, request: Request) {
  const { hole, parts, fill } = compileTemplate(scheme.signed ?? "{body}");
  const { headers, url, id, nowMs } = request;
  const { pathname, search, searchParams } = new URL(url);
  if (scheme.signedHeaders !== undefined) {
    headers[scheme.signedHeaders] = Object.keys(headers)
      .filter((name) => name.startsWith("x-"))
      .concat(scheme.signedHeaders)
      .sort()
      .join(",");
  }
  const values: Record<string, string | undefined> = {
    id,
    time: timeText(scheme, nowMs),
    method: "POST",
    target: pathname + search,
    url,
    requestUrl: url,
    signedHeaders: (headers[scheme.signedHeaders ?? ""] ?? "")
      .split(",")
      .map((name) => `${name}:${headers[name] ?? ""}`)
      .join(";"),
  };
  for (const part of parts) {
    const name = part.slice(part.indexOf(":") + 1);
    if (part.startsWith("header:")) values[part] = headers[name];
    if (part.startsWith("query:")) values[part] = searchParams.get(name) ?? undefined;
    if (part.startsWith("option:")) values[part] = request.signedOptions[name];
  }
  const body = bodyBytes(request.body);
  if (hole === "body") return fill(values, body);
  if (hole === "form") return fill(values, sortedForm(body));
  const hex = await runtimeCrypto().digest(body);
  const text = hole === "crc32" ? crc32(body) : hole === "sha256" ? hex : base64Hex(hex);
  return fill(values, bodyBytes(text));
}

function base64Hex(hex: string): string {
  return base64Of(decodeText(hex, "hex") ?? new Uint8Array());
}

async function tokenFor(
  { algorithms, bodyDigest }: JwtPlace,
  { secret, nowMs, body }: Request,
): Promise<string> {
  const [algorithm = "HS256"] = algorithms;
  const iat = Math.floor(nowMs / 1000);
  const hex = await runtimeCrypto().digest(bodyBytes(body));
  const claims = {
    iat,
    exp: iat + 300,
    ...(bodyDigest && { [bodyDigest.claim]: bodyDigest.encoding === "hex" ? hex : base64Hex(hex) }),
  };
  const url: Encoding = "base64url";
  const part = (value: object) => encodeBytes(bodyBytes(JSON.stringify(value)), url);
  const content = `${part({ alg: algorithm, typ: "JWT" })}.${part(claims)}`;
  const mac = createHmac(algorithm.replace("HS", "sha"), secret).update(content).digest();
  return `${content}.${encodeBytes(mac, url)}`;
}

/** `a=1&b=2`, as Twilio's bodies are. */
function isForm(body: unknown): boolean {
  return typeof body === "string" && /^[^\s{}[\]"=&]+=/.test(body);
}
