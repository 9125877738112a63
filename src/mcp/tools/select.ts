import type { Clock } from "../../base/clock.js";
import { dateOf } from "../../base/date-of.js";
import { EarshotError } from "../../base/errors.js";
import { filterFromText } from "../../callbacks/filter-text.js";
import { compilePattern } from "../../callbacks/pattern.js";
import type { PayloadFilter } from "../../callbacks/payload-filter.js";
import type { JsonObject, JsonSchema } from "../../model/json.js";
import type { EventView } from "./event-view.js";

/** Which events a tool is asked for. */
export interface EventSelection {
  readonly triggers?: readonly string[] | undefined;
  readonly provider?: string | undefined;
  /** A payload's filter in its text form. */
  readonly where?: string | undefined;
  readonly text?: string | undefined;
}

/** The arguments of tools that select events. */
export const selectionProperties: JsonObject = {
  triggers: {
    type: "array",
    items: { type: "string", minLength: 1 },
    minItems: 1,
    description: 'Only these triggers, in any case: ["GITHUB_ISSUE_ADDED_EVENT"]. Default: all.',
  },
  provider: {
    type: "string",
    minLength: 1,
    description:
      "Only events of this sender: composio for the platform, else github, stripe, … Default: all.",
  },
  where: {
    type: "string",
    minLength: 1,
    description:
      'Only events whose payload meets this expression: stars >= 100 and action in ["opened", "reopened"] and issue.labels[].name = "bug" and not (issue.title contains "test"). Operators: = != > >= < <= in, not in, contains, startsWith, matches, exists, not exists. Default: any payload.',
  },
  text: {
    type: "string",
    minLength: 1,
    description: "Only events whose body has this text, in any case. Default: any text.",
  },
};

/** Paths of the payload to show. */
export const fieldsProperty: JsonSchema = {
  type: "array",
  items: { type: "string", minLength: 1 },
  description:
    'Members of the payload to show, as paths: ["issue.title", "labels.0.name"]. Default: the whole payload, shortened where it is long.',
};

/** @throws EarshotError ERR_FILTER with the place where `where` is wrong */
export function matcherOf(selection: EventSelection): (view: EventView) => boolean {
  const { triggers, provider, where, text } = selection;
  const names = triggers === undefined ? undefined : new Set(triggers.map(fold));
  const sender = provider === undefined ? undefined : fold(provider);
  const meets = where === undefined ? undefined : payloadTest(where);
  const wanted = text === undefined ? undefined : fold(text);
  return (view) => {
    const { triggerName, origin } = view.record;
    if (names !== undefined && !names.has(fold(triggerName))) return false;
    if (sender !== undefined && fold(origin.provider) !== sender) return false;
    if (wanted !== undefined && !hasText(view, wanted)) return false;
    return meets === undefined || (view.event !== undefined && meets(view.event.payload));
  };
}

/** @throws EarshotError ERR_FILTER */
export function payloadTest(where: string): (payload: unknown) => boolean {
  return compilePattern(payloadFilterOf(where), "payload");
}

/** @throws EarshotError ERR_FILTER */
export function payloadFilterOf(where: string): PayloadFilter {
  return filterFromText(where);
}

function hasText(view: EventView, wanted: string): boolean {
  const { text } = view;
  if (fold(text).includes(wanted)) return true;
  // A sender may escape letters: `caf\u00e9`.
  return text.includes("\\") && fold(JSON.stringify(view.event?.payload) ?? "").includes(wanted);
}

const fold = (text: string) => text.toUpperCase();

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A property of a time; `timeOf` reads it. */
export const timeProperty = (description: string): JsonSchema => ({
  type: "string",
  minLength: 1,
  description: `${description}: a date (2026-01-31T10:00:00Z) or an age (30s, 15m, 2h, 3d).`,
});

/**
 * @returns epoch milliseconds
 * @throws EarshotError ERR_OPTION
 */
export function timeOf(name: string, value: unknown, clock: Clock): number | undefined {
  if (value === undefined) return undefined;
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(String(value)) ?? [];
  const unitMs = unitsMs[unit ?? ""];
  if (unitMs !== undefined) return clock.now() - Number(amount) * unitMs;
  const at = /^\d{4}-\d{2}-\d{2}([T ].*)?$/.test(String(value)) ? dateOf(value) : undefined;
  if (at !== undefined) return at.getTime();
  const message = `\`${name}\` is a date (2026-01-31T10:00:00Z) or an age (15m, 2h, 3d).`;
  throw new EarshotError("ERR_OPTION", message);
}
