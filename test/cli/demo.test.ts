import { expect, test } from "vitest";
import { start } from "./cli.js";

test("demo prints once that duplicates are not run, and exits with 0 at Ctrl-C", async () => {
  const demo = await start(["demo", "--rate", "20"]);
  await demo.out(/(over the [\s\S]*){6}/);
  await demo.err(/The duplicate is not run/);
  demo.child.kill("SIGINT");
  const { code, stdout, stderr } = await demo.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^fired (\d+), received \1, lost 0, run twice 0\n$/m);
  expect(stderr.match(/not run/g)).toHaveLength(1);
});
