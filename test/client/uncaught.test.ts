import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { ApiError, EarshotError, solutionOf, Toolset, TriggerListener } from "earshot";
import { expect, test } from "vitest";
import { compile } from "../support/program.js";

test("a printed error shows what to do, and no undocumented members", () => {
  const shown = inspect(new EarshotError("ERR_KEY_MISSING", "No key."));
  expect(shown).toContain(solutionOf("ERR_KEY_MISSING"));
  const bare = new ApiError("ERR_NETWORK", "GET / failed", { status: undefined, cause: new Error("reset") });
  expect(inspect(bare)).not.toContain("undefined");
  expect(Object.keys(bare)).not.toContain("status");
  expect(bare.status).toBeUndefined();
  expect(new ApiError("ERR_API", "no", { status: 500, requestId: "r" })).toMatchObject({
    status: 500,
    requestId: "r",
    solution: solutionOf("ERR_API"),
  });
});

test("a script without a catch ends with what to do on stderr", async () => {
  const file = join(import.meta.dirname, "../../node_modules/.cache", `uncaught-${process.pid}.ts`);
  await writeFile(file, 'import { Toolset } from "earshot";\nawait new Toolset().listTriggers();\n');
  const program = await compile(file, "uncaught");
  const { stderr, status } = spawnSync(process.execPath, [program], {
    env: { PATH: process.env.PATH },
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stderr).toContain("solution: ");
  expect(stderr).toContain("COMPOSIO_API_KEY");
});

test("a type of listener event that does not exist is an error that offers the nearest", () => {
  const alone = new TriggerListener({ webhook: { port: 0, path: "/in", unsigned: true } });
  const lent = new Toolset({ apiKey: "local" }).createTriggerListener();
  for (const listener of [alone, lent]) {
    expect(() => listener.on("socket.redy" as "websocket.ready", () => undefined)).toThrow(
      /Did you mean "websocket.ready"/,
    );
    expect(() => listener.on("nonsense" as "warning", () => undefined)).toThrow(
      /The types are .*callback\.failed/,
    );
    expect(() => listener.on("toString" as "warning", () => undefined)).toThrow(/no listener event/);
    listener.on("*", () => undefined)();
    listener.on("inbox.error", () => undefined)();
  }
});
