// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface TrelloTriggers {
  /** Card archived. Fires when a card of the board is archived. */
  TRELLO_ARCHIVED_CARD_TRIGGER: {
    config: {
      /**
       * The board's id.
       * @example "5abbe4b7ddc1b351ef961414"
       */
      idBoard: string;
    };
    payload: {
      /**
       * The card's id.
       * @example "5abbe4b7ddc1b351ef961499"
       */
      card_id: string;
      /**
       * Its title.
       * @example "Opening hours"
       */
      card_name: string;
      /**
       * What it says.
       * @example "On every page, please."
       */
      description: string | null;
      /**
       * The id of the board.
       * @example "5abbe4b7ddc1b351ef961414"
       */
      board_id: string | null;
      /**
       * Its name.
       * @example "Site relaunch"
       */
      board_name: string | null;
      /**
       * When it was archived.
       * @example "2025-03-11T14:05:09Z"
       */
      archived_at: string | null;
      /**
       * The name of who archived it.
       * @example "mona"
       */
      archived_by: string | null;
    };
  };
  /** Something done. Fires for whatever is done on the board. */
  TRELLO_NEW_ACTIVITY_TRIGGER: {
    config: {
      /**
       * The board's id.
       * @example "5abbe4b7ddc1b351ef961414"
       */
      idBoard: string;
    };
    payload: {
      /**
       * The id of what was done.
       * @example "5abbe4b7ddc1b351ef9614aa"
       */
      action_id: string;
      /**
       * What was done, in Trello's words.
       * @example "updateCard"
       */
      action_type: string;
      /**
       * The id of the board.
       * @example "5abbe4b7ddc1b351ef961414"
       */
      board_id: string | null;
      /**
       * Its name.
       * @example "Site relaunch"
       */
      board_name: string | null;
      /**
       * The card's id, where it was done to a card.
       * @example "5abbe4b7ddc1b351ef961499"
       */
      card_id: string | null;
      /**
       * Its title.
       * @example "Opening hours"
       */
      card_name: string | null;
      /**
       * The id of who did it.
       * @example "5589c3ea49b40cedc28cf70e"
       */
      member_id: string | null;
      /**
       * The name of who did it.
       * @example "Mona Lisa"
       */
      member_name: string | null;
      /**
       * When it was done.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string | null;
    };
  };
  /** Board created. Fires when the connected account gets a new board. */
  TRELLO_NEW_BOARD_TRIGGER: {
    config: Record<string, never>;
    payload: {
      /**
       * The board's id.
       * @example "5abbe4b7ddc1b351ef961414"
       */
      board_id: string;
      /**
       * Its name.
       * @example "Site relaunch"
       */
      board_name: string;
      /**
       * What it is for.
       * @example "All that is left to do."
       */
      description: string | null;
      /**
       * When it was created.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string | null;
      /**
       * The name of who created it.
       * @example "mona"
       */
      created_by: string | null;
    };
  };
  /** Card created. Fires when a card is put on the board. */
  TRELLO_NEW_CARD_TRIGGER: {
    config: {
      /**
       * The board's id.
       * @example "5abbe4b7ddc1b351ef961414"
       */
      idBoard: string;
    };
    payload: {
      /**
       * The card's id.
       * @example "5abbe4b7ddc1b351ef961499"
       */
      card_id: string;
      /**
       * Its title.
       * @example "Opening hours"
       */
      card_name: string;
      /**
       * What it says.
       * @example "On every page, please."
       */
      description: string | null;
      /**
       * The id of the board.
       * @example "5abbe4b7ddc1b351ef961414"
       */
      board_id: string | null;
      /**
       * Its name.
       * @example "Site relaunch"
       */
      board_name: string | null;
      /**
       * When it was created.
       * @example "2025-03-11T14:05:09Z"
       */
      created_at: string | null;
      /**
       * The name of who created it.
       * @example "mona"
       */
      created_by: string | null;
    };
  };
}
