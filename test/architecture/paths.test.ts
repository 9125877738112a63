import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const pages = ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/style.md", "docs/testing.md"];

/** Paths of the project in prose, drawings, commands and links, from the root. `<name>` stands for any one name. */
function pathsIn(page: string, text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) =>
    normalize(join(dirname(page), link)),
  );
  const named = [
    ...text.matchAll(/(?<![\w./-])(?:src|test|docs|scripts|bench|examples|\.ci)\/[\w./<>-]*[\w>]/g),
  ].map(([path]) => path.replace(/\/?<.*$/, ""));
  const scripts = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => `npm run ${name}`);
  return [...new Set([...links, ...named, ...scripts])];
}

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

const exists = (path: string) =>
  path.startsWith("npm run ")
    ? Object.hasOwn(scripts, path.slice("npm run ".length))
    : existsSync(join(root, path));

/** Headings of a page, as their anchors. */
const anchorsOf = (text: string) =>
  [...text.replaceAll(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, "")
      .replaceAll(" ", "-"),
  );

test.each(pages)("every path, link and script that %s names exists", (page) => {
  const named = pathsIn(page, readFileSync(join(root, page), "utf8"));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((path) => !exists(path))).toEqual([]);
});

test.each(["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/durability.md", "docs/webhooks.md"])(
  "every link of %s to a heading leads to one",
  (page) => {
    const text = readFileSync(join(root, page), "utf8");
    const broken = [...text.matchAll(/\]\(([\w./-]*)#([\w-]+)\)/g)].filter(([, file = "", anchor = ""]) => {
      const target = file === "" ? text : readFileSync(join(root, dirname(page), file), "utf8");
      return !anchorsOf(target).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  },
);

test("a path, a link and a script that do not exist are noticed", () => {
  const text = "See `src/nowhere.ts`, [this](gone.md#x), src/providers/<sender>.ts and `npm run nothing`.";
  expect(pathsIn("docs/page.md", text).filter((path) => !exists(path))).toEqual([
    "docs/gone.md",
    "src/nowhere.ts",
    "npm run nothing",
  ]);
});

test("the README stays short: code within ten lines, the whole under 150", () => {
  const lines = readFileSync(join(root, "README.md"), "utf8").split("\n");
  expect(lines.findIndex((line) => line.startsWith("```")) + 1).toBeLessThanOrEqual(10);
  expect(lines.length).toBeLessThan(150);
});

test("a recipe has eight lines at most", () => {
  const recipes = readFileSync(join(root, "CONTRIBUTING.md"), "utf8").split(/^## /m).slice(1);
  expect(recipes.length).toBeGreaterThan(8);
  for (const recipe of recipes) expect(recipe.trim().split("\n").length - 2, recipe).toBeLessThanOrEqual(8);
});
