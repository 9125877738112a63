import { anything, choice, list, optional, text, toolsOf, whole } from "../fields.js";

const id = text("The spreadsheet's id, from its address.", "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms");
const row = list("The cells, from the left.", text("A cell's value.", "Mona Lisa"));

/** Calls of Google Sheets' API. */
export const googleSheetsTools = () =>
  toolsOf(
    { name: "googlesheets", displayName: "Google Sheets", version: "20250930_00" },
    {
      GOOGLESHEETS_CREATE_GOOGLE_SHEET1: {
        displayName: "Create a Google Sheet",
        description: "Creates a spreadsheet with one empty sheet, `Sheet1`.",
        does: "create",
        important: true,
        input: { title: text("The spreadsheet's title.", "Orders") },
        output: {
          spreadsheetId: id,
          spreadsheetUrl: text("Its address.", "https://docs.google.com/spreadsheets/d/1Bxi"),
        },
      },
      GOOGLESHEETS_SPREADSHEETS_VALUES_APPEND: {
        displayName: "Append values to spreadsheet",
        description: "Adds rows at the end of a sheet.",
        does: "create",
        important: true,
        input: {
          spreadsheetId: id,
          range: text("The sheet's name, optionally with cells.", "Sheet1", "Sheet1!A1:C1"),
          valueInputOption: choice("How values are read.", ["RAW", "USER_ENTERED"]),
          values: list("The rows.", row),
        },
        output: {
          spreadsheetId: id,
          updates: anything("What was written.", { updatedRange: "Sheet1!A2:B2", updatedRows: 1 }),
        },
      },
      GOOGLESHEETS_BATCH_GET: {
        displayName: "Batch get spreadsheet values",
        description: "Reads ranges of a spreadsheet.",
        does: "read",
        important: true,
        input: {
          spreadsheet_id: id,
          ranges: optional(
            list("What to read; all of the first sheet by default.", text("A range.", "Sheet1!A1:B10")),
          ),
        },
        output: {
          spreadsheetId: id,
          valueRanges: list(
            "What was read.",
            anything("A range.", { range: "Sheet1!A1:B2", values: [["a", "b"]] }),
          ),
        },
      },
      GOOGLESHEETS_ADD_SHEET: {
        displayName: "Add sheet to spreadsheet",
        description: "Adds an empty sheet to a spreadsheet.",
        does: "create",
        input: { spreadsheetId: id, title: text("The sheet's name.", "March") },
        output: {
          spreadsheetId: id,
          sheetId: whole("The sheet's number.", 1),
          title: text("Its name.", "March"),
        },
      },
    },
  );
