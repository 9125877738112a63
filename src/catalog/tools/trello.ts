import { anything, list, optional, text, toolsOf } from "../fields.js";

const card = {
  id: text("The card's id.", "5abbe4b7ddc1b351ef961499"),
  name: text("Its title.", "Opening hours"),
  desc: text("What it says.", "On every page, please."),
  idList: text("The id of its list.", "5abbe4b7ddc1b351ef961415"),
  idBoard: text("The id of its board.", "5abbe4b7ddc1b351ef961414"),
};

/** Calls of Trello's API. */
export const trelloTools = () =>
  toolsOf(
    { name: "trello", displayName: "Trello", version: "20250930_00" },
    {
      TRELLO_ADD_CARDS: {
        displayName: "Add card",
        description: "Puts a card on a list of a board.",
        does: "create",
        important: true,
        input: {
          idList: card.idList,
          name: optional(card.name),
          desc: optional(text("What it says.", "On every page, please.")),
        },
        output: card,
      },
      TRELLO_GET_BOARDS_CARDS_BY_ID_BOARD: {
        displayName: "Get cards of a board",
        description: "Lists the cards of a board that are not archived.",
        does: "read",
        important: true,
        input: { idBoard: card.idBoard },
        output: { details: list("The cards.", anything("A card.", { name: "Opening hours" })) },
      },
      TRELLO_ADD_CARDS_ACTIONS_COMMENTS_BY_ID_CARD: {
        displayName: "Add comment to card",
        description: "Comments on a card.",
        does: "create",
        input: { idCard: card.id, text: text("The comment.", "Are these right?") },
        output: {
          id: text("The id of what was done.", "5abbe4b7ddc1b351ef9614aa"),
          type: text("What was done.", "commentCard"),
        },
      },
    },
  );
