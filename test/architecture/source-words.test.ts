import { expect, test } from "vitest";
import { knownWords } from "./known.js";
import { allSources, planted, type Source } from "./sources.js";

/** Words with a standard term in their place, all forms of each. docs/style.md has the pairs. */
const out: Readonly<Record<string, string>> = {
  "door doors doorbell": "webhook server, webhook endpoint",
  "hear hears heard hearing": "receive",
  "bury buries buried": "dead-letter",
  "twin twins": "content hash, deduplication key",
  "prove proves proved proven proof proofs trusted": "verify, verified",
  "patience haste verdict verdicts": "reconnect backoff, reconnect policy",
  "shelf shelves bucket buckets": "callback index, callback list",
  "courier couriers parcel parcels": "webhook sender, delivery",
  "fate fates trouble troubles": "result, status, reason",
  "refuse refuses refused refusing refusal refusals": "reject",
  "furnish rig rigs": "seed, context",
  "whoever nobody somebody": "a noun: the caller, no subscriber, a program",
  "catalogue catalogues authorise authorised behaviour behaviours colour colours": "American spelling",
  "taker takers keeper keepers": "claim, store",
  "news ear ears": "event bus, subscriber",
};
const words = new Set(Object.keys(out).flatMap((each) => each.split(" ")));
const phrases = /\bcatch(?:es|ing)?[ -]up\b|catchUp|\bpass-by\b|passBy|\bof its own\b|\bexactly once\b/gi;

/** Texts that belong to other people: a sender's sample data. */
const foreign = /^(?:catalog\/apps|generated)\//;
/** Names of other people, in which a word is theirs. */
const theirs =
  /ECONNREFUSED|connection[ _]refused|refusal: null|_bucket|explicitBucketBoundaries|buckets: \{/gi;

/** `camelCase`, `CAPITALS_AND_LINES` and `kebab-case` count as the words they are made of. */
function wordsIn(text: string): string[] {
  const plain = text.replaceAll(theirs, "");
  const single = plain
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/);
  const found = single.filter((word) => words.has(word));
  return [...found, ...(plain.match(phrases) ?? []).map((phrase) => phrase.toLowerCase())];
}

/** `folder: word` of each word that is out, in names, texts and comments. */
function wordsOut(sources: readonly Source[]): string[] {
  const found = new Set<string>();
  for (const { path, text } of sources) {
    if (foreign.test(path)) continue;
    const folder = (path.split("/")[0] as string).replace(/\.tsx?$/, "");
    for (const word of [...wordsIn(text), ...wordsIn(path)]) found.add(`${folder}: ${word}`);
  }
  return [...found].sort();
}

const excused = Object.entries(knownWords).flatMap(([folder, list]) =>
  list.split(", ").map((word) => `${folder}: ${word}`),
);

test("no word that is out stands in a name, a text or a comment of the sources", () => {
  expect(wordsOut(allSources()).filter((each) => !excused.includes(each))).toEqual([]);
});

test("every word that is excused still stands", () => {
  const standing = new Set(wordsOut(allSources()));
  expect(excused.filter((each) => !standing.has(each))).toEqual([]);
});

test("a word that is out is found in a name, a constant, a type, a text, a comment and a file's name", () => {
  const files = {
    "base/a.ts": "const atDoor = 1;",
    "decode/a.ts": "const HEARD_AT = 1;",
    "model/a.ts": "export interface Courier {}",
    "pipeline/a.tsx": "const a = <p>It was refused.</p>;",
    "settings/a.ts": "/** Nobody waits for the catch-up. */",
    "verify/body-proof.ts": "",
  };
  expect(wordsOut(planted(files))).toEqual([
    "base: door",
    "decode: heard",
    "model: courier",
    "pipeline: refused",
    "settings: catch-up",
    "settings: nobody",
    "verify: proof",
  ]);
});

test("words that only contain one, and other people's, stay", () => {
  const text = 'const indoor = "outdoors"; const heart = /ECONNREFUSED/; // trigger, foolproof';
  expect(wordsOut(planted({ "base/a.ts": text }))).toEqual([]);
});
