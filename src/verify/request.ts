import { EarshotError } from "../base/errors.js";
import type { HttpFacts } from "../model/delivery.js";
import { badRequest, unauthorized } from "./outcome.js";

/** Longest header that is read, characters. Senders stay far below. */
const LONGEST = 4096;

/**
 * A header that may come once.
 *
 * @returns `undefined` where it did not come, or came empty
 * @throws RejectedError ERR_HEADER_REPEATED: a proxy might use another of the values than we do
 */
export function oneHeader(http: HttpFacts, name: string): string | undefined {
  const value = http.header(name);
  if (typeof value === "object" && value.length > 1) {
    throw badRequest("ERR_HEADER_REPEATED", `The header ${name} came ${value.length} times.`);
  }
  const text = typeof value === "object" ? value[0] : value;
  if (text === undefined || text === "") return undefined;
  if (text.length > LONGEST) {
    throw badRequest("ERR_SIGNATURE_MALFORMED", `The header ${name} has ${text.length} characters.`);
  }
  return text;
}

/**
 * The values of a header that may come several times, also where a server or the Fetch API has joined them with ",".
 *
 * @param most values; more would be work chosen by an attacker
 * @throws RejectedError ERR_SIGNATURE_MALFORMED
 */
export function everyHeader(http: HttpFacts, name: string, most: number): readonly string[] {
  const all = [http.header(name) ?? []].flat();
  if (all.length > most || all.some((value) => value.length > LONGEST)) {
    throw badRequest("ERR_SIGNATURE_MALFORMED", `The header ${name} came too often, or is too long.`);
  }
  const values = all.flatMap((value) => value.split(/,[ \t]*/)).filter((value) => value !== "");
  if (values.length <= most) return values;
  throw badRequest("ERR_SIGNATURE_MALFORMED", `The header ${name} has more than ${most} values.`);
}

/** Visible ASCII, 1 to 256 characters. */
const idPattern = /^[\x21-\x7e]{1,256}$/;
/** Visible ASCII and spaces between, 1 to 256 characters. */
const namePattern = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/;

/**
 * The header with the message's id.
 *
 * @param signed whether the id is part of what is signed. There a `.` would let text slide between the id and
 *   its neighbors, so it is rejected.
 * @throws RejectedError ERR_HEADER_REPEATED, ERR_SIGNATURE_MALFORMED
 */
export function idHeader(http: HttpFacts, name: string, signed: boolean): string | undefined {
  const id = oneHeader(http, name);
  return id === undefined ? undefined : checkedId(`The header ${name}`, id, signed);
}

/**
 * A message's id, from a header or a part of one.
 *
 * @param where for the message: `The header webhook-id`
 * @throws RejectedError ERR_SIGNATURE_MALFORMED
 */
export function checkedId(where: string, id: string, signed: boolean): string {
  if (!idPattern.test(id)) {
    throw badRequest(
      "ERR_SIGNATURE_MALFORMED",
      `${where} is no id: it has ${id.length} characters, or others than visible ASCII.`,
    );
  }
  if (signed && id.includes(".")) {
    throw badRequest("ERR_SIGNATURE_MALFORMED", `${where} has a "." in it.`);
  }
  return id;
}

/** The header with the name of the event. @throws RejectedError ERR_HEADER_REPEATED, ERR_SIGNATURE_MALFORMED */
export function eventNameHeader(http: HttpFacts, name: string): string | undefined {
  const value = oneHeader(http, name);
  if (value !== undefined && !namePattern.test(value)) {
    throw badRequest("ERR_SIGNATURE_MALFORMED", `The header ${name} is no name: it is not plain ASCII.`);
  }
  return value;
}

/** Unix seconds, Unix milliseconds, or a UTC date and time of ISO 8601. */
export type TimeUnit = "s" | "ms" | "iso";

/** How a scheme's time is written. `iso-offset`: ISO 8601, in UTC or with the offset of a time zone. */
export type TimeForm = TimeUnit | "iso-offset";

// Digits only: Number() and parseInt() would take "1e9", " 17", "0x1f" and "1700000000abc" as well.
const digits = /^[1-9][0-9]{0,14}$/;
const utc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;
const withOffset = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads a time strictly.
 *
 * @returns epoch milliseconds
 * @throws RejectedError ERR_TIMESTAMP_MALFORMED
 */
export function readTime(text: string, unit: TimeForm, where: string): number {
  const isNumber = unit === "s" || unit === "ms";
  if (!isNumber) {
    const at = (unit === "iso" ? utc : withOffset).test(text) ? Date.parse(text) : Number.NaN;
    if (!Number.isNaN(at)) return at;
  } else if (digits.test(text)) {
    return Number(text) * (unit === "s" ? 1000 : 1);
  }
  const wanted = isNumber
    ? `a whole number of ${unit === "s" ? "seconds" : "milliseconds"}`
    : `a ${unit === "iso" ? "UTC " : ""}date and time`;
  throw badRequest(
    "ERR_TIMESTAMP_MALFORMED",
    `${where} is not ${wanted}: ${JSON.stringify(text.slice(0, 40))}.`,
  );
}

/**
 * Rejects a time outside the tolerance. An old one may be a replay; one from the future would allow a replay for as
 * long as it is ahead.
 *
 * @throws RejectedError ERR_TIMESTAMP_STALE, ERR_TIMESTAMP_FUTURE
 */
export function checkWindow(sentAt: number, nowMs: number, toleranceMs: number): void {
  const ageMs = nowMs - sentAt;
  if (ageMs > toleranceMs) {
    throw unauthorized(
      "ERR_TIMESTAMP_STALE",
      `It was signed ${ageMs} ms ago; ${toleranceMs} ms are allowed.`,
    );
  }
  if (-ageMs > toleranceMs) {
    throw unauthorized(
      "ERR_TIMESTAMP_FUTURE",
      `It was signed ${-ageMs} ms ahead; ${toleranceMs} ms are allowed.`,
    );
  }
}

/** Reads a time out of a verified JSON body. @throws RejectedError ERR_TIMESTAMP_MALFORMED */
export function memberTime(body: string, member: string): number {
  let value: unknown;
  try {
    value = (JSON.parse(body) as Record<string, unknown> | null)?.[member];
  } catch {
    value = undefined;
  }
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    throw badRequest(
      "ERR_TIMESTAMP_MALFORMED",
      `The body's ${member} is not a whole number of milliseconds.`,
    );
  }
  return value;
}

/**
 * The URL of the route as the sender has it, unchanged: it is part of the signed content.
 *
 * @throws EarshotError ERR_OPTION
 */
export function publicUrlOption(provider: string, given: string | undefined): string {
  // White space around it comes with copying; a URL has none.
  const value = String(given).trim();
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hash !== "") {
    throw new EarshotError(
      "ERR_OPTION",
      `${provider}: \`publicUrl\` is the whole URL that the sender has, such as https://example.com/webhooks/${provider}; it is signed, and a proxy may hide it from the listener.`,
    );
  }
  return value;
}

/** The public URL with the query of the request. */
export function requestUrl(publicUrl: string, http: HttpFacts): string {
  const asked = http.target.indexOf("?");
  if (asked === -1) return publicUrl;
  const own = publicUrl.indexOf("?");
  return (own === -1 ? publicUrl : publicUrl.slice(0, own)) + http.target.slice(asked);
}

/** `:` `/` `?` `@` `!` `$` `'` `(` `)` `*` `,` and `;`, encoded. */
const decodedBySender = /%(?:3a|2f|3f|40|21|24|27|28|29|2a|2c|3b)/gi;

/** The URL with the characters decoded that HubSpot decodes before it signs. */
export function partlyDecoded(url: string): string {
  return url.replaceAll(decodedBySender, decodeURIComponent);
}

/**
 * The forms of a URL that a sender may sign: with its port, and without one.
 *
 * @returns the URL as configured first
 */
export function portVariants(publicUrl: string): readonly string[] {
  const parts = /^(https?:\/\/)([^/?#]*)(.*)$/is.exec(publicUrl);
  if (parts === null) return [publicUrl];
  const [, scheme = "", authority = "", rest = ""] = parts;
  const port = /:\d{1,5}$/.exec(authority)?.[0];
  const other =
    port === undefined
      ? `${authority}:${scheme.toLowerCase() === "https://" ? 443 : 80}`
      : authority.slice(0, -port.length);
  return [publicUrl, scheme + other + rest];
}

/** One parameter of the request's query: the first of that name. Nothing else of the query is decoded. */
export function queryParameter(http: HttpFacts, name: string): string | undefined {
  const { target } = http;
  const asked = target.indexOf("?");
  if (asked === -1) return undefined;
  for (let at = asked + 1; at <= target.length; ) {
    const and = target.indexOf("&", at);
    const end = and === -1 ? target.length : and;
    if (target.startsWith(name, at) && (at + name.length === end || target[at + name.length] === "=")) {
      return new URLSearchParams(target.slice(at, end)).get(name) ?? undefined;
    }
    at = end + 1;
  }
  return undefined;
}
