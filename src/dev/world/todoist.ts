import type { JsonObject } from "../../model/json.js";
import { type AppContext, isoOf } from "./app-context.js";
import { checkLength, type Effects, LONGEST_TEXT, ToolFailure } from "./effect.js";
import { Records } from "./records.js";

/** A task of the local Todoist. */
export interface TodoistTask {
  readonly id: string;
  readonly userId: string;
  readonly content: string;
  readonly description: string;
  readonly projectId: string;
  readonly priority: number;
  readonly labels: readonly string[];
  readonly due: string | null;
  readonly isDone: boolean;
  readonly addedAt: string;
}

const INBOX = "2203306141";

/** The local Todoist: a list of tasks for each user. */
export class TodoistWorld {
  readonly #context: AppContext;
  readonly #tasks: Records<TodoistTask>;
  #lastId = 2_995_104_339;

  constructor(context: AppContext) {
    this.#context = context;
    this.#tasks = new Records(({ id }) => id, context.changed);
  }

  begin(): void {}

  /** Oldest first, those that are done included. */
  tasks(userId = "default"): readonly TodoistTask[] {
    return this.#tasks.filter((task) => task.userId === userId);
  }

  toJSON() {
    return { tasks: this.#tasks.all() };
  }

  clear(): void {
    this.#tasks.clear();
  }

  effects(): Effects {
    return {
      TODOIST_CREATE_TASK: (args, { userId }) => {
        const content = checkLength(args.text("content"), 500, "content is too long");
        if (content.trim() === "") throw new ToolFailure("Required argument is missing: content");
        this.#lastId += 1;
        const task = this.#tasks.put({
          id: String(this.#lastId),
          ...{ userId, content },
          description: checkLength(args.text("description"), LONGEST_TEXT, "description is too long"),
          projectId: args.maybeText("project_id") ?? INBOX,
          priority: Math.min(4, Math.max(1, args.number("priority", 1))),
          labels: args.texts("labels") ?? [],
          due: args.maybeText("due_string") ?? null,
          isDone: false,
          addedAt: isoOf(this.#context),
        });
        const payload = { event_type: "task_added", task: shown(task) };
        this.#context.happened("TODOIST_NEW_TASK_CREATED", payload, (one) => one.userId === userId);
        return shown(task);
      },
      TODOIST_GET_ALL_TASKS: (args, { userId }) => {
        const [project, label] = [args.maybeText("project_id"), args.maybeText("label")];
        const found = this.tasks(userId).filter(
          ({ isDone, projectId, labels }) =>
            !isDone &&
            (project === undefined || projectId === project) &&
            (label === undefined || labels.includes(label)),
        );
        return { tasks: found.map(shown) };
      },
      TODOIST_CLOSE_TASK: (args, { userId }) => {
        const task = this.#tasks.get(args.text("task_id"));
        if (task?.userId !== userId) throw new ToolFailure("Task not found");
        this.#tasks.put({ ...task, isDone: true });
        return {};
      },
    };
  }
}

function shown({
  id,
  content,
  description,
  projectId,
  priority,
  labels,
  due,
  isDone,
  addedAt,
}: TodoistTask): JsonObject {
  return {
    ...{ id, content, description, priority, labels },
    project_id: projectId,
    due: due === null ? null : { string: due, is_recurring: false },
    is_completed: isDone,
    added_at: addedAt,
  };
}
