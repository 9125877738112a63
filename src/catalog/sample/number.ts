import type { JsonSchema } from "../../model/json.js";

/** Where a schema gives one bound only, the other is this far away. */
const SPAN = 1000;

/** A number within the limits of a schema, drafts 4 to 2020-12. Contradictory limits give the lower one. */
export function sampleNumber(schema: JsonSchema, random: () => number, integer: boolean): number {
  const step = stepOf(schema, integer);
  const [low, high] = bounds(schema, step);
  if (step === 0) {
    const value = low + random() * (high - low);
    // Two decimals read better than sixteen, where they are fine enough.
    const rounded = Math.round(value * 100) / 100;
    return rounded >= low && rounded <= high ? rounded : value;
  }
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  const value = (first + Math.floor(random() * Math.max(1, last - first + 1))) * step;
  // Multiples of 0.1 and the like carry a rounding error, which a validator would count.
  return Number(value.toPrecision(15));
}

/** The distance between values; 0 where every number will do. */
function stepOf({ multipleOf }: JsonSchema, integer: boolean): number {
  if (typeof multipleOf !== "number" || !(multipleOf > 0)) return integer ? 1 : 0;
  if (!integer || Number.isInteger(multipleOf)) return multipleOf;
  // The least whole multiple of a decimal fraction: 2.5 → 5.
  for (let factor = 2; factor <= 1000; factor += 1) {
    const whole = Number((multipleOf * factor).toPrecision(12));
    if (Number.isInteger(whole)) return whole;
  }
  return 1;
}

function bounds(schema: JsonSchema, step: number): readonly [number, number] {
  const [lowest, openLow] = bound(schema, "minimum", "exclusiveMinimum", Math.max);
  const [highest, openHigh] = bound(schema, "maximum", "exclusiveMaximum", Math.min);
  const low = lowest ?? (highest === undefined ? 1 : Math.min(highest, Math.max(0, highest - SPAN)));
  const high = highest ?? low + SPAN * Math.max(1, step);
  // An open bound is left by a step, or by a little of the span where there is none.
  const inset = step > 0 ? step / 2 : (high - low) / SPAN;
  return [openLow ? low + inset : low, Math.max(openHigh ? high - inset : high, low)];
}

/** The bound, and whether it is outside the range. Draft 4 has a boolean beside the inclusive bound. */
function bound(
  schema: JsonSchema,
  inclusive: "minimum" | "maximum",
  exclusive: "exclusiveMinimum" | "exclusiveMaximum",
  stricter: (a: number, b: number) => number,
): readonly [number | undefined, boolean] {
  const within = typeof schema[inclusive] === "number" ? schema[inclusive] : undefined;
  const beyond = schema[exclusive];
  if (typeof beyond !== "number") return [within, beyond === true && within !== undefined];
  if (within === undefined) return [beyond, true];
  return [stricter(within, beyond), within === beyond || stricter(within, beyond) === beyond];
}
