// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface LinearTriggers {
  /** Comment written. Fires when somebody comments on an issue of the team. */
  LINEAR_COMMENT_EVENT_TRIGGER: {
    config: {
      /**
       * The id of the team.
       * @example "72b2a2dc-6f4f-4423-9d34-24b5bd10634a"
       */
      team_id: string;
    };
    payload: {
      /**
       * What was done.
       * @example "create"
       */
      action: string;
      /**
       * What it was done to.
       * @example "Comment"
       */
      type: string;
      /**
       * Its page.
       * @example "https://linear.app/acme/issue/SITE-41"
       */
      url: string;
      /** It, as Linear's webhooks describe it. */
      data: Record<string, unknown>;
    };
  };
  /** Issue created. Fires when an issue is created in the team. */
  LINEAR_ISSUE_CREATED_TRIGGER: {
    config: {
      /**
       * The id of the team.
       * @example "72b2a2dc-6f4f-4423-9d34-24b5bd10634a"
       */
      team_id: string;
    };
    payload: {
      /**
       * What was done.
       * @example "create"
       */
      action: string;
      /**
       * What it was done to.
       * @example "Issue"
       */
      type: string;
      /**
       * Its page.
       * @example "https://linear.app/acme/issue/SITE-41"
       */
      url: string;
      /** It, as Linear's webhooks describe it. */
      data: Record<string, unknown>;
    };
  };
  /** Issue updated. Fires when an issue of the team changes. */
  LINEAR_ISSUE_UPDATED_TRIGGER: {
    config: {
      /**
       * The id of the team.
       * @example "72b2a2dc-6f4f-4423-9d34-24b5bd10634a"
       */
      team_id: string;
    };
    payload: {
      /**
       * What was done.
       * @example "update"
       */
      action: string;
      /**
       * What it was done to.
       * @example "Issue"
       */
      type: string;
      /**
       * Its page.
       * @example "https://linear.app/acme/issue/SITE-41"
       */
      url: string;
      /** It, as Linear's webhooks describe it. */
      data: Record<string, unknown>;
    };
  };
}
