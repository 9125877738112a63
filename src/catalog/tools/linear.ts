import {
  anything,
  flag,
  formatted,
  list,
  nullable,
  optional,
  text,
  toolsOf,
  upTo,
  whole,
  wholeFrom,
} from "../fields.js";

const team = text("The team's id.", "72b2a2dc-6f4f-4423-9d34-24b5bd10634a");
const issueId = text("The issue's id, or its identifier.", "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9", "SITE-41");

const changes = {
  description: optional(text("What it says, in Markdown.", "They were there last week.")),
  assignee_id: optional(text("The id of who is to do it.", "aacdca22-6266-4c0a-ab3c-8fa70a26765c")),
  state_id: optional(text("The id of its state.", "state-in-progress")),
  priority: optional(whole("0 none, 1 urgent, 2 high, 3 normal, 4 low.", 2)),
  due_date: optional(formatted("date", "When it is due.", "2025-03-31")),
  estimate: optional(wholeFrom("How much work it is, in points.", 0, 0)),
  label_ids: optional(list("Ids of labels.", text("A label's id.", "label-bug"))),
  project_id: optional(text("The project's id.", "project-site")),
  parent_id: optional(
    text("The id of the issue that it is part of.", "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9"),
  ),
};

const shown = {
  id: text("The issue's id.", "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9"),
  identifier: text("What people call it.", "SITE-41"),
  title: text("Its title.", "The opening hours are missing"),
  description: nullable(text("What it says.", "They were there last week.")),
  priority: whole("Its priority.", 2),
  state: anything("Its state.", { id: "state-todo", name: "Todo", type: "unstarted" }),
  url: text("Its page.", "https://linear.app/acme/issue/SITE-41"),
};

/** Calls of Linear's API. */
export const linearTools = () =>
  toolsOf(
    { name: "linear", displayName: "Linear", version: "20250930_00" },
    {
      LINEAR_CREATE_LINEAR_ISSUE: {
        displayName: "Create linear issue",
        description: "Creates an issue in a team.",
        does: "create",
        important: true,
        input: { team_id: team, title: text("The title.", "The opening hours are missing"), ...changes },
        output: shown,
      },
      LINEAR_UPDATE_ISSUE: {
        displayName: "Update issue",
        description: "Changes an issue: whatever is given replaces what was there.",
        does: "update",
        important: true,
        input: {
          issue_id: issueId,
          title: optional(text("The title.", "The opening hours are missing")),
          ...changes,
        },
        output: shown,
      },
      LINEAR_GET_LINEAR_ISSUE: {
        displayName: "Get Linear issue",
        description: "Reads an issue with its comments.",
        does: "read",
        important: true,
        input: { issue_id: issueId },
        output: {
          ...shown,
          comments: list("Its comments, oldest first.", anything("A comment.", { body: "Are these right?" })),
        },
      },
      LINEAR_LIST_LINEAR_ISSUES: {
        displayName: "List Linear issues",
        description: "Lists issues, newest first.",
        does: "read",
        important: true,
        input: {
          project_id: optional(text("Only issues of this project.", "project-site")),
          assignee_id: optional(
            text("Only issues that this user has.", "aacdca22-6266-4c0a-ab3c-8fa70a26765c"),
          ),
          first: upTo("How many at most.", 250, 10),
          after: optional(text("`end_cursor` of the page before.")),
        },
        output: {
          issues: list("The issues.", anything("An issue.", { identifier: "SITE-41" })),
          page_info: anything("Where the next page begins.", { has_next_page: false, end_cursor: "" }),
        },
      },
      LINEAR_CREATE_LINEAR_COMMENT: {
        displayName: "Create a comment",
        description: "Comments on an issue.",
        does: "create",
        important: true,
        input: { issue_id: issueId, body: text("The comment, in Markdown.", "Are these right?") },
        output: {
          id: text("The comment's id.", "4d2a5b0e-5f0c-4f0a-9a2b-9d2d5a7b8c11"),
          body: text("What it says.", "Are these right?"),
          success: flag("Whether it was written.", true),
        },
      },
      LINEAR_LIST_LINEAR_STATES: {
        displayName: "List Linear states",
        description: "Lists the states that issues of a team go through.",
        does: "read",
        input: { team_id: team },
        output: { states: list("The states.", anything("A state.", { id: "state-todo", name: "Todo" })) },
      },
      LINEAR_GET_ALL_LINEAR_TEAMS: {
        displayName: "Get all teams",
        description: "Lists the teams of the workspace.",
        does: "read",
        input: {},
        output: {
          teams: list(
            "The teams.",
            anything("A team.", { id: "72b2a2dc-6f4f-4423-9d34-24b5bd10634a", key: "SITE" }),
          ),
        },
      },
    },
  );
