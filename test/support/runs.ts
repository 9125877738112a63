/**
 * How often a property is checked: some runs in `npm test`, all of them in `npm run test:properties`.
 *
 * @param all runs of the long form
 * @param some runs of the short form; a tenth, and at least 50, unless given
 */
export function runs(all: number, some = Math.min(all, Math.max(50, Math.ceil(all / 10)))): number {
  return process.env.PROPERTY_RUNS === "all" ? all : some;
}
