// Writes every block of TypeScript and JavaScript of README, docs and skills to a file of its own, where the packages
// that they import are found: `test/docs/code.test.ts` runs them, and `npm run typecheck` checks their types.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const root = join(import.meta.dirname, "..");

/** Its files are not in the repository. */
export const blocksFolder = join(root, "test/compat/docs-blocks");

/**
 * @typedef {object} Block
 * @property {string} name `README-1`
 * @property {string} file
 * @property {boolean} needsRedis
 */

/** @returns {Block[]} */
export function writeBlocks() {
  rmSync(blocksFolder, { recursive: true, force: true });
  mkdirSync(blocksFolder, { recursive: true });
  const pages = [
    "README.md",
    "skills/earshot/SKILL.md",
    ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
  ];
  return pages
    .filter((page) => page.endsWith(".md"))
    .flatMap((page) => {
      const text = readFileSync(join(root, page), "utf8");
      return [...text.matchAll(/^```(?:ts|js|tsx)\n([\s\S]*?)^```$/gm)].map((match, at) => {
        const name = `${basename(page, ".md")}-${at + 1}`;
        const file = join(blocksFolder, `${name}.ts`);
        // A block without an import or export would share its names with every other.
        writeFileSync(file, `${match[1]}\nexport {};\n`);
        return { name, file, needsRedis: match[1]?.includes("REDIS_URL") ?? false };
      });
    });
}

if (process.argv[1] === import.meta.filename) writeBlocks();
