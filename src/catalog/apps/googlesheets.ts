import { interval, list, optional, text, triggersOf, when, whole } from "../fields.js";

const spreadsheetId = text(
  "The spreadsheet's id, from its address.",
  "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
);

export const googleSheetsTriggers = () =>
  triggersOf(
    { name: "googlesheets", displayName: "Google Sheets", version: "20250930_00" },
    {
      GOOGLESHEETS_NEW_ROWS_TRIGGER: {
        displayName: "Rows added",
        description: "Fires for each row that is added to a sheet.",
        type: "poll",
        config: {
          spreadsheet_id: spreadsheetId,
          sheet_name: optional(text("The sheet's name.", "Sheet1"), "Sheet1"),
          interval,
        },
        payload: {
          spreadsheet_id: spreadsheetId,
          sheet_name: text("The sheet's name.", "Sheet1"),
          row_number: whole("The row, counted from 1.", 42),
          row_data: list(
            "The cells, from the left.",
            text("A cell's value.", "Mona Lisa", "mona@example.com"),
          ),
          detected_at: when("When the row was seen."),
        },
      },
      GOOGLESHEETS_NEW_SHEET_ADDED_TRIGGER: {
        displayName: "Sheet added",
        description: "Fires when a spreadsheet gets a new sheet.",
        type: "poll",
        config: { spreadsheet_id: spreadsheetId, interval },
        payload: {
          spreadsheet_id: spreadsheetId,
          sheet_name: text("The new sheet's name.", "March"),
          detected_at: when("When the sheet was seen."),
        },
      },
    },
  );
