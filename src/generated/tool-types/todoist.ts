// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface TodoistTools {
  /** Close task. Marks a task as done. */
  TODOIST_CLOSE_TASK: {
    arguments: {
      /**
       * The task's id.
       * @example "2995104339"
       */
      task_id: string;
    };
    data: Record<string, never>;
  };
  /** Create task. Creates a task. */
  TODOIST_CREATE_TASK: {
    arguments: {
      /**
       * What is to be done.
       * @example "Buy milk"
       */
      content: string;
      /**
       * More about it.
       * @example "Two bottles."
       */
      description?: string | undefined;
      /**
       * The project's id.
       * @example "2203306141"
       */
      project_id?: string | undefined;
      /**
       * When it is due, in words.
       * @example "tomorrow at 12"
       */
      due_string?: string | undefined;
      /**
       * 1 normal to 4 urgent.
       * @example 1
       */
      priority?: number | undefined;
      /** Names of labels. */
      labels?: string[] | undefined;
    };
    data: {
      /**
       * The task's id.
       * @example "2995104339"
       */
      id: string;
      /**
       * What is to be done.
       * @example "Buy milk"
       */
      content: string;
      /**
       * More about it.
       * @example ""
       */
      description: string;
      /**
       * The project's id.
       * @example "2203306141"
       */
      project_id: string;
      /**
       * 1 normal to 4 urgent.
       * @example 1
       */
      priority: number;
    };
  };
  /** Get all tasks. Lists the tasks that are not done. */
  TODOIST_GET_ALL_TASKS: {
    arguments: {
      /**
       * Only tasks of this project.
       * @example "2203306141"
       */
      project_id?: string | undefined;
      /**
       * Only tasks with this label.
       * @example "home"
       */
      label?: string | undefined;
    };
    data: {
      /** The tasks. */
      tasks: Record<string, unknown>[];
    };
  };
}
