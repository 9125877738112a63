import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Files and folders that speak the field's words. A folder stands for every page, source and script below it. */
const checked: readonly string[] = ["README.md", "CONTRIBUTING.md", "docs", "skills"];

/** A word that is out → the word that stands for it. docs/style.md has the pairs with their reasons. */
const out: readonly (readonly [RegExp, string])[] = [
  [/\b(front )?doors?\b/i, "webhook server, webhook endpoint"],
  [/\b(hears?|heard|hearing)\b/i, "receive, received"],
  [/\b(kept|unkept)\b/i, "stored"],
  [/\b(bury|buries|buried)\b/i, "dead-letter"],
  [/\btwins?\b/i, "content hash, deduplication key"],
  [/\btaken\b/i, "claimed"],
  [/(?<!connection )\brefus(e|es|ed|al|als|ing)\b/i, "reject"],
  [/\bcatch(es|ing)?[- ]up\b/i, "backfill"],
  [/\b(prove[sdn]?|proofs?|unproved|proving)\b/i, "verify, verified"],
  [/\btrusted(?! prox)\b/i, "verified"],
  [/\bpulses?\b/i, "heartbeat"],
  [/\b(patience|haste)\b/i, "reconnect backoff"],
  [/\bverdicts?\b/i, "reconnect policy"],
  [/\bseats?\b/i, "subscriber"],
  [/\b(shelf|shelves)\b/i, "callback index"],
  [/\bbuckets?\b/i, "callback list"],
  [/\bpass(es|ed)?[- ]by\b/i, "skip; frame filter"],
  [/\bcouriers?\b/i, "webhook sender"],
  [/\bparcels?\b/i, "delivery"],
  [/\bnews\b/i, "events; event bus"],
  [/\b(ears?|eyes?)\b/i, "subscriber"],
  [/\bfates?\b/i, "result, status"],
  [/\banswer(s|ed|ing)?\b/i, "response, respond"],
  [/\btroubles?\b/i, "problem, reason"],
  [/\bdialects?\b/i, "API adapter"],
  [/\b(on|over) the wire\b/i, "in the protocol"],
  [/\b(rigs?|furnish(es|ed)?)\b/i, "context, seed"],
  [/\bthe house\b/i, "the architecture"],
  [/\b(whoever|nobody|somebody|anybody)\b/i, "a person or program"],
  [/\balone\b/i, "only"],
  [/\bof (its|one's|their|our|my|your) own\b/i, "separate; your own X"],
  [/\b(asks|asked for|tells|told|wants|unasked)\b/i, "requests, returns, reports, requires"],
  [/\bfor ever\b/i, "forever, indefinitely"],
  [/\bexactly[- ]once\b/i, "at-least-once, with deduplication"],
  [/\bde-duplicat/i, "deduplicate"],
  [/\bcatalogues?\b/i, "catalog"],
  [
    /\b(un)?(author|recogn|normal|initial|organ|serial|optim|custom|summar|real)is(e[sd]?|ing|ation)\b/i,
    "-ize",
  ],
  [/\b(behaviour|colour|cancelled|licence)s?\b/i, "American spelling"],
  [/\baimed at\b/i, "measured numbers only: no internal targets"],
];

interface Text {
  readonly name: string;
  readonly text: string;
}

function texts(place: string): Text[] {
  if (/(^|\/)node_modules$/.test(place)) return [];
  const path = join(root, place);
  if (statSync(path).isDirectory()) {
    return readdirSync(path).flatMap((name) => texts(`${place}/${name}`));
  }
  if (!/\.(md|ts|tsx|js|mjs)$/.test(place)) return [];
  return [{ name: place, text: readFileSync(path, "utf8") }];
}

/** What is read of a file: prose without its code spans, code with its names split into words. */
function words({ name, text }: Text): string {
  if (!name.endsWith(".md")) return text.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll("_", " ");
  // The page that lists the words has them in the first column of its tables.
  const page = name === "docs/style.md" ? text.replaceAll(/^\| [^|]+ \|/gm, "|") : text;
  return page.replaceAll(/`[^`\n]+`|\]\([^)\n]*\)|<!--.*?-->/g, "` `");
}

/** `README.md:12 "heard": receive, received` */
function violations(file: Text): string[] {
  return words(file)
    .split("\n")
    .flatMap((line, at) =>
      out.flatMap(([word, instead]) => {
        const [found] = word.exec(line) ?? [];
        return found === undefined ? [] : [`${file.name}:${at + 1} "${found}": ${instead}`];
      }),
    );
}

const files = checked.flatMap(texts);

test("README, CONTRIBUTING and docs use the field's words", () => {
  expect(files.length).toBeGreaterThan(8);
  expect(files.flatMap(violations)).toEqual([]);
});

test("a word that is out is noticed, in prose and in the names of code", () => {
  expect(violations({ name: "README.md", text: "# earshot\n\nNothing heard is lost." })).toEqual([
    'README.md:3 "heard": receive, received',
  ]);
  expect(violations({ name: "src/x.ts", text: "const atFrontDoor = 1;\n/** Catches up. */" })).toEqual([
    'src/x.ts:1 "Front Door": webhook server, webhook endpoint',
    'src/x.ts:2 "Catches up": backfill',
  ]);
});

test("public names in code spans, links, and the pairs of the style page may have such words", () => {
  expect(violations({ name: "docs/a.md", text: "`inbox.ready` has [`refused`](x.md#kept)." })).toEqual([]);
  expect(violations({ name: "docs/style.md", text: "| hear | receive |\n| kept | kept |" })).toEqual([
    'docs/style.md:2 "kept": stored',
  ]);
});
