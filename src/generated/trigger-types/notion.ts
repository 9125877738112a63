// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface NotionTriggers {
  /** Comment added. Fires when a page or a block gets a comment. */
  NOTION_COMMENTS_ADDED_TRIGGER: {
    config: {
      /**
       * The id of the page or block.
       * @example "c02fc1d3-db8b-45c5-a222-27595b15aea7"
       */
      block_id: string;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * What happened.
       * @example "comment_added"
       */
      event_type: string;
      /** The comment. */
      comment: Record<string, unknown>;
    };
  };
  /** Page added to database. Fires when a page is added to a database. */
  NOTION_PAGE_ADDED_TO_DATABASE: {
    config: {
      /**
       * The database's id.
       * @example "d9824bdc-8445-4327-be8b-5b47500af6ce"
       */
      database_id: string;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * What happened.
       * @example "page_added"
       */
      event_type: string;
      /** The page. */
      page: Record<string, unknown>;
    };
  };
  /** Page added to page. Fires when a page is added below another page. */
  NOTION_PAGE_ADDED_TRIGGER: {
    config: {
      /**
       * The page's id.
       * @example "be633bf1-dfa0-436d-b259-571129a590e5"
       */
      page_id: string;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * What happened.
       * @example "block_added"
       */
      event_type: string;
      /** The new page, as a block. */
      block: Record<string, unknown>;
    };
  };
  /** Page updated. Fires when a block of a page changes. */
  NOTION_PAGE_UPDATED_TRIGGER: {
    config: {
      /**
       * The page's id.
       * @example "be633bf1-dfa0-436d-b259-571129a590e5"
       */
      page_id: string;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * What happened.
       * @example "block_updated"
       */
      event_type: string;
      /** The block. */
      block: Record<string, unknown>;
    };
  };
}
