import { anything, flag, list, optional, record, text, toolsOf, upTo } from "../fields.js";

const pageId = text("The page's id.", "be633bf1-dfa0-436d-b259-571129a590e5");
const block = anything("A block, as Notion's API has it.", {
  type: "paragraph",
  paragraph: { rich_text: [{ text: { content: "Opening hours" } }] },
});
const page = {
  object: text("`page`.", "page"),
  id: pageId,
  url: text("Its address.", "https://www.notion.so/Opening-hours-be633bf1dfa0436db259571129a590e5"),
  archived: flag("Whether it is in the trash.", false),
  parent: anything("Where it stands.", { type: "page_id", page_id: "59833787-2cf9-4fdf-8782-e53db20768a5" }),
  properties: anything("Its properties, with its title.", { title: { type: "title", title: [] } }),
};
const results = (description: string, example: Readonly<Record<string, unknown>>) => ({
  results: list(description, anything("One of them.", example)),
  has_more: flag("Whether there are more.", false),
});

/** Calls of Notion's API. */
export const notionTools = () =>
  toolsOf(
    { name: "notion", displayName: "Notion", version: "20250930_00" },
    {
      NOTION_CREATE_NOTION_PAGE: {
        displayName: "Create Notion page",
        description: "Creates an empty page below another page or in a database.",
        does: "create",
        important: true,
        input: {
          parent_id: text("The id of the page or database.", "59833787-2cf9-4fdf-8782-e53db20768a5"),
          title: text("The page's title.", "Opening hours"),
          icon: optional(text("An emoji.", "⏰")),
          cover: optional(text("A picture's URL.", "https://example.com/cover.png")),
        },
        output: page,
      },
      NOTION_ADD_PAGE_CONTENT: {
        displayName: "Add content to Notion page",
        description: "Adds one block at the end of a page or block, or after another block.",
        does: "create",
        important: true,
        input: {
          parent_block_id: pageId,
          content_block: anything("The text as `content`, or a block as Notion's API has it.", {
            content: "Monday to Friday, 9 to 5",
            block_property: "paragraph",
          }),
          after: optional(text("The id of the block before it.", "c02fc1d3-db8b-45c5-a222-27595b15aea7")),
        },
        output: results("The new block.", { object: "block", type: "paragraph" }),
      },
      NOTION_FETCH_BLOCK_CONTENTS: {
        displayName: "Fetch Notion block children",
        description: "Reads the blocks of a page or block, in their order.",
        does: "read",
        important: true,
        input: { block_id: pageId, page_size: upTo("How many at most.", 100, 100) },
        output: { results: list("The blocks.", block), has_more: flag("Whether there are more.", false) },
      },
      NOTION_SEARCH_NOTION_PAGE: {
        displayName: "Search Notion page",
        description: "Finds pages and databases by words of their title; without words, lists all.",
        does: "read",
        important: true,
        input: {
          query: optional(text("Words of the title.", "opening hours")),
          page_size: upTo("How many at most.", 100, 25),
        },
        output: results("The pages.", { object: "page", id: "be633bf1-dfa0-436d-b259-571129a590e5" }),
      },
      NOTION_ARCHIVE_NOTION_PAGE: {
        displayName: "Archive Notion page",
        description: "Moves a page to the trash, or takes it out again.",
        does: "delete",
        input: {
          page_id: pageId,
          archive: optional(flag("Whether it goes to the trash; false takes it out."), true),
        },
        output: page,
      },
      NOTION_CREATE_COMMENT: {
        displayName: "Create comment",
        description: "Comments on a page.",
        does: "create",
        important: true,
        input: {
          parent_page_id: optional(pageId),
          discussion_id: optional(
            text("The discussion to go on with.", "f1407351-36f5-4c49-a13c-49f8ba11776d"),
          ),
          comment: record("The comment.", { content: text("What it says.", "Are these right?") }),
        },
        output: {
          object: text("`comment`.", "comment"),
          id: text("The comment's id.", "94cc56ab-9f02-409d-9f99-1037e9fe502f"),
          discussion_id: text("Its discussion.", "f1407351-36f5-4c49-a13c-49f8ba11776d"),
          rich_text: list("What it says.", anything("A piece of text.", { plain_text: "Are these right?" })),
        },
      },
      NOTION_FETCH_COMMENTS: {
        displayName: "Fetch comments",
        description: "Reads the comments on a page, oldest first.",
        does: "read",
        input: { block_id: pageId, page_size: upTo("How many at most.", 100, 100) },
        output: results("The comments.", { object: "comment", id: "94cc56ab-9f02-409d-9f99-1037e9fe502f" }),
      },
    },
  );
