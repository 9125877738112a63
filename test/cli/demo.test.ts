import { expect, test } from "vitest";
import { start } from "./cli.js";

test("demo prints once that duplicates are not run, and exits with 0 at Ctrl-C", async () => {
  const demo = await start(["demo", "--rate", "20"]);
  await demo.out(/(over the [\s\S]*){6}/);
  await demo.err(/The duplicate is not run/);
  demo.child.kill("SIGINT");
  const { code, stdout, stderr } = await demo.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^fired (\d+), received \1, lost 0, run twice 0, replies in Slack [1-9]\d*\n$/m);
  // An event and what it is in Slack, side by side: a message of a person, and the bot's reply.
  expect(stdout).toMatch(/SLACK_RECEIVE_MESSAGE +over the \w+ +U\w+: My build is green$/m);
  expect(stdout).toMatch(/SLACK_RECEIVE_MESSAGE +over the \w+ +↳ roast bot: So is mold\.$/m);
  expect(stderr.match(/not run/g)).toHaveLength(1);
});
