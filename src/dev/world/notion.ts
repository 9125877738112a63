import { asText, isJsonObject, type JsonObject } from "../../model/json.js";
import { type AppContext, configFits, isoOf } from "./app-context.js";
import { checkLength, type Effects, LONGEST_TEXT, ToolFailure } from "./effect.js";
import { Records } from "./records.js";

/** A page of the local Notion. */
export interface NotionPage {
  /** A UUID with hyphens, in lower case. */
  readonly id: string;
  readonly parentId: string;
  readonly title: string;
  readonly isArchived: boolean;
  readonly createdAt: string;
  readonly editedAt: string;
}

/** A block of a page, or of another block. */
export interface NotionBlock {
  readonly id: string;
  readonly parentId: string;
  readonly type: string;
  /** What Notion's API has under the type's name. */
  readonly content: JsonObject;
  readonly createdAt: string;
}

export interface NotionComment {
  readonly id: string;
  readonly pageId: string;
  readonly discussionId: string;
  readonly text: string;
  readonly createdAt: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The local Notion: one workspace for everybody. Any UUID names a page or database that exists elsewhere. */
export class NotionWorld {
  readonly #context: AppContext;
  readonly #pages: Records<NotionPage>;
  readonly #blocks: Records<NotionBlock>;
  readonly #comments: Records<NotionComment>;

  constructor(context: AppContext) {
    this.#context = context;
    this.#pages = new Records(({ id }) => id, context.changed);
    this.#blocks = new Records(({ id }) => id, context.changed);
    this.#comments = new Records(({ id }) => id, context.changed);
    this.begin();
  }

  begin(): void {
    const at = isoOf(this.#context);
    const times = { createdAt: at, editedAt: at };
    const home = { id: "59833787-2cf9-4fdf-8782-e53db20768a5", parentId: "", title: "Home" };
    this.#pages.put({ ...home, isArchived: false, ...times });
  }

  pages(): readonly NotionPage[] {
    return this.#pages.all();
  }

  /** In their order. */
  blocks(parentId: string): readonly NotionBlock[] {
    const id = idOf(parentId);
    return this.#blocks.filter((block) => block.parentId === id);
  }

  /** Oldest first. */
  comments(pageId: string): readonly NotionComment[] {
    const id = idOf(pageId);
    return this.#comments.filter((comment) => comment.pageId === id);
  }

  toJSON() {
    return { pages: this.#pages.all(), blocks: this.#blocks.all(), comments: this.#comments.all() };
  }

  clear(): void {
    for (const records of [this.#pages, this.#blocks, this.#comments]) records.clear();
  }

  effects(): Effects {
    return {
      NOTION_CREATE_NOTION_PAGE: (args) => {
        const title = checkLength(args.text("title"), 2_000, "validation_error: the title is too long");
        const at = isoOf(this.#context);
        const page = this.#pages.put({
          id: this.#context.ids.uuid(),
          parentId: idOf(args.text("parent_id")),
          title,
          isArchived: false,
          ...{ createdAt: at, editedAt: at },
        });
        const shown = shownPage(page);
        const { parentId } = page;
        this.#happened(
          "NOTION_PAGE_ADDED_TO_DATABASE",
          { event_type: "page_added", page: shown },
          { database_id: parentId },
        );
        const block = { object: "block", id: page.id, type: "child_page", child_page: { title } };
        this.#happened(
          "NOTION_PAGE_ADDED_TRIGGER",
          { event_type: "block_added", block },
          { page_id: parentId },
        );
        return shown;
      },
      NOTION_ADD_PAGE_CONTENT: (args) => {
        const given = isJsonObject(args.all.content_block) ? args.all.content_block : {};
        const { type, content } = blockContent(given);
        checkLength(JSON.stringify(content), LONGEST_TEXT, "validation_error: the block is too large");
        const block = this.#blocks.put({
          id: this.#context.ids.uuid(),
          parentId: idOf(args.text("parent_block_id")),
          ...{ type, content },
          createdAt: isoOf(this.#context),
        });
        const page = this.#pages.get(block.parentId);
        if (page !== undefined) this.#pages.put({ ...page, editedAt: block.createdAt });
        const shown = shownBlock(block);
        const config = { page_id: block.parentId };
        this.#happened("NOTION_PAGE_UPDATED_TRIGGER", { event_type: "block_updated", block: shown }, config);
        return { results: [shown], has_more: false };
      },
      NOTION_FETCH_BLOCK_CONTENTS: (args) =>
        list(this.blocks(args.text("block_id")).map(shownBlock), args.number("page_size", 100)),
      NOTION_SEARCH_NOTION_PAGE: (args) => {
        const words = args.text("query").toLowerCase().split(/\s+/).filter(Boolean);
        const found = this.#pages.filter(
          ({ title, isArchived }) => !isArchived && words.every((word) => title.toLowerCase().includes(word)),
        );
        return list(found.reverse().map(shownPage), args.number("page_size", 25));
      },
      NOTION_ARCHIVE_NOTION_PAGE: (args) => {
        const page = this.#page(args.text("page_id"));
        const isArchived = args.flag("archive", true);
        return shownPage(this.#pages.put({ ...page, isArchived, editedAt: isoOf(this.#context) }));
      },
      NOTION_CREATE_COMMENT: (args) => {
        const comment = isJsonObject(args.all.comment) ? args.all.comment : {};
        const text = checkLength(
          asText(comment.content),
          LONGEST_TEXT,
          "validation_error: the comment is too long",
        );
        const given = args.maybeText("discussion_id");
        const started =
          given === undefined ? undefined : this.#comments.all().find((one) => one.discussionId === given);
        if (given !== undefined && started === undefined)
          throw new ToolFailure("object_not_found: no such discussion");
        const pageId = started?.pageId ?? args.maybeText("parent_page_id");
        if (pageId === undefined)
          throw new ToolFailure("validation_error: give parent_page_id or discussion_id");
        const ids = { id: this.#context.ids.uuid(), discussionId: given ?? this.#context.ids.uuid() };
        const made = this.#comments.put({
          ...ids,
          pageId: idOf(pageId),
          text,
          createdAt: isoOf(this.#context),
        });
        const shown = shownComment(made);
        const config = { block_id: made.pageId };
        this.#happened(
          "NOTION_COMMENTS_ADDED_TRIGGER",
          { event_type: "comment_added", comment: shown },
          config,
        );
        return shown;
      },
      NOTION_FETCH_COMMENTS: (args) =>
        list(this.comments(args.text("block_id")).map(shownComment), args.number("page_size", 100)),
    };
  }

  #page(given: string): NotionPage {
    const page = this.#pages.get(idOf(given));
    if (page === undefined) throw new ToolFailure(`object_not_found: there is no page ${given}`);
    return page;
  }

  #happened(trigger: string, payload: JsonObject, config: Readonly<Record<string, string>>): void {
    this.#context.happened(trigger, payload, (one) =>
      configFits({ ...one.config, ...idsIn(one.config) }, config),
    );
  }
}

/** Ids come with hyphens and without. @throws ToolFailure */
function idOf(given: string): string {
  const id = withHyphens(given);
  if (!UUID.test(id))
    throw new ToolFailure(`validation_error: ${JSON.stringify(given.slice(0, 100))} is no id of Notion`);
  return id;
}

function withHyphens(given: string): string {
  const hex = given.toLowerCase().replaceAll("-", "");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function idsIn(config: Readonly<Record<string, unknown>>): JsonObject {
  const ids = Object.entries(config).filter(
    ([name, value]) => name.endsWith("_id") && typeof value === "string",
  );
  return Object.fromEntries(ids.map(([name, value]) => [name, withHyphens(String(value))]));
}

/** A block as Notion's API has it, or the platform's short form: `{content, block_property}`. */
function blockContent(given: JsonObject): { readonly type: string; readonly content: JsonObject } {
  const { type } = given;
  if (typeof type === "string" && isJsonObject(given[type])) return { type, content: given[type] };
  const kind = typeof given.block_property === "string" ? given.block_property : "paragraph";
  const text = asText(given.content ?? given.text);
  return { type: kind, content: { rich_text: richText(text) } };
}

const richText = (content: string) => [{ type: "text", text: { content }, plain_text: content }];

const list = (all: readonly JsonObject[], most: number) => ({
  results: all.slice(0, most),
  has_more: all.length > most,
});

function shownPage({ id, parentId, title, isArchived, createdAt, editedAt }: NotionPage): JsonObject {
  return {
    object: "page",
    id,
    url: `https://www.notion.so/${id.replaceAll("-", "")}`,
    archived: isArchived,
    created_time: createdAt,
    last_edited_time: editedAt,
    parent: parentId === "" ? { type: "workspace", workspace: true } : { type: "page_id", page_id: parentId },
    properties: { title: { id: "title", type: "title", title: richText(title) } },
  };
}

function shownBlock({ id, parentId, type, content, createdAt }: NotionBlock): JsonObject {
  const parent = { type: "page_id", page_id: parentId };
  return {
    object: "block",
    id,
    parent,
    type,
    created_time: createdAt,
    last_edited_time: createdAt,
    [type]: content,
  };
}

function shownComment({ id, pageId, discussionId, text, createdAt }: NotionComment): JsonObject {
  return {
    object: "comment",
    id,
    discussion_id: discussionId,
    parent: { type: "page_id", page_id: pageId },
    created_time: createdAt,
    rich_text: richText(text),
  };
}
