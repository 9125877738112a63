import { nearest } from "../../base/suggest.js";
import type { CatalogTool } from "../../catalog/types.js";
import { wordsOf } from "./words.js";

/** Longer names get no suggestion: comparing costs the lengths multiplied. */
const LONGEST_NAME = 200;

/** The tools, found by name in any case, and by what they do. */
export class ToolCatalog {
  readonly #make: () => readonly CatalogTool[];
  #made: ReadonlyMap<string, CatalogTool> | undefined;

  /** @param make is called at the first question */
  constructor(make: () => readonly CatalogTool[]) {
    this.#make = make;
  }

  get all(): readonly CatalogTool[] {
    return [...this.#known.values()];
  }

  get(name: string): CatalogTool | undefined {
    return this.#known.get(name.toUpperCase());
  }

  /** How many tools an app has. */
  count(appName: string): number {
    return this.all.filter((tool) => tool.appName === appName).length;
  }

  /** The name most like this one; `undefined` where none is like it. */
  nearest(name: string): string | undefined {
    return name.length > LONGEST_NAME ? undefined : nearest(name, this.#known.keys());
  }

  get #known(): ReadonlyMap<string, CatalogTool> {
    this.#made ??= new Map(this.#make().map((tool) => [tool.name, tool]));
    return this.#made;
  }
}

/**
 * The tools that a sentence is about, the best first: those that share at least half as many words with it as the
 * best one does. A word of the name counts twice, and a rare word more than a frequent one.
 */
export function toolsAbout(tools: readonly CatalogTool[], sentence: string): readonly CatalogTool[] {
  const wanted = new Set(wordsOf(sentence));
  const entries = tools.map((tool) => ({
    tool,
    name: new Set(wordsOf(`${tool.name} ${tool.displayName}`)),
    rest: new Set(wordsOf(`${tool.description} ${tool.appDisplayName}`)),
  }));
  const frequency = (word: string) =>
    entries.filter(({ name, rest }) => name.has(word) || rest.has(word)).length;
  const weights = [...wanted].map(
    (word) => [word, Math.log(1 + tools.length / (1 + frequency(word)))] as const,
  );
  const rated = entries.map(({ tool, name, rest }) => {
    let score = 0;
    for (const [word, weight] of weights) score += (name.has(word) ? 2 : rest.has(word) ? 1 : 0) * weight;
    // Of two tools that share the same words, the one with fewer others in its name is meant.
    return { tool, score: score === 0 ? 0 : score + 1 / (10 + name.size) };
  });
  rated.sort((a, b) => b.score - a.score);
  const best = rated[0]?.score ?? 0;
  return rated.filter(({ score }) => score > 0 && score >= best / 2).map(({ tool }) => tool);
}
