import { asText } from "../../model/json.js";
import { type AppContext, configFits, isoOf } from "./app-context.js";
import { checkLength, type Effects, LONGEST_TEXT, ToolFailure } from "./effect.js";
import { Records } from "./records.js";

/** A spreadsheet of the local Google Sheets. */
export interface Spreadsheet {
  readonly id: string;
  readonly title: string;
  readonly sheets: readonly { readonly name: string; readonly rows: readonly (readonly string[])[] }[];
}

/** Rows of a sheet, and sheets of a spreadsheet. */
const MOST_ROWS = 10_000;
const MOST_SHEETS = 100;
const ID = /^[\w-]{10,100}$/;

/** The local Google Sheets. A spreadsheet whose id is used for the first time begins empty. */
export class GoogleSheetsWorld {
  readonly #context: AppContext;
  readonly #spreadsheets: Records<Spreadsheet>;

  constructor(context: AppContext) {
    this.#context = context;
    this.#spreadsheets = new Records(({ id }) => id, context.changed);
  }

  begin(): void {}

  spreadsheets(): readonly Spreadsheet[] {
    return this.#spreadsheets.all();
  }

  toJSON() {
    return { spreadsheets: this.#spreadsheets.all() };
  }

  clear(): void {
    this.#spreadsheets.clear();
  }

  effects(): Effects {
    return {
      GOOGLESHEETS_CREATE_GOOGLE_SHEET1: (args) => {
        const title = checkLength(args.text("title"), 1_000, "Invalid title");
        const { id } = this.#create(`1${this.#context.ids.secret(20)}`, title);
        return { spreadsheetId: id, spreadsheetUrl: `https://docs.google.com/spreadsheets/d/${id}` };
      },
      GOOGLESHEETS_SPREADSHEETS_VALUES_APPEND: (args) => {
        const spreadsheet = this.#spreadsheet(args.text("spreadsheetId"));
        const given = Array.isArray(args.all.values) ? args.all.values : [];
        const added = given.map((row) => (Array.isArray(row) ? row : [row]).map(asText));
        checkLength(JSON.stringify(added), 10 * LONGEST_TEXT, "The request is too large");
        const { sheet } = rangeOf(spreadsheet, args.text("range"));
        if (sheet.rows.length + added.length > MOST_ROWS)
          throw new ToolFailure(`A sheet has ${MOST_ROWS} rows at most here`);
        const rows = [...sheet.rows, ...added];
        const sheets = spreadsheet.sheets.map((one) => (one === sheet ? { ...one, rows } : one));
        this.#spreadsheets.put({ ...spreadsheet, sheets });
        for (const [index, row] of added.entries()) {
          const payload = {
            spreadsheet_id: spreadsheet.id,
            sheet_name: sheet.name,
            row_number: sheet.rows.length + index + 1,
            row_data: row,
            detected_at: isoOf(this.#context),
          };
          this.#context.happened("GOOGLESHEETS_NEW_ROWS_TRIGGER", payload, ({ config }) =>
            configFits(config, { spreadsheet_id: spreadsheet.id, sheet_name: sheet.name }),
          );
        }
        const updatedRange = `${sheet.name}!A${sheet.rows.length + 1}:${columnName(widest(added))}${rows.length}`;
        return { spreadsheetId: spreadsheet.id, updates: { updatedRange, updatedRows: added.length } };
      },
      GOOGLESHEETS_BATCH_GET: (args) => {
        const spreadsheet = this.#spreadsheet(args.text("spreadsheet_id"));
        const ranges = args.texts("ranges") ?? [spreadsheet.sheets[0]?.name ?? "Sheet1"];
        const valueRanges = ranges.map((range) => {
          const { sheet, from, to } = rangeOf(spreadsheet, range);
          const values = sheet.rows.slice(from.row, to.row).map((row) => row.slice(from.column, to.column));
          return { range, majorDimension: "ROWS", values };
        });
        return { spreadsheetId: spreadsheet.id, valueRanges };
      },
      GOOGLESHEETS_ADD_SHEET: (args) => {
        const spreadsheet = this.#spreadsheet(args.text("spreadsheetId"));
        const title = checkLength(args.text("title"), 100, "Invalid title");
        if (title === "" || spreadsheet.sheets.some(({ name }) => name === title)) {
          throw new ToolFailure(
            `A sheet with the name ${JSON.stringify(title)} already exists, or it is empty`,
          );
        }
        if (spreadsheet.sheets.length >= MOST_SHEETS)
          throw new ToolFailure(`A spreadsheet has ${MOST_SHEETS} sheets at most here`);
        this.#spreadsheets.put({
          ...spreadsheet,
          sheets: [...spreadsheet.sheets, { name: title, rows: [] }],
        });
        const payload = {
          spreadsheet_id: spreadsheet.id,
          sheet_name: title,
          detected_at: isoOf(this.#context),
        };
        this.#context.happened("GOOGLESHEETS_NEW_SHEET_ADDED_TRIGGER", payload, ({ config }) =>
          configFits(config, { spreadsheet_id: spreadsheet.id }),
        );
        return { spreadsheetId: spreadsheet.id, sheetId: spreadsheet.sheets.length, title };
      },
    };
  }

  #spreadsheet(id: string): Spreadsheet {
    const known = this.#spreadsheets.get(id);
    if (known !== undefined) return known;
    if (!ID.test(id)) throw new ToolFailure("Requested entity was not found.");
    return this.#create(id, "Untitled spreadsheet");
  }

  #create(id: string, title: string): Spreadsheet {
    return this.#spreadsheets.put({ id, title, sheets: [{ name: "Sheet1", rows: [] }] });
  }
}

type Sheet = Spreadsheet["sheets"][number];
interface Cell {
  readonly row: number;
  readonly column: number;
}

/** `Sheet1`, `Sheet1!A1:B10`, `A1:B10`, `'My sheet'!A:B`; `to` is the first row and column after it. @throws ToolFailure */
function rangeOf(
  { sheets }: Spreadsheet,
  range: string,
): { readonly sheet: Sheet; readonly from: Cell; readonly to: Cell } {
  const cells = /^(?:(.+)!)?(\$?[A-Z]{1,3})?(\$?\d{1,7})?(?::(\$?[A-Z]{1,3})?(\$?\d{1,7})?)?$/i.exec(range);
  const whole = sheets.find(({ name }) => name === range.replace(/^'(.*)'$/, "$1"));
  const name = cells?.[1]?.replace(/^'(.*)'$/, "$1");
  const sheet = whole ?? (name === undefined ? sheets[0] : sheets.find((one) => one.name === name));
  if (sheet === undefined || (whole === undefined && cells === null))
    throw new ToolFailure(`Unable to parse range: ${range}`);
  const all = { row: MOST_ROWS, column: 1_000 };
  if (whole !== undefined || cells === null) return { sheet, from: { row: 0, column: 0 }, to: all };
  const [, , column, row, lastColumn, lastRow] = cells.map((part) => part?.replace("$", ""));
  const isOne = !range.includes(":");
  const from = {
    row: row === undefined ? 0 : Number(row) - 1,
    column: column === undefined ? 0 : columnNumber(column) - 1,
  };
  return {
    sheet,
    from,
    to: {
      row: isOne && row !== undefined ? from.row + 1 : lastRow === undefined ? all.row : Number(lastRow),
      column:
        isOne && column !== undefined
          ? from.column + 1
          : lastColumn === undefined
            ? all.column
            : columnNumber(lastColumn),
    },
  };
}

function columnNumber(name: string): number {
  return [...name.toUpperCase()].reduce((sum, char) => sum * 26 + char.charCodeAt(0) - 64, 0);
}

function columnName(number: number): string {
  const rest = (number - 1) % 26;
  const last = String.fromCharCode(65 + rest);
  return number <= 26 ? last : columnName((number - 1 - rest) / 26) + last;
}

function widest(rows: readonly (readonly string[])[]): number {
  return rows.reduce((most, row) => Math.max(most, row.length), 1);
}
