import { anything, list, optional, text, toolsOf, whole } from "../fields.js";

const taskId = text("The task's id.", "2995104339");
const task = {
  id: taskId,
  content: text("What is to be done.", "Buy milk"),
  description: text("More about it.", ""),
  project_id: text("The project's id.", "2203306141"),
  priority: whole("1 normal to 4 urgent.", 1),
};

/** Calls of Todoist's API. */
export const todoistTools = () =>
  toolsOf(
    { name: "todoist", displayName: "Todoist", version: "20250930_00" },
    {
      TODOIST_CREATE_TASK: {
        displayName: "Create task",
        description: "Creates a task.",
        does: "create",
        important: true,
        input: {
          content: text("What is to be done.", "Buy milk"),
          description: optional(text("More about it.", "Two bottles.")),
          project_id: optional(text("The project's id.", "2203306141")),
          due_string: optional(text("When it is due, in words.", "tomorrow at 12")),
          priority: optional(whole("1 normal to 4 urgent.", 1)),
          labels: optional(list("Names of labels.", text("A label.", "home"))),
        },
        output: task,
      },
      TODOIST_GET_ALL_TASKS: {
        displayName: "Get all tasks",
        description: "Lists the tasks that are not done.",
        does: "read",
        important: true,
        input: {
          project_id: optional(text("Only tasks of this project.", "2203306141")),
          label: optional(text("Only tasks with this label.", "home")),
        },
        output: { tasks: list("The tasks.", anything("A task.", { id: "2995104339", content: "Buy milk" })) },
      },
      TODOIST_CLOSE_TASK: {
        displayName: "Close task",
        description: "Marks a task as done.",
        does: "update",
        important: true,
        input: { task_id: taskId },
        output: {},
      },
    },
  );
