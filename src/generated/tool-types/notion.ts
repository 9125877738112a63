// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface NotionTools {
  /** Add content to Notion page. Adds one block at the end of a page or block, or after another block. */
  NOTION_ADD_PAGE_CONTENT: {
    arguments: {
      /**
       * The page's id.
       * @example "be633bf1-dfa0-436d-b259-571129a590e5"
       */
      parent_block_id: string;
      /** The text as `content`, or a block as Notion's API has it. */
      content_block: Record<string, unknown>;
      /**
       * The id of the block before it.
       * @example "c02fc1d3-db8b-45c5-a222-27595b15aea7"
       */
      after?: string | undefined;
    };
    data: {
      /** The new block. */
      results: Record<string, unknown>[];
      /**
       * Whether there are more.
       * @example false
       */
      has_more: boolean;
    };
  };
  /** Archive Notion page. Moves a page to the trash, or takes it out again. */
  NOTION_ARCHIVE_NOTION_PAGE: {
    arguments: {
      /**
       * The page's id.
       * @example "be633bf1-dfa0-436d-b259-571129a590e5"
       */
      page_id: string;
      /**
       * Whether it goes to the trash; false takes it out.
       * @default true
       */
      archive?: boolean | undefined;
    };
    data: {
      /**
       * `page`.
       * @example "page"
       */
      object: string;
      /**
       * The page's id.
       * @example "be633bf1-dfa0-436d-b259-571129a590e5"
       */
      id: string;
      /**
       * Its address.
       * @example "https://www.notion.so/Opening-hours-be633bf1dfa0436db259571129a590e5"
       */
      url: string;
      /**
       * Whether it is in the trash.
       * @example false
       */
      archived: boolean;
      /** Where it stands. */
      parent: Record<string, unknown>;
      /** Its properties, with its title. */
      properties: Record<string, unknown>;
    };
  };
  /** Create comment. Comments on a page. */
  NOTION_CREATE_COMMENT: {
    arguments: {
      /**
       * The page's id.
       * @example "be633bf1-dfa0-436d-b259-571129a590e5"
       */
      parent_page_id?: string | undefined;
      /**
       * The discussion to go on with.
       * @example "f1407351-36f5-4c49-a13c-49f8ba11776d"
       */
      discussion_id?: string | undefined;
      /** The comment. */
      comment: {
        /**
         * What it says.
         * @example "Are these right?"
         */
        content: string;
      };
    };
    data: {
      /**
       * `comment`.
       * @example "comment"
       */
      object: string;
      /**
       * The comment's id.
       * @example "94cc56ab-9f02-409d-9f99-1037e9fe502f"
       */
      id: string;
      /**
       * Its discussion.
       * @example "f1407351-36f5-4c49-a13c-49f8ba11776d"
       */
      discussion_id: string;
      /** What it says. */
      rich_text: Record<string, unknown>[];
    };
  };
  /** Create Notion page. Creates an empty page below another page or in a database. */
  NOTION_CREATE_NOTION_PAGE: {
    arguments: {
      /**
       * The id of the page or database.
       * @example "59833787-2cf9-4fdf-8782-e53db20768a5"
       */
      parent_id: string;
      /**
       * The page's title.
       * @example "Opening hours"
       */
      title: string;
      /**
       * An emoji.
       * @example "⏰"
       */
      icon?: string | undefined;
      /**
       * A picture's URL.
       * @example "https://example.com/cover.png"
       */
      cover?: string | undefined;
    };
    data: {
      /**
       * `page`.
       * @example "page"
       */
      object: string;
      /**
       * The page's id.
       * @example "be633bf1-dfa0-436d-b259-571129a590e5"
       */
      id: string;
      /**
       * Its address.
       * @example "https://www.notion.so/Opening-hours-be633bf1dfa0436db259571129a590e5"
       */
      url: string;
      /**
       * Whether it is in the trash.
       * @example false
       */
      archived: boolean;
      /** Where it stands. */
      parent: Record<string, unknown>;
      /** Its properties, with its title. */
      properties: Record<string, unknown>;
    };
  };
  /** Fetch Notion block children. Reads the blocks of a page or block, in their order. */
  NOTION_FETCH_BLOCK_CONTENTS: {
    arguments: {
      /**
       * The page's id.
       * @example "be633bf1-dfa0-436d-b259-571129a590e5"
       */
      block_id: string;
      /**
       * How many at most.
       * @default 100
       */
      page_size?: number | undefined;
    };
    data: {
      /** The blocks. */
      results: Record<string, unknown>[];
      /**
       * Whether there are more.
       * @example false
       */
      has_more: boolean;
    };
  };
  /** Fetch comments. Reads the comments on a page, oldest first. */
  NOTION_FETCH_COMMENTS: {
    arguments: {
      /**
       * The page's id.
       * @example "be633bf1-dfa0-436d-b259-571129a590e5"
       */
      block_id: string;
      /**
       * How many at most.
       * @default 100
       */
      page_size?: number | undefined;
    };
    data: {
      /** The comments. */
      results: Record<string, unknown>[];
      /**
       * Whether there are more.
       * @example false
       */
      has_more: boolean;
    };
  };
  /** Search Notion page. Finds pages and databases by words of their title; without words, lists all. */
  NOTION_SEARCH_NOTION_PAGE: {
    arguments: {
      /**
       * Words of the title.
       * @example "opening hours"
       */
      query?: string | undefined;
      /**
       * How many at most.
       * @default 25
       */
      page_size?: number | undefined;
    };
    data: {
      /** The pages. */
      results: Record<string, unknown>[];
      /**
       * Whether there are more.
       * @example false
       */
      has_more: boolean;
    };
  };
}
