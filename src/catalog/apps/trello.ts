import { nullable, text, triggersOf, when } from "../fields.js";

const config = { idBoard: text("The board's id.", "5abbe4b7ddc1b351ef961414") };

const board = {
  board_id: nullable(text("The id of the board.", "5abbe4b7ddc1b351ef961414")),
  board_name: nullable(text("Its name.", "Site relaunch")),
};

const card = {
  card_id: text("The card's id.", "5abbe4b7ddc1b351ef961499"),
  card_name: text("Its title.", "Opening hours"),
  description: nullable(text("What it says.", "On every page, please.")),
  ...board,
};

export const trelloTriggers = () =>
  triggersOf(
    { name: "trello", displayName: "Trello", version: "20250930_00" },
    {
      TRELLO_NEW_CARD_TRIGGER: {
        displayName: "Card created",
        description: "Fires when a card is put on the board.",
        config,
        payload: {
          ...card,
          created_at: nullable(when("When it was created.")),
          created_by: nullable(text("The name of who created it.", "mona")),
        },
      },
      TRELLO_ARCHIVED_CARD_TRIGGER: {
        displayName: "Card archived",
        description: "Fires when a card of the board is archived.",
        config,
        payload: {
          ...card,
          archived_at: nullable(when("When it was archived.")),
          archived_by: nullable(text("The name of who archived it.", "mona")),
        },
      },
      TRELLO_NEW_BOARD_TRIGGER: {
        displayName: "Board created",
        description: "Fires when the connected account gets a new board.",
        config: {},
        payload: {
          board_id: text("The board's id.", "5abbe4b7ddc1b351ef961414"),
          board_name: text("Its name.", "Site relaunch"),
          description: nullable(text("What it is for.", "All that is left to do.")),
          created_at: nullable(when("When it was created.")),
          created_by: nullable(text("The name of who created it.", "mona")),
        },
      },
      TRELLO_NEW_ACTIVITY_TRIGGER: {
        displayName: "Something done",
        description: "Fires for whatever is done on the board.",
        config,
        payload: {
          action_id: text("The id of what was done.", "5abbe4b7ddc1b351ef9614aa"),
          action_type: text("What was done, in Trello's words.", "updateCard", "commentCard", "createCard"),
          ...board,
          card_id: nullable(text("The card's id, where it was done to a card.", "5abbe4b7ddc1b351ef961499")),
          card_name: nullable(text("Its title.", "Opening hours")),
          member_id: nullable(text("The id of who did it.", "5589c3ea49b40cedc28cf70e")),
          member_name: nullable(text("The name of who did it.", "Mona Lisa")),
          created_at: nullable(when("When it was done.")),
        },
      },
    },
  );
