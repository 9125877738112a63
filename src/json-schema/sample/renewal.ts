import { timeNumber, timeText } from "./moment.js";
import { comparable, isIdName, isTimeName } from "./names.js";

/** What a sample is to be made for. */
export interface Variation {
  /** When the event happens, microseconds since 1970. */
  readonly atUs: number;
  /** The config that the trigger was enabled with: its members keep their values in the payload. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Names of the config's members that were not given: what is watched is no id of the event. */
  readonly configNames?: readonly string[];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HEX = /^(?=.*\d)[0-9a-f]{8,}$/;
const PREFIX = /^(?:[A-Za-z]{1,12}[_-]){1,4}/;

/**
 * Gives examples new ids and times, as each real event has its own. One id becomes the same new one everywhere in a
 * sample, also within links and texts; times keep their distances.
 */
export class Renewal {
  readonly #variation: Variation;
  readonly #random: () => number;
  readonly #kept: ReadonlyMap<string, unknown>;
  readonly #newIds = new Map<string, string>();
  /** Texts of examples: the ones in which an id may be named. */
  readonly #texts = new Set<string>();
  /** The example's time that stands for now. */
  #baseUs: number | undefined;

  constructor(variation: Variation, random: () => number) {
    this.#variation = variation;
    this.#random = random;
    this.#kept = new Map([
      ...(variation.configNames ?? []).map((name) => [comparable(name), undefined] as const),
      ...Object.entries(variation.config ?? {}).map(([name, value]) => [comparable(name), value] as const),
    ]);
  }

  /** @param name of the member that the example is for */
  renew(example: unknown, name: string): unknown {
    if (Array.isArray(example)) return example.map((item) => this.renew(item, name));
    if (typeof example === "object" && example !== null) {
      return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, this.renew(value, key)]));
    }
    const key = comparable(name);
    if (this.#kept.has(key)) {
      const configured = this.#kept.get(key);
      return typeof configured === typeof example ? configured : example;
    }
    if (typeof example === "string") return this.#text(example, name);
    return typeof example === "number" ? this.#number(example, name) : example;
  }

  /** Puts the new ids into the texts that name the old ones. */
  finish(value: unknown): unknown {
    if (typeof value === "string") return this.#texts.has(value) ? this.#mended(value) : value;
    if (Array.isArray(value)) return value.map((item) => this.finish(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.finish(member)]));
  }

  #text(example: string, name: string): string {
    const time = timeText(example, isTimeName(name));
    if (time !== undefined) return time.write(this.#shifted(time.us));
    if (isIdName(name) && looksNew(example)) return this.#newId(example);
    this.#texts.add(example);
    return example;
  }

  #number(example: number, name: string): number {
    const time = isTimeName(name) ? timeNumber(example) : undefined;
    if (time !== undefined) return time.write(this.#shifted(time.us));
    if (!isIdName(name) || !Number.isSafeInteger(example) || example < 0) return example;
    return Number(this.#newId(String(example)));
  }

  #shifted(us: number): number {
    this.#baseUs ??= us;
    return this.#variation.atUs + us - this.#baseUs;
  }

  #newId(old: string): string {
    const known = this.#newIds.get(old);
    if (known !== undefined) return known;
    const made = idLike(old, this.#random);
    this.#newIds.set(old, made);
    if (UUID.test(old)) this.#newIds.set(old.replaceAll("-", ""), made.replaceAll("-", ""));
    return made;
  }

  #mended(text: string): string {
    let mended = text;
    for (const [old, made] of this.#newIds) mended = replaceWord(mended, old, made);
    return mended;
  }
}

/** A word of a language, such as `primary`, names something that stays; an id has digits, or both cases. */
function looksNew(example: string): boolean {
  if (/\s/.test(example)) return false;
  const end = example.replace(PREFIX, "");
  return /\d/.test(example) || (end.length >= 8 && /[a-z]/.test(end) && /[A-Z]/.test(end));
}

/** Another id of the same form: `evt_1R1a2B3c` → `evt_7K0x4M9q`, `SITE-41` → `SITE-5308`. */
function idLike(old: string, random: () => number): string {
  if (UUID.test(old)) {
    // The version and the variant stay.
    return [...old].map((char, at) => (at === 14 || at === 19 ? char : hexLike(char, random))).join("");
  }
  if (HEX.test(old) && /[a-f]/.test(old)) return [...old].map((char) => hexLike(char, random)).join("");
  const prefix = PREFIX.exec(old)?.[0] ?? "";
  const rest = old.slice(prefix.length);
  if (/^\d+$/.test(rest)) return `${prefix}${digits(Math.max(4, rest.length), random)}`;
  // The first letter tells the sort of an id at some apps: `C024BE91L`.
  const first = prefix === "" && /^[A-Za-z]/.test(rest) ? 1 : 0;
  return `${prefix}${rest.slice(0, first)}${[...rest.slice(first)].map((char) => charLike(char, random)).join("")}`;
}

const hexLike = (char: string, random: () => number): string =>
  /[0-9a-f]/i.test(char) ? draw("0123456789abcdef", random) : char;

function charLike(char: string, random: () => number): string {
  if (/\d/.test(char)) return draw("0123456789", random);
  if (/[a-z]/.test(char)) return draw("abcdefghijklmnopqrstuvwxyz", random);
  return /[A-Z]/.test(char) ? draw("ABCDEFGHIJKLMNOPQRSTUVWXYZ", random) : char;
}

function digits(length: number, random: () => number): string {
  let text = draw("123456789", random);
  while (text.length < length) text += draw("0123456789", random);
  return text;
}

const draw = (alphabet: string, random: () => number): string =>
  alphabet.charAt(Math.floor(random() * alphabet.length));

/** Replaces a word wherever it stands alone: 41 in `#41`, not in `1041`. */
function replaceWord(text: string, word: string, by: string): string {
  const isPart = (char: string | undefined) => char !== undefined && /[A-Za-z0-9]/.test(char);
  let made = "";
  let from = 0;
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
    if (isPart(text[at - 1]) || isPart(text[at + word.length])) continue;
    made += text.slice(from, at) + by;
    from = at + word.length;
  }
  return made + text.slice(from);
}
