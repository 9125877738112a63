/**
 * How often a property is checked: a part of the runs in `npm test`, all of them in `npm run test:properties`.
 *
 * @param all runs of the long form
 * @returns at least 50
 */
export function runs(all: number): number {
  return process.env.PROPERTY_RUNS === "all" ? all : Math.max(50, Math.ceil(all / 10));
}
