import { anything, nullable, text, triggersOf, when } from "../fields.js";

const config = { project_key: text("The key of the project.", "SITE") };

const issue = {
  issue_id: text("The issue's id.", "10041"),
  issue_key: text("The issue's key.", "SITE-41"),
  project_key: text("The key of its project.", "SITE"),
  summary: text("Its title.", "The opening hours are missing"),
  description: nullable(text("Its description.", "They were there last week.")),
  reporter: text("Who reported it.", "Mona Lisa"),
  assignee: nullable(text("Who has it.", "Hubot")),
};

export const jiraTriggers = () =>
  triggersOf(
    { name: "jira", displayName: "Jira", version: "20250930_00" },
    {
      JIRA_NEW_ISSUE_TRIGGER: {
        displayName: "Issue created",
        description: "Fires when an issue is created in the project.",
        config,
        payload: { ...issue, created_at: when("When it was created.") },
      },
      JIRA_UPDATED_ISSUE_TRIGGER: {
        displayName: "Issue updated",
        description: "Fires when an issue of the project changes.",
        config,
        payload: {
          ...issue,
          updated_at: when("When it changed."),
          updated_fields: anything("The fields that changed, with what they are now.", {
            status: "In progress",
          }),
        },
      },
      JIRA_NEW_PROJECT_TRIGGER: {
        displayName: "Project created",
        description: "Fires when a project is created.",
        config: {},
        payload: {
          project_id: text("The project's id.", "10002"),
          project_key: text("Its key.", "SITE"),
          project_name: text("Its name.", "Site relaunch"),
          project_type: text("Its sort.", "software"),
          lead_name: text("Who leads it.", "Mona Lisa"),
          created_at: when("When it was created."),
        },
      },
    },
  );
