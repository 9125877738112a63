/**
 * Places that still break a rule of this folder. The lists only shrink: a test fails where an entry is no longer
 * needed, and a new violation is mended rather than listed.
 */

/** Files that import one another, each cycle in alphabetical order. */
export const knownCycles: readonly string[] = [
  "inbox/redis/server-settings.ts → inbox/redis/store.ts → inbox/redis/watch.ts",
  "verify/body-token.ts → verify/prove.ts",
];

/** Exported names that two files define. */
export const knownDuplicates: readonly string[] = [
  "Alike",
  "Batch",
  "Drop",
  "Lease",
  "Marks",
  "Platform",
  "READY",
  "Route",
  "Store",
  "VERSION",
  "bodyOf",
  "discord",
  "hubspot",
  "isPromise",
  "linear",
  "meta",
  "slack",
  "sourceOf",
  "telegram",
];

/** Files that read the machine's time. */
export const knownClock: readonly string[] = ["inbox/redis/taker.ts", "verify/webhook.ts"];

/** Files with state of a module. */
export const knownState: readonly string[] = ["transports/webhook/node-response.ts", "verify/source.ts"];

/** Files of more than 400 lines. */
export const knownSize: readonly string[] = ["listener.ts"];

/** Words that are out, by folder. */
export const knownWords: Readonly<Record<string, string>> = {
  shared: "nobody, of its own",
  base: "door, hear, heard, hears, news, nobody, of its own, refused, refuses, trouble, troubles",
  callbacks: "bucket, buckets, heard, hears, nobody, of its own, shelf, shelves",
  catalog: "nobody, of its own",
  client: "of its own, trouble, trusted",
  dev: "ear, fate, heard, refuse, refused",
  inbox:
    "bury, catches up, door, ears, hear, heard, hears, keeper, news, nobody, of its own, proof, refusal, refusals, refuse, refused, refuses, somebody, taker, trouble, troubles, twin, verdict, verdicts, whoever",
  "json-schema": "of its own",
  lifecycle: "catchup, door, nobody, of its own, prove, trusted",
  listener: "catchup, door, heard, hears, news, nobody, trouble, whoever",
  model: "catch-up, door, proved, proves, refuse, refused",
  pipeline: "bury, nobody, refused, trouble, trusted",
  protocol: "refused, trusted",
  providers: "nobody, of its own, prove, proves, refuse, refuses",
  settings: "of its own, refused, trusted, whoever",
  testing: "buried, bury, door, nobody, of its own, patience, refused, rig, trouble, whoever",
  transports:
    "door, heard, nobody, of its own, prove, proves, refusal, refusals, refuse, refused, refuses, somebody, taker, trouble, trusted, twin, whoever",
  verify:
    "nobody, of its own, proof, proofs, prove, proved, proves, refuse, refused, refuses, somebody, trusted, verdicts, whoever",
};
