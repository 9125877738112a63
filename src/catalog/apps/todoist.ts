import { anything, interval, text, triggersOf } from "../fields.js";

export const todoistTriggers = () =>
  triggersOf(
    { name: "todoist", displayName: "Todoist", version: "20250930_00" },
    {
      TODOIST_NEW_TASK_CREATED: {
        displayName: "Task created",
        description: "Fires when a task is created.",
        type: "poll",
        config: { interval },
        payload: {
          event_type: text("What happened.", "task_added"),
          task: anything("The task as Todoist's API gives it.", {
            id: "2995104339",
            content: "Buy milk",
            description: "",
            project_id: "2203306141",
            priority: 1,
            labels: ["home"],
            due: { date: "2025-03-12", string: "tomorrow", is_recurring: false },
            added_at: "2025-03-11T14:05:09.000000Z",
          }),
        },
      },
    },
  );
