import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../src");

/** A floor of the house: what it may import besides itself and the floors below. */
const floors: readonly (readonly string[])[] = [
  ["base", "model", "generated"],
  ["json-schema"],
  ["protocol", "catalog"],
  ["settings"],
  ["transports", "verify", "providers", "decode", "inbox", "callbacks", "client"],
  ["pipeline", "monitoring"],
  ["listener", "listener-health", "named-listeners", "wait-forever", "toolset", "testing"],
  ["index", "shared"],
];

/** The stages: strangers to one another. */
const stages = new Set(["transports", "verify", "decode", "inbox", "callbacks", "client"]);

/** Types alone, which every stage meets by. */
const contract = "inbox/contract";

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const statement =
  /^\s*(?:import|export)\s+(type\s+)?[^;"']*?from\s+["'](\.[^"']+)["']|import\(\s*["'](\.[^"']+)["']\s*\)/gm;

function sources(): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.ts$/.test(name) && !name.includes("node_modules"),
  );
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(statement)].map((match) => ({
    from: file,
    to: normalize(relative(root, join(root, dirname(file), match[2] ?? match[3] ?? ""))).replace(/\.js$/, ""),
    typeOnly: match[1] !== undefined,
  }));
}

const roomOf = (path: string) => (path.split("/")[0] as string).replace(/\.ts$/, "");
const floorOf = (room: string) => floors.findIndex((floor) => floor.includes(room));
const all = sources().flatMap(importsOf);
const say = ({ from, to }: Import) => `${from} → ${to}`;

test("every room of the house has its floor", () => {
  const rooms = new Set(sources().map(roomOf));
  for (const room of ["dev", "cli"]) rooms.delete(room);
  expect([...rooms].filter((room) => floorOf(room) === -1)).toEqual([]);
  expect(all.length).toBeGreaterThan(100);
});

test("imports run downwards only", () => {
  const upwards = all.filter(({ from, to, typeOnly }) => {
    const [low, high] = [roomOf(from), roomOf(to)];
    if (low === "dev" || low === "cli" || (typeOnly && to === contract)) return false;
    return high === "dev" || high === "cli" || floorOf(high) > floorOf(low);
  });
  expect(upwards.map(say)).toEqual([]);
});

test("stages are strangers: they meet by types of the model and by the inbox's contract", () => {
  const met = all.filter(({ from, to, typeOnly }) => {
    const [a, b] = [roomOf(from), roomOf(to)];
    return a !== b && stages.has(a) && stages.has(b) && !(typeOnly && to === contract);
  });
  expect(met.map(say)).toEqual([]);
});

test("the local platform is the other side: it knows the wire, and nothing of listener or client", () => {
  const known = new Set(["dev", "protocol", "catalog", "json-schema", ...(floors[0] as readonly string[])]);
  expect(all.filter(({ from, to }) => roomOf(from) === "dev" && !known.has(roomOf(to))).map(say)).toEqual([]);
});

test("the command line uses only what a user can import, and the names of the wire", () => {
  const doors = new Set([
    "index",
    "dev/index",
    "inbox/sqlite/index",
    "inbox/redis/index",
    "verify/index",
    "testing/index",
    "base/clock",
    "base/version",
    "base/loopback",
    "base/plain-text",
    "protocol/headers",
    "protocol/shapes",
    "json-schema/quirks",
    "json-schema/ref",
  ]);
  const others = all.filter(
    ({ from, to }) => roomOf(from) === "cli" && roomOf(to) !== "cli" && !doors.has(to),
  );
  expect(others.map(say)).toEqual([]);
});

test("only settings read the environment, only the command line writes to the console, nobody is too long", () => {
  for (const file of sources()) {
    const text = readFileSync(join(root, file), "utf8");
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    if (!/^(settings|cli)\//.test(file)) expect(code, file).not.toMatch(/process\??\.env\b/);
    if (!file.startsWith("cli/")) expect(code, file).not.toMatch(/\bconsole\./);
    expect(text.split("\n").length, file).toBeLessThanOrEqual(401);
  }
});
