import type { HttpFacts } from "../model/delivery.js";
import { malformed } from "./refuse.js";

/** Longest header that is looked at, in characters; senders stay far below. */
const LONGEST = 4096;

/**
 * A header that may come once.
 *
 * @returns `undefined` where it did not come, or came empty
 * @throws RejectedError ERR_HEADER_REPEATED: of two values, a proxy and we might each believe another
 */
export function oneHeader(http: HttpFacts, name: string): string | undefined {
  const value = http.header(name);
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") {
    if (value.length > 1)
      throw malformed("ERR_HEADER_REPEATED", `The header ${name} came ${value.length} times.`);
    return value[0] === "" ? undefined : value[0];
  }
  if (value.length > LONGEST) {
    throw malformed("ERR_SIGNATURE_MALFORMED", `The header ${name} has ${value.length} characters.`);
  }
  return value;
}

/** Visible ASCII, 1 to 256 characters. */
const idPattern = /^[\x21-\x7e]{1,256}$/;
/** Visible ASCII and spaces between, 1 to 256 characters. */
const namePattern = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/;

/**
 * The header with the message's id.
 *
 * @param signed whether the id is part of what is signed. There a `.` would let text slide between the id and
 *   its neighbors, so it is refused.
 * @throws RejectedError ERR_HEADER_REPEATED, ERR_SIGNATURE_MALFORMED
 */
export function idHeader(http: HttpFacts, name: string, signed: boolean): string | undefined {
  const id = oneHeader(http, name);
  return id === undefined ? undefined : checkedId(`The header ${name}`, id, signed);
}

/**
 * A message's id, wherever it stood.
 *
 * @param where for the message: `The header webhook-id`
 * @throws RejectedError ERR_SIGNATURE_MALFORMED
 */
export function checkedId(where: string, id: string, signed: boolean): string {
  if (!idPattern.test(id)) {
    throw malformed(
      "ERR_SIGNATURE_MALFORMED",
      `${where} is no id: it has ${id.length} characters, or others than visible ASCII.`,
    );
  }
  if (signed && id.includes(".")) {
    throw malformed("ERR_SIGNATURE_MALFORMED", `${where} has a "." in it.`);
  }
  return id;
}

/** The header that says what happened. @throws RejectedError ERR_HEADER_REPEATED, ERR_SIGNATURE_MALFORMED */
export function eventNameHeader(http: HttpFacts, name: string): string | undefined {
  const value = oneHeader(http, name);
  if (value !== undefined && !namePattern.test(value)) {
    throw malformed("ERR_SIGNATURE_MALFORMED", `The header ${name} is no name: it is not plain ASCII.`);
  }
  return value;
}
