import fc from "fast-check";
import { expect, test } from "vitest";
import { nearest, nearestFew } from "../../src/base/suggest.js";

const names = [
  "GITHUB_STAR_ADDED_EVENT",
  "GITHUB_ISSUE_ADDED_EVENT",
  "GITHUB_COMMIT_EVENT",
  "SLACK_RECEIVE_MESSAGE",
  "GMAIL_NEW_GMAIL_MESSAGE",
];
const keys = ["triggerName", "appName", "triggerId", "connectionId", "integrationId", "entityId", "payload"];

test.each([
  ["GITHUB_STAR_ADED_EVENT", "GITHUB_STAR_ADDED_EVENT"],
  ["github_star_added_evnet", "GITHUB_STAR_ADDED_EVENT"],
  ["STAR_ADDED", "GITHUB_STAR_ADDED_EVENT"],
  ["SLACK_MESSAGE_RECEIVE", "SLACK_RECEIVE_MESSAGE"],
  ["GMAIL_NEW_MESSAGE", "GMAIL_NEW_GMAIL_MESSAGE"],
])("for the trigger %s, %s is offered", (given, wanted) => {
  expect(nearest(given, names)).toBe(wanted);
});

test.each([
  ["triggerNames", "triggerName"],
  ["trigername", "triggerName"],
  ["entity", "entityId"],
  ["paylaod", "payload"],
])("for the key %s, %s is offered", (given, wanted) => {
  expect(nearest(given, keys)).toBe(wanted);
});

test("what is like nothing known gets no offer", () => {
  expect(nearest("weather", keys)).toBeUndefined();
  expect(nearest("", keys)).toBeUndefined();
  expect(nearest("x", [])).toBeUndefined();
});

test("several are offered nearest first, and not more than asked for", () => {
  expect(nearestFew("GITHUB_STAR_EVENT", names, 2)).toEqual([
    "GITHUB_STAR_ADDED_EVENT",
    "GITHUB_COMMIT_EVENT",
  ]);
});

test("a known word is its own nearest, and one wrong letter in six does not hide it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{6,20}$/), { minLength: 1 }),
      fc.nat(),
      fc.nat(),
      (words, which, where) => {
        const word = words[which % words.length] ?? "";
        expect(nearest(word, words)).toBe(word);
        const cut = where % word.length;
        expect(nearest(`${word.slice(0, cut)}#${word.slice(cut + 1)}`, [word])).toBe(word);
      },
    ),
  );
});
