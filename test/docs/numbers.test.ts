import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const renderer: string = join(root, "bench/lib/render.js");

interface Renderer {
  /** Page → its text, as the results file has it. */
  rendered(): ReadonlyMap<string, string>;
}

const { rendered } = (await import(renderer)) as Renderer;
const results = JSON.parse(readFileSync(join(root, "bench/results/results.json"), "utf8")) as {
  readonly runs: Readonly<Record<string, Readonly<Record<string, { readonly measures: unknown }>>>>;
};

test.each(["README.md", "docs/performance.md", "docs/performance.svg"])(
  "the numbers in %s are those that were measured",
  (page) => {
    expect(readFileSync(join(root, page), "utf8")).toBe(rendered().get(page));
  },
);

test("the README has one sentence of the measurements, and no page a column of targets", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const measured = readme.slice(readme.indexOf("<!-- measured:"), readme.indexOf("<!-- end -->"));
  expect(
    measured
      .trim()
      .split("\n")
      .filter((line) => line !== ""),
  ).toHaveLength(2); // the mark and the sentence
  for (const [page, text] of rendered()) expect(text, page).not.toMatch(/\baim(s|ed)?\b|\btargets?\b/i);
});

test("every row of the results is shown, and a number that is changed by hand is written back", () => {
  const page = readFileSync(join(root, "docs/performance.md"), "utf8");
  expect(page.match(/^### /gm)?.length).toBe(Object.keys(results.runs).length);
  for (const name of ["README.md", "docs/performance.md"]) {
    const text = readFileSync(join(root, name), "utf8");
    const measured = text.slice(text.indexOf("<!-- measured:"), text.indexOf("<!-- end -->"));
    const [number = ""] = /\d+\.\d+/.exec(measured) ?? [];
    expect(number, name).not.toBe("");
    const forged = text.replace(measured, measured.replace(number, "98765.4321"));
    expect(forged).not.toBe(text);
    // What the renderer writes, it has from the results, not from the page.
    expect(rendered().get(name)).not.toBe(forged);
    expect(rendered().get(name)?.includes(measured), name).toBe(true);
  }
});
