// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface LinearTools {
  /** Create a comment. Comments on an issue. */
  LINEAR_CREATE_LINEAR_COMMENT: {
    arguments: {
      /**
       * The issue's id, or its identifier.
       * @example "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9"
       */
      issue_id: string;
      /**
       * The comment, in Markdown.
       * @example "Are these right?"
       */
      body: string;
    };
    data: {
      /**
       * The comment's id.
       * @example "4d2a5b0e-5f0c-4f0a-9a2b-9d2d5a7b8c11"
       */
      id: string;
      /**
       * What it says.
       * @example "Are these right?"
       */
      body: string;
      /**
       * Whether it was written.
       * @example true
       */
      success: boolean;
    };
  };
  /** Create linear issue. Creates an issue in a team. */
  LINEAR_CREATE_LINEAR_ISSUE: {
    arguments: {
      /**
       * The team's id.
       * @example "72b2a2dc-6f4f-4423-9d34-24b5bd10634a"
       */
      team_id: string;
      /**
       * The title.
       * @example "The opening hours are missing"
       */
      title: string;
      /**
       * What it says, in Markdown.
       * @example "They were there last week."
       */
      description?: string | undefined;
      /**
       * The id of who is to do it.
       * @example "aacdca22-6266-4c0a-ab3c-8fa70a26765c"
       */
      assignee_id?: string | undefined;
      /**
       * The id of its state.
       * @example "state-in-progress"
       */
      state_id?: string | undefined;
      /**
       * 0 none, 1 urgent, 2 high, 3 normal, 4 low.
       * @example 2
       */
      priority?: number | undefined;
      /**
       * When it is due.
       * @example "2025-03-31"
       */
      due_date?: string | undefined;
      /**
       * How much work it is, in points.
       * @default 0
       */
      estimate?: number | undefined;
      /** Ids of labels. */
      label_ids?: string[] | undefined;
      /**
       * The project's id.
       * @example "project-site"
       */
      project_id?: string | undefined;
      /**
       * The id of the issue that it is part of.
       * @example "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9"
       */
      parent_id?: string | undefined;
    };
    data: {
      /**
       * The issue's id.
       * @example "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9"
       */
      id: string;
      /**
       * What people call it.
       * @example "SITE-41"
       */
      identifier: string;
      /**
       * Its title.
       * @example "The opening hours are missing"
       */
      title: string;
      /**
       * What it says.
       * @example "They were there last week."
       */
      description: string | null;
      /**
       * Its priority.
       * @example 2
       */
      priority: number;
      /** Its state. */
      state: Record<string, unknown>;
      /**
       * Its page.
       * @example "https://linear.app/acme/issue/SITE-41"
       */
      url: string;
    };
  };
  /** Get all teams. Lists the teams of the workspace. */
  LINEAR_GET_ALL_LINEAR_TEAMS: {
    arguments: Record<string, never>;
    data: {
      /** The teams. */
      teams: Record<string, unknown>[];
    };
  };
  /** Get Linear issue. Reads an issue with its comments. */
  LINEAR_GET_LINEAR_ISSUE: {
    arguments: {
      /**
       * The issue's id, or its identifier.
       * @example "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9"
       */
      issue_id: string;
    };
    data: {
      /**
       * The issue's id.
       * @example "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9"
       */
      id: string;
      /**
       * What people call it.
       * @example "SITE-41"
       */
      identifier: string;
      /**
       * Its title.
       * @example "The opening hours are missing"
       */
      title: string;
      /**
       * What it says.
       * @example "They were there last week."
       */
      description: string | null;
      /**
       * Its priority.
       * @example 2
       */
      priority: number;
      /** Its state. */
      state: Record<string, unknown>;
      /**
       * Its page.
       * @example "https://linear.app/acme/issue/SITE-41"
       */
      url: string;
      /** Its comments, oldest first. */
      comments: Record<string, unknown>[];
    };
  };
  /** List Linear issues. Lists issues, newest first. */
  LINEAR_LIST_LINEAR_ISSUES: {
    arguments: {
      /**
       * Only issues of this project.
       * @example "project-site"
       */
      project_id?: string | undefined;
      /**
       * Only issues that this user has.
       * @example "aacdca22-6266-4c0a-ab3c-8fa70a26765c"
       */
      assignee_id?: string | undefined;
      /**
       * How many at most.
       * @default 10
       */
      first?: number | undefined;
      /** `end_cursor` of the page before. */
      after?: string | undefined;
    };
    data: {
      /** The issues. */
      issues: Record<string, unknown>[];
      /** Where the next page begins. */
      page_info: Record<string, unknown>;
    };
  };
  /** List Linear states. Lists the states that issues of a team go through. */
  LINEAR_LIST_LINEAR_STATES: {
    arguments: {
      /**
       * The team's id.
       * @example "72b2a2dc-6f4f-4423-9d34-24b5bd10634a"
       */
      team_id: string;
    };
    data: {
      /** The states. */
      states: Record<string, unknown>[];
    };
  };
  /** Update issue. Changes an issue: whatever is given replaces what was there. */
  LINEAR_UPDATE_ISSUE: {
    arguments: {
      /**
       * The issue's id, or its identifier.
       * @example "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9"
       */
      issue_id: string;
      /**
       * The title.
       * @example "The opening hours are missing"
       */
      title?: string | undefined;
      /**
       * What it says, in Markdown.
       * @example "They were there last week."
       */
      description?: string | undefined;
      /**
       * The id of who is to do it.
       * @example "aacdca22-6266-4c0a-ab3c-8fa70a26765c"
       */
      assignee_id?: string | undefined;
      /**
       * The id of its state.
       * @example "state-in-progress"
       */
      state_id?: string | undefined;
      /**
       * 0 none, 1 urgent, 2 high, 3 normal, 4 low.
       * @example 2
       */
      priority?: number | undefined;
      /**
       * When it is due.
       * @example "2025-03-31"
       */
      due_date?: string | undefined;
      /**
       * How much work it is, in points.
       * @default 0
       */
      estimate?: number | undefined;
      /** Ids of labels. */
      label_ids?: string[] | undefined;
      /**
       * The project's id.
       * @example "project-site"
       */
      project_id?: string | undefined;
      /**
       * The id of the issue that it is part of.
       * @example "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9"
       */
      parent_id?: string | undefined;
    };
    data: {
      /**
       * The issue's id.
       * @example "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9"
       */
      id: string;
      /**
       * What people call it.
       * @example "SITE-41"
       */
      identifier: string;
      /**
       * Its title.
       * @example "The opening hours are missing"
       */
      title: string;
      /**
       * What it says.
       * @example "They were there last week."
       */
      description: string | null;
      /**
       * Its priority.
       * @example 2
       */
      priority: number;
      /** Its state. */
      state: Record<string, unknown>;
      /**
       * Its page.
       * @example "https://linear.app/acme/issue/SITE-41"
       */
      url: string;
    };
  };
}
