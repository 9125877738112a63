// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface JiraTriggers {
  /** Issue created. Fires when an issue is created in the project. */
  JIRA_NEW_ISSUE_TRIGGER: {
    config: {
      /**
       * The key of the project.
       * @example "SITE"
       */
      project_key: string;
    };
    payload: {
      /**
       * The issue's id.
       * @example "10041"
       */
      issue_id: string;
      /**
       * The issue's key.
       * @example "SITE-41"
       */
      issue_key: string;
      /**
       * The key of its project.
       * @example "SITE"
       */
      project_key: string;
      /**
       * Its title.
       * @example "The opening hours are missing"
       */
      summary: string;
      /**
       * Its description.
       * @example "They were there last week."
       */
      description: string | null;
      /**
       * Who reported it.
       * @example "Mona Lisa"
       */
      reporter: string;
      /**
       * Who has it.
       * @example "Hubot"
       */
      assignee: string | null;
      /**
       * When it was created.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string;
    };
  };
  /** Project created. Fires when a project is created. */
  JIRA_NEW_PROJECT_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * The project's id.
       * @example "10002"
       */
      project_id: string;
      /**
       * Its key.
       * @example "SITE"
       */
      project_key: string;
      /**
       * Its name.
       * @example "Site relaunch"
       */
      project_name: string;
      /**
       * Its sort.
       * @example "software"
       */
      project_type: string;
      /**
       * Who leads it.
       * @example "Mona Lisa"
       */
      lead_name: string;
      /**
       * When it was created.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string;
    };
  };
  /** Issue updated. Fires when an issue of the project changes. */
  JIRA_UPDATED_ISSUE_TRIGGER: {
    config: {
      /**
       * The key of the project.
       * @example "SITE"
       */
      project_key: string;
    };
    payload: {
      /**
       * The issue's id.
       * @example "10041"
       */
      issue_id: string;
      /**
       * The issue's key.
       * @example "SITE-41"
       */
      issue_key: string;
      /**
       * The key of its project.
       * @example "SITE"
       */
      project_key: string;
      /**
       * Its title.
       * @example "The opening hours are missing"
       */
      summary: string;
      /**
       * Its description.
       * @example "They were there last week."
       */
      description: string | null;
      /**
       * Who reported it.
       * @example "Mona Lisa"
       */
      reporter: string;
      /**
       * Who has it.
       * @example "Hubot"
       */
      assignee: string | null;
      /**
       * When it changed.
       * @example "2025-03-11T14:05:09Z"
       */
      updated_at: string;
      /** The fields that changed, with what they are now. */
      updated_fields: Record<string, unknown>;
    };
  };
}
