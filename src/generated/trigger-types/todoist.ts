// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface TodoistTriggers {
  /** Task created. Fires when a task is created. */
  TODOIST_NEW_TASK_CREATED: {
    config: {
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * What happened.
       * @example "task_added"
       */
      event_type: string;
      /** The task as Todoist's API gives it. */
      task: Record<string, unknown>;
    };
  };
}
