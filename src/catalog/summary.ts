import { plainText } from "../base/plain-text.js";
import { isJsonObject } from "../model/json.js";
import { summaryTemplates } from "./summaries.js";

/** Characters of a summary, and of one value in it. */
const MAX_LENGTH = 160;
const MAX_VALUE = 80;
/** Members of a payload that the fallback looks at, and how deep. */
const MAX_MEMBERS = 200;
const MAX_DEPTH = 4;

/** The names of members that tell most, best first. Compared without case, `_` and `-`. */
const tellingNames = [
  ["title", "subject", "summary", "headline"],
  ["text", "message", "content", "body", "description", "plaintext"],
  ["name", "fullname", "displayname", "username", "login", "repositoryname"],
  ["user", "author", "sender", "from", "createdby", "email", "customer", "actor", "userid"],
  ["action", "type", "eventtype", "event", "status", "state", "reason"],
  ["number", "key", "amount", "id", "url"],
];

const ranks: ReadonlyMap<string, number> = new Map(
  tellingNames.flatMap((names, rank) => names.map((name) => [name, rank] as const)),
);

type Form = (value: unknown) => string | undefined;

const forms: Readonly<Record<string, Form>> = {
  quote: (value) => {
    const text = textOf(value);
    return text === undefined ? undefined : `“${text}”`;
  },
  /** `acme/site` of `https://github.com/acme/site/issues/1` */
  repository: (value) =>
    typeof value === "string" ? /^https?:\/\/[^/]+\/([^/?#]+\/[^/?#]+)/.exec(value)?.[1] : undefined,
  time: (value) =>
    typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value)
      ? value.slice(0, 16).replace("T", " ")
      : textOf(value),
  list: (value) =>
    Array.isArray(value)
      ? textOf(
          value
            .slice(0, 8)
            .map((one) => textOf(one) ?? "–")
            .join(", "),
        )
      : textOf(value),
  /** Of an object with an amount in the currency's smallest unit. */
  money: (value) => {
    if (!isJsonObject(value)) return undefined;
    const amount = [value.amount_total, value.amount_paid, value.amount].find(
      (one): one is number => typeof one === "number" && Number.isFinite(one),
    );
    const currency = typeof value.currency === "string" ? value.currency.toUpperCase() : undefined;
    if (amount === undefined || currency === undefined) return undefined;
    return `${(amount / 100).toFixed(2)} ${currency.slice(0, 3)}`;
  },
};

/**
 * An event in one line: `ada starred acme/site`. By the trigger's template; where there is none, or the payload lacks a
 * member of it, the two members that tell most.
 *
 * Takes any payload, and never throws.
 *
 * @returns at most 160 characters without line breaks; "" where nothing in the payload tells anything
 */
export function eventSummary(triggerName: string, payload: unknown): string {
  try {
    return plainText(fromTemplate(triggerName, payload) ?? fallback(payload), MAX_LENGTH);
  } catch {
    return "";
  }
}

function fromTemplate(triggerName: string, payload: unknown): string | undefined {
  const name = triggerName.toUpperCase();
  const template = Object.hasOwn(summaryTemplates, name) ? summaryTemplates[name] : undefined;
  if (template === undefined) return undefined;
  let isComplete = true;
  const text = template.replaceAll(/\{([^{}]+)\}/g, (_, alternatives: string) => {
    for (const alternative of alternatives.split("|")) {
      const [path = "", form = ""] = alternative.split(":");
      const found = (forms[form] ?? textOf)(memberAt(payload, path.split(".")));
      if (found !== undefined) return found;
    }
    isComplete = false;
    return "";
  });
  return isComplete ? text : undefined;
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const name of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

/** A text, number or boolean in short; `undefined` for all others, and for empty texts. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint")
    return String(value);
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const text = value.trim().replaceAll(/\s+/g, " ");
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE - 1)}…`;
}

interface Candidate {
  readonly text: string;
  readonly rank: number;
  readonly order: number;
}

function fallback(payload: unknown): string {
  const direct = textOf(payload);
  if (direct !== undefined) return direct;
  const best = new Map<number, Candidate>();
  for (const candidate of candidates(payload)) {
    const known = best.get(candidate.rank);
    if (known === undefined || candidate.order < known.order) best.set(candidate.rank, candidate);
  }
  const texts = [...best.values()].sort((a, b) => a.rank - b.rank).map(({ text }) => text);
  return [...new Set(texts)].slice(0, 2).join(" · ");
}

/** The members that may tell something, those near the top first. */
function candidates(payload: unknown): Candidate[] {
  const found: Candidate[] = [];
  let level: unknown[] = [payload];
  let members = 0;
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) continue;
      for (const name of Object.keys(value)) {
        members += 1;
        if (members > MAX_MEMBERS) return found;
        const member = (value as Record<string, unknown>)[name];
        const text = textOf(member);
        if (text === undefined) next.push(member);
        else {
          const rank = ranks.get(name.toLowerCase().replaceAll(/[_-]/g, "")) ?? tellingNames.length;
          found.push({ text, rank, order: found.length });
        }
      }
    }
    level = next;
  }
  return found;
}
