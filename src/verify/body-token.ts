import { indexOfBytes } from "../base/bytes.js";
import { chain, type MaybePromise } from "../base/maybe-promise.js";
import { textContent } from "./content.js";
import { matchingKey, type SchemeKey } from "./keys.js";
import { unauthorized, type VerifiedSignature } from "./outcome.js";

/** Where the token is: `{ "value": [{ "clientState": "…" }] }`, or `{ "passcode": "…" }` without a list. */
export interface TokenPlace {
  readonly list?: string | undefined;
  readonly member: string;
}

/** Occurrences of the member that are tried before the body is parsed. In a true request the first is the token. */
const MOST_OCCURRENCES = 4;
/** Characters of a token as JSON text. A `clientState` has 128 at most, each up to six as an escape. */
const LONGEST_TEXT = 1024;

/**
 * Checks a token in the body, or in every element of a list in it. A body without the token is never parsed: parsing costs many
 * times as much as hashing.
 *
 * @param wrong makes the rejection of a wrong token
 * @throws RejectedError
 */
export function verifyBodyTokens(
  keys: readonly SchemeKey[],
  place: TokenPlace,
  body: Uint8Array,
  wrong: () => Error,
): MaybePromise<VerifiedSignature> {
  const tokens = tokensAhead(body, place.member);
  if (tokens.length === 0) {
    throw unauthorized(
      "ERR_SIGNATURE_MISSING",
      `The body has no ${place.list === undefined ? "" : `list \`${place.list}\` with a `}${place.member}.`,
    );
  }
  return chain(firstMatching(keys, tokens), (found) => {
    if (found === -1) throw wrong();
    const [first, ...others] = everyToken(body, place);
    // Each of them is the token of another key.
    if (first === undefined || others.length >= keys.length) throw wrong();
    return chain(matchingKey(keys, textContent(first), []), (key) => {
      if (key === -1) throw wrong();
      return chain(everyMatches(keys, others), (right) => {
        if (!right) throw wrong();
        return { key };
      });
    });
  });
}

/** The texts after the first occurrences of the member's name, at any depth. */
function tokensAhead(body: Uint8Array, member: string): readonly string[] {
  const tokens: string[] = [];
  const name = new TextEncoder().encode(`"${member}"`);
  let at = 0;
  for (let count = 0; count < MOST_OCCURRENCES; count += 1) {
    at = indexOfBytes(body, name, at);
    if (at === -1) break;
    at += name.length;
    const text = new TextDecoder().decode(body.subarray(at, at + LONGEST_TEXT));
    const literal = /^\s{0,16}:\s{0,16}("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
    const token = literal === undefined ? undefined : parsed(literal);
    if (typeof token === "string" && token !== "") tokens.push(token);
  }
  return tokens;
}

function firstMatching(
  keys: readonly SchemeKey[],
  [token, ...others]: readonly string[],
): MaybePromise<number> {
  if (token === undefined) return -1;
  return chain(matchingKey(keys, textContent(token), []), (key) =>
    key === -1 ? firstMatching(keys, others) : key,
  );
}

function everyMatches(
  keys: readonly SchemeKey[],
  [token, ...others]: readonly string[],
): MaybePromise<boolean> {
  if (token === undefined) return true;
  return chain(matchingKey(keys, textContent(token), []), (key) => key !== -1 && everyMatches(keys, others));
}

/** The different tokens. Every element must have one: else an element without it would be accepted with the others. */
function everyToken(body: Uint8Array, { list, member }: TokenPlace): readonly string[] {
  const whole = parsed(new TextDecoder().decode(body)) as Record<string, unknown> | null | undefined;
  const elements = list === undefined ? [whole] : whole?.[list];
  const tokens = new Set<unknown>(
    Array.isArray(elements)
      ? elements.map((element) => (element as Record<string, unknown> | null)?.[member])
      : [],
  );
  const texts = [...tokens].filter((token) => typeof token === "string" && token !== "");
  if (texts.length > 0 && texts.length === tokens.size) return texts as readonly string[];
  throw unauthorized(
    "ERR_SIGNATURE_MISSING",
    list === undefined ? `The body has no ${member}.` : `Not every element of \`${list}\` has a ${member}.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
