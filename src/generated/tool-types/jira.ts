// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface JiraTools {
  /** Add comment. Comments on an issue. */
  JIRA_ADD_COMMENT: {
    arguments: {
      /**
       * The issue's key or id.
       * @example "SITE-41"
       */
      issue_id_or_key: string;
      /**
       * The comment.
       * @example "Are these right?"
       */
      comment: string;
    };
    data: {
      /**
       * The comment's id.
       * @example "20001"
       */
      id: string;
      /**
       * What it says.
       * @example "Are these right?"
       */
      body: string;
    };
  };
  /** Create issue. Creates an issue in a project. */
  JIRA_CREATE_ISSUE: {
    arguments: {
      /**
       * The project's key.
       * @example "SITE"
       */
      project_key: string;
      /**
       * The title.
       * @example "The opening hours are missing"
       */
      summary: string;
      /**
       * What sort of issue it is.
       * @default "Task"
       * @example "Task"
       */
      issue_type?: string | undefined;
      /**
       * What it says.
       * @example "They were there last week."
       */
      description?: string | undefined;
      /**
       * Who is to do it.
       * @example "Hubot"
       */
      assignee?: string | undefined;
      /** Labels. */
      labels?: string[] | undefined;
    };
    data: {
      /**
       * The issue's id.
       * @example "10041"
       */
      id: string;
      /**
       * The issue's key.
       * @example "SITE-41"
       */
      key: string;
      /**
       * Its address in the API.
       * @example "https://acme.atlassian.net/rest/api/3/issue/10041"
       */
      self: string;
    };
  };
  /** Edit issue. Changes an issue: whatever is given replaces what was there. */
  JIRA_EDIT_ISSUE: {
    arguments: {
      /**
       * The issue's key or id.
       * @example "SITE-41"
       */
      issue_id_or_key: string;
      /**
       * The title.
       * @example "The opening hours are missing"
       */
      summary?: string | undefined;
      /**
       * What it says.
       * @example "They were there last week."
       */
      description?: string | undefined;
      /**
       * Who is to do it.
       * @example "Hubot"
       */
      assignee?: string | undefined;
      /** Labels. */
      labels?: string[] | undefined;
    };
    data: {
      /**
       * The issue's id.
       * @example "10041"
       */
      id: string;
      /**
       * The issue's key.
       * @example "SITE-41"
       */
      key: string;
      /**
       * Its address in the API.
       * @example "https://acme.atlassian.net/rest/api/3/issue/10041"
       */
      self: string;
      /** Its fields. */
      fields: Record<string, unknown>;
    };
  };
  /** Get issue. Reads an issue. */
  JIRA_GET_ISSUE: {
    arguments: {
      /**
       * The issue's key or id.
       * @example "SITE-41"
       */
      issue_key: string;
    };
    data: {
      /**
       * The issue's id.
       * @example "10041"
       */
      id: string;
      /**
       * The issue's key.
       * @example "SITE-41"
       */
      key: string;
      /**
       * Its address in the API.
       * @example "https://acme.atlassian.net/rest/api/3/issue/10041"
       */
      self: string;
      /** Its fields. */
      fields: Record<string, unknown>;
    };
  };
  /** List issue comments. Lists the comments on an issue, oldest first. */
  JIRA_LIST_ISSUE_COMMENTS: {
    arguments: {
      /**
       * The issue's key or id.
       * @example "SITE-41"
       */
      issue_id_or_key: string;
      /**
       * How many at most.
       * @default 50
       */
      max_results?: number | undefined;
    };
    data: {
      /** The comments. */
      comments: Record<string, unknown>[];
      /**
       * How many there are.
       * @example 1
       */
      total: number;
    };
  };
}
