import { expect, test } from "vitest";
import { plainJson } from "../../src/base/plain-text.js";
import { createIo } from "../../src/cli/terminal/io.js";

test("JSON for a terminal has no control character and no direction mark, and is the same value", () => {
  const value = { "\u009b31m": "\u0007\u001b[31m \u007f\u0085\u009b2J \u202eabc\u2066 \ufeff \ud800 👍 é\n" };
  const text = plainJson(value);
  expect(JSON.parse(text)).toEqual(value);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(text).not.toMatch(/[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/);
  expect(text).toContain("👍 é");
});

test("`--json` writes a sender's text so that it moves no cursor of a terminal", async () => {
  const written: string[] = [];
  const stream = { write: (text: string, done?: () => void) => written.push(text) && done?.(), on: () => {} };
  const streams = { stdin: {}, stdout: stream, stderr: stream, env: {} };
  await createIo(streams as never).record({ name: "\u009b2J\u202e" });
  expect(written).toEqual(['{"name":"\\u009b2J\\u202e"}\n']);
});
