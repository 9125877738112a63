import { expect, test } from "vitest";
import { chooseTool } from "../../../src/dev/model/choose-tool.js";

const tools = [
  ["SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL", "Posts a message to a channel or a user"],
  ["SLACK_ADD_REACTION_TO_AN_ITEM", "Adds an emoji reaction to a message"],
  ["SLACK_LIST_ALL_CHANNELS", "Lists the channels of a workspace"],
  ["GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER", "Stars a repository"],
  ["GITHUB_CREATE_AN_ISSUE", "Creates an issue in a repository"],
  ["GITHUB_CREATE_AN_ISSUE_COMMENT", "Comments on an issue or pull request"],
  ["GITHUB_ADD_LABELS_TO_AN_ISSUE", "Adds labels to an issue"],
  ["GMAIL_SEND_EMAIL", "Sends an email to recipients"],
].map(([name = "", description = ""]) => ({ name, description, schema: {} }));

const turn = { system: "", user: "", calls: [], results: [] };
const chosen = (user: string, more: Partial<Parameters<typeof chooseTool>[0]> = {}) =>
  chooseTool({ tools, toolChoice: "auto", ...more }, { ...turn, user })?.name;

test.each([
  ["Star acme/site", "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER"],
  ["I like starring repositories: take acme/site", "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER"],
  ['Send a message with "Hello" to the Slack channel #general', "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL"],
  ["Which channels are there? List them.", "SLACK_LIST_ALL_CHANNELS"],
  ["React to it with an emoji", "SLACK_ADD_REACTION_TO_AN_ITEM"],
  ["Create an issue in acme/site", "GITHUB_CREATE_AN_ISSUE"],
  ["Add the labels bug and urgent to issue #7", "GITHUB_ADD_LABELS_TO_AN_ISSUE"],
  ["Comment on issue #7", "GITHUB_CREATE_AN_ISSUE_COMMENT"],
  ["Mail ada: send an email", "GMAIL_SEND_EMAIL"],
  ["Use github_create_an_issue, then star it", "GITHUB_CREATE_AN_ISSUE"],
  ["Good morning", undefined],
])("%j is for %s", (prompt, name) => {
  expect(chosen(prompt)).toBe(name);
});

test("tool choices are obeyed", () => {
  expect(chosen("Star acme/site", { toolChoice: "none" })).toBeUndefined();
  expect(chosen("Good morning", { toolChoice: "required" })).toBe(tools[0]?.name);
  const allowedTools = ["GMAIL_SEND_EMAIL"];
  expect(chosen("Star acme/site", { toolChoice: "required", allowedTools })).toBe("GMAIL_SEND_EMAIL");
  expect(chosen("Good morning", { tools: tools.slice(0, 1) })).toBe(tools[0]?.name);
});
