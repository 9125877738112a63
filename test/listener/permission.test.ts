import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { signedWebhook } from "../../src/testing/index.js";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { compile, run } from "../support/program.js";

const root = join(import.meta.dirname, "../..");
let program: string;
beforeAll(async () => {
  program = await compile(join(import.meta.dirname, "programs/guarded.ts"));
});

const has = (option: string) => process.allowedNodeEnvironmentFlags.has(option);

/** What docs/deployment.md names, for this Node. */
function grants(folder: string): string[] {
  return [
    has("--permission") ? "--permission" : "--experimental-permission",
    `--allow-fs-read=${root}`,
    `--allow-fs-read=${folder}`,
    `--allow-fs-write=${folder}`,
    "--allow-worker",
    ...(has("--allow-net") ? ["--allow-net"] : []),
    ...(isBuiltin("node:sqlite") ? [] : ["--allow-addons"]),
  ];
}

test("with the grants that the docs name, a listener stores and runs an event, and reads nothing else", async () => {
  const { folder, remove } = temporaryFolder();
  const listener = run(program, [join(folder, "events.db")], {}, grants(folder));
  const url = new URL("/webhook", (await listener.line(/^url /)).slice(4));
  const { body, headers } = signedWebhook({
    secret: "a secret of some length",
    triggerName: "GUARDED",
    payload: { a: 1 },
    logId: "log_1",
  });
  const response = await fetch(url, { method: "POST", body, headers });
  expect(response.status).toBe(200);
  expect(await listener.line(/^ran /)).toBe("ran log_1: ERR_ACCESS_DENIED");
  expect(listener.lines.filter((line) => /^inbox\.error/.test(line))).toEqual([]);
  listener.child.kill("SIGTERM");
  await listener.ended;
  remove();
});

test("without the grant for its thread, the inbox says which one is missing", async () => {
  const { folder, remove } = temporaryFolder();
  const without = grants(folder).filter((option) => option !== "--allow-worker");
  const listener = run(program, [join(folder, "events.db")], {}, without);
  expect(await listener.line(/Error/)).toMatch(/add --allow-worker/);
  expect(await listener.ended).toBe(1);
  remove();
});

test("the docs name each grant", () => {
  const page = readFileSync(join(root, "docs/deployment.md"), "utf8");
  const named = ["--permission", "--experimental-permission", "--allow-fs-read", "--allow-fs-write"];
  for (const option of [...named, "--allow-worker", "--allow-net", "--allow-addons"]) {
    expect(page).toContain(`\`${option}`);
  }
});
