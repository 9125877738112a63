// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface TrelloTools {
  /** Add card. Puts a card on a list of a board. */
  TRELLO_ADD_CARDS: {
    arguments: {
      /**
       * The id of its list.
       * @example "5abbe4b7ddc1b351ef961415"
       */
      idList: string;
      /**
       * Its title.
       * @example "Opening hours"
       */
      name?: string | undefined;
      /**
       * What it says.
       * @example "On every page, please."
       */
      desc?: string | undefined;
    };
    data: {
      /**
       * The card's id.
       * @example "5abbe4b7ddc1b351ef961499"
       */
      id: string;
      /**
       * Its title.
       * @example "Opening hours"
       */
      name: string;
      /**
       * What it says.
       * @example "On every page, please."
       */
      desc: string;
      /**
       * The id of its list.
       * @example "5abbe4b7ddc1b351ef961415"
       */
      idList: string;
      /**
       * The id of its board.
       * @example "5abbe4b7ddc1b351ef961414"
       */
      idBoard: string;
    };
  };
  /** Add comment to card. Comments on a card. */
  TRELLO_ADD_CARDS_ACTIONS_COMMENTS_BY_ID_CARD: {
    arguments: {
      /**
       * The card's id.
       * @example "5abbe4b7ddc1b351ef961499"
       */
      idCard: string;
      /**
       * The comment.
       * @example "Are these right?"
       */
      text: string;
    };
    data: {
      /**
       * The id of what was done.
       * @example "5abbe4b7ddc1b351ef9614aa"
       */
      id: string;
      /**
       * What was done.
       * @example "commentCard"
       */
      type: string;
    };
  };
  /** Get cards of a board. Lists the cards of a board that are not archived. */
  TRELLO_GET_BOARDS_CARDS_BY_ID_BOARD: {
    arguments: {
      /**
       * The id of its board.
       * @example "5abbe4b7ddc1b351ef961414"
       */
      idBoard: string;
    };
    data: {
      /** The cards. */
      details: Record<string, unknown>[];
    };
  };
}
