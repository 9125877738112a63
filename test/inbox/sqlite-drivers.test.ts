import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { weaknessOf } from "../../src/inbox/sqlite/driver/choose.js";
import { sqliteCode } from "../../src/inbox/sqlite/driver/driver.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { drivers, type TestedDriver } from "../support/sqlite-drivers.js";
import { contextFor } from "./sqlite-world.js";
import { temporaryFolder } from "./temporary-folder.js";

const run = promisify(execFile);
const { folder, remove } = temporaryFolder();
afterAll(remove);

const program = [
  "--import",
  join(import.meta.dirname, "../support/run-typescript.mjs"),
  join(import.meta.dirname, "driver-child.ts"),
];

/** What the program says, line by line. Anything on stderr fails: a warning of Node too. */
async function work(driver: TestedDriver, file: string, what: string): Promise<unknown[]> {
  const { stdout, stderr } = await run(driver.node ?? "", [
    ...program,
    join(folder, file),
    driver.name,
    what,
  ]);
  expect(stderr).toBe("");
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

for (const writer of drivers) {
  for (const reader of drivers) {
    const missing = [writer, reader].find(({ node }) => node === undefined);
    test.skipIf(missing !== undefined)(
      `what ${writer.name} has written, ${reader.name} reads, knows again and runs${missing?.reason ?? ""}`,
      async () => {
        const file = `${writer.name}-${reader.name}.db`.replaceAll(":", "-");
        const [written] = (await work(writer, file, "fill")) as [{ id: string }[]];
        expect(written).toHaveLength(8);
        expect(written.find(({ id }) => id.includes("\0"))).toMatchObject({ orderKey: "a\0b", body: "a\0b" });
        const [read, [again, cursor, counts], [claimed, after]] = (await work(reader, file, "look")) as [
          unknown[],
          [{ state: string }[], string, object],
          [string[], object],
        ];
        expect(read).toEqual(written);
        expect(again.map(({ state }) => state)).toEqual(Array.from({ length: 8 }, () => "duplicate"));
        expect(cursor).toBe("at \0 \ud800");
        expect(counts).toEqual({ waiting: 6, running: 0, done: 1, dead: 1, unmatched: 0 });
        expect(claimed).toHaveLength(5);
        expect(after).toEqual({ waiting: 1, running: 0, done: 6, dead: 1, unmatched: 0 });
      },
    );
  }
}

const canTrace =
  process.platform === "linux" && spawnSync("strace", ["-f", "-o", "/dev/null", "true"]).status === 0;

for (const driver of drivers) {
  const reason =
    (driver.node === undefined ? driver.reason : "") ||
    (canTrace ? "" : " (skipped: strace is not installed, or may not trace)");
  test.skipIf(driver.node === undefined || !canTrace)(
    `${driver.name} flushes the log once before each group that is acknowledged, and not at all with "normal"${reason}`,
    async () => {
      for (const synchronous of ["full", "normal"]) {
        const log = join(folder, "trace");
        const file = join(folder, `trace-${synchronous}-${driver.name.replace(":", "-")}.db`);
        const calls = ["-f", "-y", "-e", "trace=fsync,fdatasync,write", "-o", log];
        await run("strace", [
          ...calls,
          driver.node ?? "",
          ...program,
          file,
          driver.name,
          "acknowledge",
          synchronous,
        ]);
        expect(flushesPerGroup(readFileSync(log, "utf8"), file)).toEqual(
          [1, 1, 1, 1].map((each) => (synchronous === "full" ? each : 0)),
        );
      }
    },
  );
}

/** The log's flushes that had ended between one acknowledgement and the next. */
function flushesPerGroup(trace: string, file: string): number[] {
  const counts: number[] = [];
  let flushes: number | undefined;
  for (const line of trace.split("\n")) {
    if (line.includes("acknowledged ")) {
      if (flushes !== undefined) counts.push(flushes);
      flushes = 0;
    } else if (flushes !== undefined && new RegExp(`f(data)?sync\\(\\d+<${file}-wal>`).test(line))
      flushes += 1;
  }
  return counts;
}

test("a driver that does not exist, and one that this Node does not have, are refused with what to do", async () => {
  expect(() => sqliteInbox({ path: "x.db", driver: "sqlite3" as "node:sqlite" })).toThrow(
    /`driver` is "node:sqlite" or "better-sqlite3", not "sqlite3"/,
  );
  for (const { name, isHere } of drivers) {
    if (isHere) continue;
    const inbox = sqliteInbox({ path: join(folder, "none.db"), driver: name });
    await expect(inbox.open(contextFor())).rejects.toMatchObject({
      code: name === "node:sqlite" ? "ERR_PEER_MISSING" : "ERR_INBOX_UNAVAILABLE",
      message: expect.stringMatching(/Node 22\.13 or later.*better-sqlite3|better-sqlite3.*Node 22\.13/),
    });
  }
});

test("an SQLite that can damage files is named with its driver's remedy", () => {
  expect(weaknessOf("3.47.2", "node:sqlite")).toMatch(/^This Node .* update Node, or npm install/);
  expect(weaknessOf("3.47.2", "better-sqlite3")).toMatch(/^The installed better-sqlite3 .*npm install/);
});

interface Warned {
  readonly sqliteVersion: string;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

/** What a listener on a new file warns of. */
async function warned(driver: TestedDriver, preloads: readonly string[] = []): Promise<Warned> {
  const [loader = "", hooks = ""] = program;
  const child = join(import.meta.dirname, "warned-child.ts");
  const imports = preloads.flatMap((file) => ["--import", join(import.meta.dirname, file)]);
  const file = join(folder, `warned-${driver.name.replace(":", "-")}-${preloads.length}.db`);
  const args = [loader, hooks, ...imports, child, file, driver.name];
  return JSON.parse((await run(driver.node ?? "", args)).stdout);
}

for (const driver of drivers) {
  test.skipIf(driver.node === undefined)(
    `a listener on ${driver.name} warns where its SQLite can damage files, and only there${driver.node === undefined ? driver.reason : ""}`,
    async () => {
      const { sqliteVersion, warnings } = await warned(driver);
      const weakness = weaknessOf(sqliteVersion, driver.name);
      const found = warnings.filter(({ code }) => code === "ERR_INBOX_WEAK");
      expect(found).toHaveLength(weakness === undefined ? 0 : 1);
      for (const { message } of found) expect(message).toContain(`SQLite ${sqliteVersion}`);
    },
  );
}

const { node: nodeOfPackage, ...packaged } =
  drivers.find(({ name }) => name === "better-sqlite3") ?? expect.fail();
test.skipIf(nodeOfPackage === undefined)(
  `a listener on a better-sqlite3 with an SQLite of an earlier version warns once, with what to install${nodeOfPackage === undefined ? packaged.reason : ""}`,
  async () => {
    const { sqliteVersion, warnings } = await warned({ ...packaged, node: nodeOfPackage }, [
      "old-sqlite.mjs",
    ]);
    expect(sqliteVersion).toBe("3.47.2");
    expect(warnings).toEqual([
      {
        code: "ERR_INBOX_WEAK",
        message: expect.stringMatching(/better-sqlite3 has SQLite 3\.47\.2\. .*npm install better-sqlite3@/),
      },
    ]);
  },
);

test("Node's numbers of SQLite's errors mean the same as the names that better-sqlite3 has", () => {
  const code = (errcode: number) =>
    sqliteCode(Object.assign(new Error(), { code: "ERR_SQLITE_ERROR", errcode }));
  expect([13, 10, 266, 522, 8458, 778, 11, 26, 5, 517, 8, 14, 19, 2067, 18, 25, 1].map(code)).toEqual(
    [
      ...["FULL", "IOERR", "IOERR_READ", "IOERR_SHORT_READ", "IOERR_CORRUPTFS", "IOERR", "CORRUPT", "NOTADB"],
      ...["BUSY", "BUSY", "READONLY", "CANTOPEN", "CONSTRAINT", "CONSTRAINT", "TOOBIG", "RANGE", "ERROR"],
    ].map((name) => `SQLITE_${name}`),
  );
  expect(sqliteCode(new Error("other"))).toBe("");
});
