import { expect, test } from "vitest";
import { builtInTools } from "../../../src/catalog/index.js";
import { samplePayload } from "../../../src/json-schema/sample.js";
import { findMismatches } from "../../../src/json-schema/validate.js";
import { call, enable, run } from "./fixture.js";

type Platform = Awaited<ReturnType<typeof run>>;

async function execute(platform: Platform, slug: string, args: object) {
  const body = { user_id: "default", arguments: args };
  const { json } = await call(platform, "POST", `/api/v3.1/tools/execute/${slug}`, { body });
  expect(json, slug).toMatchObject({ error: null, successful: true });
  return json.data;
}

const fired = (platform: Platform) =>
  platform
    .events()
    .map(({ event }) => [event.triggerName, event.payload] as const)
    .reverse();

test("every tool of the catalog does something of its own", async () => {
  const platform = await run();
  const without = builtInTools().filter(({ name }) => platform.world.effectOf(name) === undefined);
  expect(without).toEqual([]);
});

const site = { owner: "acme", repo: "site" };
const page = "59833787-2cf9-4fdf-8782-e53db20768a5";
const team = "72b2a2dc-6f4f-4423-9d34-24b5bd10634a";
const sheet = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms";

/** What a tool does, the trigger that it fires, and what another tool reads then. */
const effects: readonly {
  readonly tool: string;
  readonly args: object;
  readonly trigger: string;
  readonly config?: object;
  readonly payload: object;
  readonly read: readonly [tool: string, args: object, data: object];
}[] = [
  {
    tool: "GITHUB_CREATE_AN_ISSUE",
    args: { ...site, title: "Broken", labels: ["bug"] },
    trigger: "GITHUB_ISSUE_ADDED_EVENT",
    config: site,
    payload: { action: "opened", number: 43, title: "Broken", createdBy: "octocat" },
    read: ["GITHUB_LIST_REPOSITORY_ISSUES", { ...site, labels: "bug" }, { details: [{ number: 43 }] }],
  },
  {
    tool: "GITHUB_CREATE_A_PULL_REQUEST",
    args: { ...site, title: "Mend", head: "mend", base: "main" },
    trigger: "GITHUB_PULL_REQUEST_EVENT",
    config: site,
    payload: { action: "opened", number: 43, title: "Mend" },
    read: [
      "GITHUB_GET_A_PULL_REQUEST",
      { ...site, pull_number: 43 },
      { merged: false, head: { ref: "mend" } },
    ],
  },
  {
    tool: "GITHUB_ADD_LABELS_TO_AN_ISSUE",
    args: { ...site, issue_number: 42, labels: ["ready"] },
    trigger: "GITHUB_LABEL_ADDED_EVENT",
    config: site,
    payload: { label: "ready", pull_request_number: 42 },
    read: ["GITHUB_GET_AN_ISSUE", { ...site, issue_number: 42 }, { labels: [{ name: "ready" }] }],
  },
  {
    tool: "GITHUB_MERGE_A_PULL_REQUEST",
    args: { ...site, pull_number: 42 },
    trigger: "GITHUB_COMMIT_EVENT",
    config: site,
    payload: { message: "Merge pull request #42", author: "octocat" },
    read: ["GITHUB_GET_A_PULL_REQUEST", { ...site, pull_number: 42 }, { merged: true, state: "closed" }],
  },
  {
    tool: "GMAIL_SEND_EMAIL",
    args: { recipient_email: "default@example.com", subject: "Lunch?", body: "Noon?" },
    trigger: "GMAIL_NEW_GMAIL_MESSAGE",
    config: {},
    payload: { subject: "Lunch?", message_text: "Noon?", sender: "default@example.com" },
    read: ["GMAIL_FETCH_EMAILS", { query: "subject:lunch is:unread" }, { messages: [{ subject: "Lunch?" }] }],
  },
  {
    tool: "NOTION_CREATE_NOTION_PAGE",
    args: { parent_id: page.replaceAll("-", ""), title: "Hours" },
    trigger: "NOTION_PAGE_ADDED_TRIGGER",
    config: { page_id: page },
    payload: { event_type: "block_added", block: { child_page: { title: "Hours" } } },
    read: ["NOTION_SEARCH_NOTION_PAGE", { query: "hours" }, { results: [{ object: "page" }] }],
  },
  {
    tool: "NOTION_CREATE_COMMENT",
    args: { parent_page_id: page, comment: { content: "Right?" } },
    trigger: "NOTION_COMMENTS_ADDED_TRIGGER",
    config: { block_id: page },
    payload: { event_type: "comment_added" },
    read: [
      "NOTION_FETCH_COMMENTS",
      { block_id: page },
      { results: [{ rich_text: [{ plain_text: "Right?" }] }] },
    ],
  },
  {
    tool: "LINEAR_CREATE_LINEAR_ISSUE",
    args: { team_id: team, title: "Broken", priority: 1 },
    trigger: "LINEAR_ISSUE_CREATED_TRIGGER",
    config: { team_id: team },
    payload: { action: "create", data: { title: "Broken", priority: 1 } },
    read: ["LINEAR_GET_LINEAR_ISSUE", { issue_id: "SITE-42" }, { title: "Broken", state: { name: "Todo" } }],
  },
  {
    tool: "GOOGLECALENDAR_CREATE_EVENT",
    args: { start_datetime: "2025-07-12T09:00:00", timezone: "Europe/Berlin", summary: "Relaunch" },
    trigger: "GOOGLECALENDAR_GOOGLE_CALENDAR_EVENT_CREATED_TRIGGER",
    config: {},
    payload: {
      summary: "Relaunch",
      start_time: "2025-07-12T07:00:00.000Z",
      end_time: "2025-07-12T07:30:00.000Z",
    },
    read: ["GOOGLECALENDAR_FIND_EVENT", { query: "relaunch" }, { event_data: [{ summary: "Relaunch" }] }],
  },
  {
    tool: "GOOGLESHEETS_SPREADSHEETS_VALUES_APPEND",
    args: { spreadsheetId: sheet, range: "Sheet1", valueInputOption: "RAW", values: [["Mona", "1"]] },
    trigger: "GOOGLESHEETS_NEW_ROWS_TRIGGER",
    config: { spreadsheet_id: sheet },
    payload: { row_number: 1, row_data: ["Mona", "1"] },
    read: [
      "GOOGLESHEETS_BATCH_GET",
      { spreadsheet_id: sheet, ranges: ["Sheet1!A1:A9"] },
      { valueRanges: [{ values: [["Mona"]] }] },
    ],
  },
  {
    tool: "JIRA_CREATE_ISSUE",
    args: { project_key: "SITE", summary: "Broken" },
    trigger: "JIRA_NEW_ISSUE_TRIGGER",
    config: { project_key: "SITE" },
    payload: { issue_key: "SITE-1", summary: "Broken" },
    read: ["JIRA_GET_ISSUE", { issue_key: "SITE-1" }, { fields: { summary: "Broken" } }],
  },
  {
    tool: "TODOIST_CREATE_TASK",
    args: { content: "Milk" },
    trigger: "TODOIST_NEW_TASK_CREATED",
    config: {},
    payload: { task: { content: "Milk" } },
    read: ["TODOIST_GET_ALL_TASKS", {}, { tasks: [{ content: "Milk" }] }],
  },
  {
    tool: "TRELLO_ADD_CARDS",
    args: { idList: "5abbe4b7ddc1b351ef961415", name: "Hours" },
    trigger: "TRELLO_NEW_CARD_TRIGGER",
    config: { idBoard: "5abbe4b7ddc1b351ef961414" },
    payload: { card_name: "Hours" },
    read: [
      "TRELLO_GET_BOARDS_CARDS_BY_ID_BOARD",
      { idBoard: "5abbe4b7ddc1b351ef961414" },
      { details: [{ name: "Hours" }] },
    ],
  },
];

test.each(effects.map((effect) => [effect.tool, effect] as const))(
  "%s fires its trigger with a payload of its schema, and is seen by another tool",
  async (_, { tool, args, trigger, config, payload, read: [reader, readArgs, data] }) => {
    const platform = await run();
    await enable(platform, trigger, config ?? {});
    await execute(platform, tool, args);
    expect(fired(platform)).toMatchObject([[trigger, payload]]);
    const { json: type } = await call(platform, "GET", `/api/v3.1/triggers_types/${trigger}`);
    expect(findMismatches(fired(platform)[0]?.[1], type.payload)).toEqual([]);
    expect(await execute(platform, reader, readArgs)).toMatchObject(data);
  },
);

test("no argument that fits a tool's schema breaks the platform, and data fits the output schema", async () => {
  const platform = await run();
  let turn = 0;
  const random = () => (turn++ * 0.618) % 1;
  for (const tool of builtInTools()) {
    for (let round = 0; round < 5; round += 1) {
      const body = { user_id: "default", arguments: samplePayload(tool.input, random) };
      const got = await call(platform, "POST", `/api/v3.1/tools/execute/${tool.name}`, { body });
      expect(got.status, `${tool.name} ${JSON.stringify(body)} ${got.text}`).toBe(200);
      if (got.json.successful) {
        expect(findMismatches(got.json.data, tool.output), `${tool.name} ${got.text}`).toEqual([]);
      }
    }
  }
});

test("a fired payload whose members have no text of their own is no error", async () => {
  const platform = await run();
  await enable(platform, "GMAIL_NEW_GMAIL_MESSAGE", {});
  const odd = { toString: 1 };
  const data = { message_id: "m1", sender: odd, subject: odd, message_text: odd };
  await platform.fire("GMAIL_NEW_GMAIL_MESSAGE", { data });
  expect(platform.world.gmail.messages()).toMatchObject([{ id: "m1", subject: '{"toString":1}' }]);
});

test("the world stays within its limits", async () => {
  const platform = await run();
  const text = "x".repeat(39_000);
  for (let number = 0; number < 500; number += 1) platform.world.slack.post({ channel: "general", text });
  const bytes = JSON.stringify(platform.world).length;
  expect(bytes).toBeLessThan(20 * 1024 * 1024);
  expect(platform.world.slack.messages().at(-1)?.text).toBe(text);
});
