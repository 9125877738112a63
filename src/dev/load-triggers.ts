import { InvalidError } from "../base/errors.js";
import { checkCatalog, problemLines } from "../catalog/check.js";
import { builtInCatalog, loadCatalog } from "../catalog/index.js";
import type { CatalogTrigger } from "../catalog/types.js";
import type { PlatformOptions } from "./options.js";

/**
 * The triggers that the platform is to have: the built-in ones, and those of the options.
 *
 * @returns what makes them; a catalog of one's own is read and checked before
 * @throws EarshotError ERR_CATALOG
 */
export async function loadTriggers(
  options: Pick<PlatformOptions, "catalog" | "builtInTriggers">,
): Promise<() => readonly CatalogTrigger[]> {
  const own = await ownTriggers(options.catalog);
  if (options.builtInTriggers === false) return () => own;
  const names = new Set(own.map(({ name }) => name.toUpperCase()));
  return () => [...builtInCatalog().filter(({ name }) => !names.has(name.toUpperCase())), ...own];
}

async function ownTriggers(catalog: PlatformOptions["catalog"]): Promise<readonly CatalogTrigger[]> {
  if (catalog === undefined) return [];
  if (typeof catalog === "string") return await loadCatalog(catalog);
  const { triggers, problems } = checkCatalog(catalog);
  if (problems.length === 0) return triggers;
  const lines = problemLines(problems, (path) => `catalog${path}`);
  throw new InvalidError("ERR_CATALOG", `The catalog has problems:\n${lines}`, problems);
}
