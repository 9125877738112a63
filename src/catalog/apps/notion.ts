import { anything, interval, text, triggersOf } from "../fields.js";

const page = {
  object: "page",
  id: "be633bf1-dfa0-436d-b259-571129a590e5",
  created_time: "2025-03-11T14:05:00.000Z",
  last_edited_time: "2025-03-11T14:05:00.000Z",
  archived: false,
  url: "https://www.notion.so/Opening-hours-be633bf1dfa0436db259571129a590e5",
  properties: { Name: { id: "title", type: "title", title: [{ plain_text: "Opening hours" }] } },
};

const block = {
  object: "block",
  id: "c02fc1d3-db8b-45c5-a222-27595b15aea7",
  type: "child_page",
  has_children: true,
  last_edited_time: "2025-03-11T14:05:00.000Z",
  child_page: { title: "Opening hours" },
};

const pageId = text("The page's id.", "be633bf1-dfa0-436d-b259-571129a590e5");

/** What stands under `page`, `block` and `comment` is what Notion's API gives: it depends on the workspace. */
export const notionTriggers = () =>
  triggersOf(
    { name: "notion", displayName: "Notion", version: "20250930_00" },
    {
      NOTION_PAGE_ADDED_TO_DATABASE: {
        displayName: "Page added to database",
        description: "Fires when a page is added to a database.",
        instructions: "The integration must have access to the database.",
        type: "poll",
        config: { database_id: text("The database's id.", "d9824bdc-8445-4327-be8b-5b47500af6ce"), interval },
        payload: {
          event_type: text("What happened.", "page_added"),
          page: anything("The page.", page),
        },
      },
      NOTION_PAGE_ADDED_TRIGGER: {
        displayName: "Page added to page",
        description: "Fires when a page is added below another page.",
        instructions: "The integration must have access to the page.",
        type: "poll",
        config: { page_id: pageId, interval },
        payload: {
          event_type: text("What happened.", "block_added"),
          block: anything("The new page, as a block.", block),
        },
      },
      NOTION_PAGE_UPDATED_TRIGGER: {
        displayName: "Page updated",
        description: "Fires when a block of a page changes.",
        instructions: "The integration must have access to the page.",
        type: "poll",
        config: { page_id: pageId, interval },
        payload: {
          event_type: text("What happened.", "block_updated"),
          block: anything("The block.", block),
        },
      },
      NOTION_COMMENTS_ADDED_TRIGGER: {
        displayName: "Comment added",
        description: "Fires when a page or a block gets a comment.",
        instructions: "The integration must have the right to read comments.",
        type: "poll",
        config: {
          block_id: text("The id of the page or block.", "c02fc1d3-db8b-45c5-a222-27595b15aea7"),
          interval,
        },
        payload: {
          event_type: text("What happened.", "comment_added"),
          comment: anything("The comment.", {
            object: "comment",
            id: "94cc56ab-9f02-409d-9f99-1037e9fe502f",
            discussion_id: "f1407351-36f5-4c49-a13c-49f8ba11776d",
            created_time: "2025-03-11T14:05:00.000Z",
            rich_text: [{ plain_text: "Are these right?" }],
          }),
        },
      },
    },
  );
