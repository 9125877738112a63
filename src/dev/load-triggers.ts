import { InvalidError } from "../errors.js";
import { checkCatalogue, problemLines } from "./catalogue/check.js";
import { builtInCatalogue, loadCatalogue } from "./catalogue/index.js";
import type { CatalogueTrigger } from "./catalogue/types.js";
import type { PlatformOptions } from "./options.js";

/**
 * The triggers that the platform is to have: the built-in ones, and those of the options.
 *
 * @returns what makes them; a catalogue of one's own is read and checked before
 * @throws EarshotError ERR_CATALOGUE
 */
export async function loadTriggers(
  options: Pick<PlatformOptions, "catalogue" | "builtInTriggers">,
): Promise<() => readonly CatalogueTrigger[]> {
  const own = await ownTriggers(options.catalogue);
  if (options.builtInTriggers === false) return () => own;
  const names = new Set(own.map(({ name }) => name.toUpperCase()));
  return () => [...builtInCatalogue().filter(({ name }) => !names.has(name.toUpperCase())), ...own];
}

async function ownTriggers(catalogue: PlatformOptions["catalogue"]): Promise<readonly CatalogueTrigger[]> {
  if (catalogue === undefined) return [];
  if (typeof catalogue === "string") return await loadCatalogue(catalogue);
  const { triggers, problems } = checkCatalogue(catalogue);
  if (problems.length === 0) return triggers;
  const lines = problemLines(problems, (path) => `catalogue${path}`);
  throw new InvalidError("ERR_CATALOGUE", `The catalogue has problems:\n${lines}`, problems);
}
