import { anything, list, optional, text, toolsOf, upTo, whole } from "../fields.js";

const key = text("The issue's key or id.", "SITE-41");
const summary = text("The title.", "The opening hours are missing");
const description = optional(text("What it says.", "They were there last week."));
const issue = {
  id: text("The issue's id.", "10041"),
  key: text("The issue's key.", "SITE-41"),
  self: text("Its address in the API.", "https://acme.atlassian.net/rest/api/3/issue/10041"),
};
const fields = anything("Its fields.", {
  summary: "The opening hours are missing",
  status: { name: "To Do" },
});

/** Calls of Jira's API. */
export const jiraTools = () =>
  toolsOf(
    { name: "jira", displayName: "Jira", version: "20250930_00" },
    {
      JIRA_CREATE_ISSUE: {
        displayName: "Create issue",
        description: "Creates an issue in a project.",
        does: "create",
        important: true,
        input: {
          project_key: text("The project's key.", "SITE"),
          summary,
          issue_type: optional(text("What sort of issue it is.", "Task", "Bug"), "Task"),
          description,
          assignee: optional(text("Who is to do it.", "Hubot")),
          labels: optional(list("Labels.", text("A label.", "ui"))),
        },
        output: issue,
      },
      JIRA_GET_ISSUE: {
        displayName: "Get issue",
        description: "Reads an issue.",
        does: "read",
        important: true,
        input: { issue_key: key },
        output: { ...issue, fields },
      },
      JIRA_EDIT_ISSUE: {
        displayName: "Edit issue",
        description: "Changes an issue: whatever is given replaces what was there.",
        does: "update",
        input: {
          issue_id_or_key: key,
          summary: optional(summary),
          description,
          assignee: optional(text("Who is to do it.", "Hubot")),
          labels: optional(list("Labels.", text("A label.", "ui"))),
        },
        output: { ...issue, fields },
      },
      JIRA_ADD_COMMENT: {
        displayName: "Add comment",
        description: "Comments on an issue.",
        does: "create",
        important: true,
        input: { issue_id_or_key: key, comment: text("The comment.", "Are these right?") },
        output: { id: text("The comment's id.", "20001"), body: text("What it says.", "Are these right?") },
      },
      JIRA_LIST_ISSUE_COMMENTS: {
        displayName: "List issue comments",
        description: "Lists the comments on an issue, oldest first.",
        does: "read",
        input: { issue_id_or_key: key, max_results: upTo("How many at most.", 100, 50) },
        output: {
          comments: list("The comments.", anything("A comment.", { id: "20001", body: "Are these right?" })),
          total: whole("How many there are.", 1),
        },
      },
    },
  );
