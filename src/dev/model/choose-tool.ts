import type { ModelRequest, ModelTool, Turn } from "./conversation.js";

/** Words that many tools and prompts have, and that say nothing about which tool fits. */
const commonWords = new Set(
  "the and for with from that this into your you are any all can will use using of to in on at by an or is it as be if its not has have was please tool which when what who how".split(
    " ",
  ),
);
/** A word in a tool's name counts so many times as much as one in its description. */
const NAME_WEIGHT = 4;

/**
 * The offered tool that fits a prompt best: the one that it names, else the one that shares most of its rarer words.
 *
 * @returns `undefined` where none shares a word and none is required
 */
export function chooseTool(
  { tools, allowedTools, toolChoice }: Pick<ModelRequest, "tools" | "allowedTools" | "toolChoice">,
  { system, user, calls }: Turn,
): ModelTool | undefined {
  const offered = tools.filter(({ name }) => allowedTools?.includes(name) ?? true);
  if (toolChoice === "none" || offered.length === 0) return undefined;
  const called = new Set(calls.map(({ name }) => name));
  const named = offered.find(({ name }) => !called.has(name) && isNamed(user, name));
  if (named !== undefined) return named;
  const fresh = offered.filter(({ name }) => !called.has(name));
  const best = mostSimilar(fresh, user) ?? mostSimilar(fresh, system);
  // One tool is offered to be used.
  if (best !== undefined || toolChoice === "auto")
    return best ?? (offered.length === 1 ? fresh[0] : undefined);
  return fresh[0] ?? offered[0];
}

/** Whether a prompt has a tool's name, in any case. */
export function isNamed(prompt: string, name: string): boolean {
  const at = prompt.toLowerCase().indexOf(name.toLowerCase());
  if (at === -1) return false;
  const around = `${prompt.charAt(at - 1)}${prompt.charAt(at + name.length)}`;
  return !/\w/.test(around);
}

function mostSimilar(tools: readonly ModelTool[], prompt: string): ModelTool | undefined {
  const asked = new Set(wordsOf(prompt));
  const words = tools.map(({ name, description }) => ({
    inName: new Set(wordsOf(name)),
    inDescription: new Set(wordsOf(description)),
  }));
  // A word that every tool has, such as the app's name, decides nothing.
  const rarity = (word: string) =>
    Math.log(
      (tools.length + 1) /
        (words.filter(({ inName, inDescription }) => inName.has(word) || inDescription.has(word)).length ||
          1),
    );
  let best: ModelTool | undefined;
  let bestScore = 0;
  for (const [at, tool] of tools.entries()) {
    const { inName = new Set(), inDescription = new Set() } = words[at] ?? {};
    let score = 0;
    for (const word of asked) {
      if (inName.has(word)) score += NAME_WEIGHT * rarity(word);
      else if (inDescription.has(word)) score += rarity(word);
    }
    // Of two with the same words, the one with fewer others is meant.
    score -= score === 0 ? 0 : inName.size / 100;
    if (score > bestScore) [best, bestScore] = [tool, score];
  }
  return best;
}

/** Words without their endings: "starring", "stars" and "star" are one. */
function wordsOf(text: string): string[] {
  return text
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length > 1 && !commonWords.has(word))
    .map(stem);
}

function stem(word: string): string {
  if (word.length <= 4) return word.replace(/(?<=[a-z]{3})s$/, "");
  const cut = word.replace(/(?:ies|y)$/, "i").replace(/(?:ing|ed|es|s|e)$/, "");
  // "starr" of "starring"
  return cut.replace(/([bdgmnprt])\1$/, "$1");
}
