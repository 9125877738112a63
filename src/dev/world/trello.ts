import type { JsonObject } from "../../model/json.js";
import { type AppContext, configFits, isoOf } from "./app-context.js";
import { type Actor, checkLength, type Effects, ToolFailure } from "./effect.js";
import { Records } from "./records.js";

/** A card of the local Trello. */
export interface TrelloCard {
  readonly id: string;
  readonly name: string;
  readonly desc: string;
  readonly idList: string;
  readonly idBoard: string;
  readonly comments: readonly { readonly id: string; readonly text: string; readonly by: string }[];
  readonly createdAt: string;
}

/** The one board, which every list belongs to. */
const BOARD = { id: "5abbe4b7ddc1b351ef961414", name: "Site relaunch" };
const ID = /^[0-9a-f]{24}$/i;
const LONGEST = 16_384;
const MOST_COMMENTS = 1_000;

/** The local Trello: one board for everybody; a list exists as soon as its id is named. */
export class TrelloWorld {
  readonly #context: AppContext;
  readonly #cards: Records<TrelloCard>;

  constructor(context: AppContext) {
    this.#context = context;
    this.#cards = new Records(({ id }) => id, context.changed);
  }

  begin(): void {}

  /** Oldest first. */
  cards(): readonly TrelloCard[] {
    return this.#cards.all();
  }

  toJSON() {
    return { board: BOARD, cards: this.#cards.all() };
  }

  clear(): void {
    this.#cards.clear();
  }

  effects(): Effects {
    return {
      TRELLO_ADD_CARDS: (args, by) => {
        const idList = args.text("idList");
        if (!ID.test(idList)) throw new ToolFailure("invalid value for idList");
        const createdAt = isoOf(this.#context);
        const card = this.#cards.put({
          id: this.#context.ids.secret(12),
          name: checkLength(args.text("name"), LONGEST, "invalid value for name"),
          desc: checkLength(args.text("desc"), LONGEST, "invalid value for desc"),
          idList,
          idBoard: BOARD.id,
          comments: [],
          createdAt,
        });
        const payload = {
          ...cardFields(card),
          description: card.desc,
          created_at: createdAt,
          created_by: by.userId,
        };
        this.#happened("TRELLO_NEW_CARD_TRIGGER", payload);
        this.#acted("createCard", card, by);
        return shown(card);
      },
      TRELLO_GET_BOARDS_CARDS_BY_ID_BOARD: (args) => {
        const idBoard = args.text("idBoard");
        return { details: this.#cards.filter((card) => card.idBoard === idBoard).map(shown) };
      },
      TRELLO_ADD_CARDS_ACTIONS_COMMENTS_BY_ID_CARD: (args, by) => {
        const card = this.#cards.get(args.text("idCard"));
        if (card === undefined) throw new ToolFailure("The requested resource was not found.");
        const text = checkLength(args.text("text"), LONGEST, "invalid value for text");
        const id = this.#acted("commentCard", card, by);
        const comments = [...card.comments, { id, text, by: by.userId }].slice(-MOST_COMMENTS);
        this.#cards.put({ ...card, comments });
        return { id, type: "commentCard", data: { text, card: { id: card.id, name: card.name } } };
      },
    };
  }

  /** @returns the id of what was done */
  #acted(type: string, card: TrelloCard, { userId }: Actor): string {
    const id = this.#context.ids.secret(12);
    this.#happened("TRELLO_NEW_ACTIVITY_TRIGGER", {
      action_id: id,
      action_type: type,
      ...cardFields(card),
      member_id: userId,
      member_name: userId,
      created_at: isoOf(this.#context),
    });
    return id;
  }

  #happened(trigger: string, payload: JsonObject): void {
    this.#context.happened(trigger, payload, ({ config }) => configFits(config, { idBoard: BOARD.id }));
  }
}

function cardFields({ id, name }: TrelloCard) {
  return { card_id: id, card_name: name, board_id: BOARD.id, board_name: BOARD.name };
}

function shown({ id, name, desc, idList, idBoard }: TrelloCard): JsonObject {
  return { id, name, desc, idList, idBoard, closed: false };
}
