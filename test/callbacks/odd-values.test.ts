import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { oddValues } from "../support/odd-values.js";
import { compile } from "../support/program.js";
import { runs } from "../support/runs.js";
import { type Case, type Ended, type Order, ways } from "./odd-cases.js";

const MOST_MESSAGE = 4096;
const MOST_STACK = 16_384;

const allCases: readonly Case[] = oddValues.flatMap(({ name, resolvable }) =>
  ways.filter((way) => way !== "resolves with" || resolvable).map((way) => ({ value: name, way })),
);

function succeeds({ value, way }: Case): boolean {
  const { thrown, returned } = oddValues.find(({ name }) => name === value) ?? expect.fail(value);
  if (way === "returns" || way === "resolves with") return returned === "succeeds";
  if (way.startsWith("a report's listener")) return true;
  return thrown === "drops";
}

let program = "";
beforeAll(async () => {
  program = await compile(join(import.meta.dirname, "odd-values-child.ts"));
});

/** A process that runs events. @returns what runs one; it rejects where the process has ended */
async function start(inbox: "memory" | "sqlite"): Promise<(cases: readonly Case[]) => Promise<Ended>> {
  const { folder, remove } = temporaryFolder();
  const env = { ...process.env, INBOX: inbox, DB: join(folder, "inbox.db") };
  const child: ChildProcess = fork(program, { env, stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const exited = once(child, "exit");
  let hasExited = false;
  void exited.then(() => {
    hasExited = true;
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
    remove();
  });
  const answer = async () => {
    const died = exited.then(([code, signal]) => {
      throw new Error(`The process ended (${signal ?? code}).`);
    });
    const [message] = await Promise.race([once(child, "message"), died]);
    return message as unknown;
  };
  expect(await answer()).toBe("ready");
  let count = 0;
  return async (cases) => {
    if (hasExited) throw new Error("The process has ended.");
    count += 1;
    const answered = answer();
    child.send({ id: `odd_${count}`, cases } satisfies Order);
    return (await answered) as Ended;
  };
}

/** Checks how a record ended against what its callbacks did. */
function check(cases: readonly Case[], ended: Ended): void {
  const text = JSON.stringify(cases);
  const good = cases.flatMap((one, at) => (succeeds(one) ? [`odd ${at}`] : []));
  const bad = cases.flatMap((one, at) => (succeeds(one) ? [] : [`odd ${at}`]));
  expect(ended.state, text).toBe(bad.length === 0 ? "done" : "dead");
  // A memory inbox forgets what is done.
  if (ended.stored !== undefined) expect(ended.stored, text).toBe(ended.state);
  if (ended.stored === undefined || ended.stored === "done") return;
  expect([...ended.done].sort(), text).toEqual([...good, "plain"].sort());
  const failed = ended.failures.map(({ callback = "" }) => callback);
  // A drop is told of, and is no failure.
  expect([...new Set(failed)].filter((name) => bad.includes(name)).sort(), text).toEqual(bad);
  expect(failed.length, text).toBe(new Set(failed).size);
  for (const { message, stack, isWellFormed } of ended.failures) {
    expect(message, text).toBeLessThanOrEqual(MOST_MESSAGE);
    expect(stack, text).toBeLessThanOrEqual(MOST_STACK);
    expect(isWellFormed, text).toBe(true);
  }
}

// Many of the values keep a callback busy until its attempt times out.
describe.each(["memory", "sqlite"] as const)("over a %s inbox", { timeout: 180_000 }, (inbox) => {
  test("whatever a callback throws, rejects with or returns is one failed attempt or one success of its record, and the next event runs", async () => {
    const run = await start(inbox);
    for (const one of allCases)
      check([one], await run([one]).catch((error) => expect.fail(`${JSON.stringify(one)}: ${error}`)));
  });

  test("callbacks of one event that fail in several odd ways are counted each for itself", async () => {
    const run = await start(inbox);
    const cases = fc.array(fc.constantFrom(...allCases), { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cases, async (some) => check(some, await run(some))),
      { numRuns: runs(100, 25), endOnFailure: true },
    );
  });
});
