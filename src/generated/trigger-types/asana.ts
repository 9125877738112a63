// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface AsanaTriggers {
  /** Task changed. Fires when tasks of a project are added, changed or deleted; several changes may come together. */
  ASANA_TASK_TRIGGER: {
    config: {
      /**
       * The id of the project.
       * @example "1209876543210987"
       */
      project_gid: string;
    };
    payload: {
      /** What happened, oldest first. */
      events: {
        /**
         * What was done.
         * @example "added"
         */
        action: string;
        /**
         * When it was done.
         * @example "2025-03-11T14:05:09Z"
         */
        created_at: string;
        /** What it was done to. */
        resource: {
          /**
           * Its id.
           * @example "1201234567890123"
           */
          gid: string;
          /**
           * What it is.
           * @example "task"
           */
          resource_type: string;
          /**
           * What sort of it.
           * @example "default_task"
           */
          resource_subtype?: string | null | undefined;
        };
        /** What that belongs to. */
        parent: {
          /**
           * Its id.
           * @example "1209876543210987"
           */
          gid: string;
          /**
           * What it is.
           * @example "project"
           */
          resource_type: string;
          /**
           * What sort of it.
           * @example "default_task"
           */
          resource_subtype?: string | null | undefined;
        } | null;
        /** Who did it. */
        user: {
          /**
           * Its id.
           * @example "1205555555555555"
           */
          gid: string;
          /**
           * What it is.
           * @example "user"
           */
          resource_type: string;
          /**
           * What sort of it.
           * @example "default_task"
           */
          resource_subtype?: string | null | undefined;
        } | null;
      }[];
    };
  };
}
