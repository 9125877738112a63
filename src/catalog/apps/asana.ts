import { list, nullable, optional, record, text, triggersOf, when } from "../fields.js";

const resource = (description: string, gid: string, type: string) =>
  record(description, {
    gid: text("Its id.", gid),
    resource_type: text("What it is.", type),
    resource_subtype: optional(nullable(text("What sort of it.", "default_task"))),
  });

export const asanaTriggers = () =>
  triggersOf(
    { name: "asana", displayName: "Asana", version: "20250930_00" },
    {
      ASANA_TASK_TRIGGER: {
        displayName: "Task changed",
        description:
          "Fires when tasks of a project are added, changed or deleted; several changes may come together.",
        config: { project_gid: text("The id of the project.", "1209876543210987") },
        payload: {
          // https://developers.asana.com/docs/webhooks-guide
          events: list(
            "What happened, oldest first.",
            record("One change.", {
              action: text("What was done.", "added", "changed", "removed", "deleted"),
              created_at: when("When it was done."),
              resource: resource("What it was done to.", "1201234567890123", "task"),
              parent: nullable(resource("What that belongs to.", "1209876543210987", "project")),
              user: nullable(resource("Who did it.", "1205555555555555", "user")),
            }),
          ),
        },
      },
    },
  );
