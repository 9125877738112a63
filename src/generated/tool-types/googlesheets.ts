// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface GooglesheetsTools {
  /** Add sheet to spreadsheet. Adds an empty sheet to a spreadsheet. */
  GOOGLESHEETS_ADD_SHEET: {
    arguments: {
      /**
       * The spreadsheet's id, from its address.
       * @example "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
       */
      spreadsheetId: string;
      /**
       * The sheet's name.
       * @example "March"
       */
      title: string;
    };
    data: {
      /**
       * The spreadsheet's id, from its address.
       * @example "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
       */
      spreadsheetId: string;
      /**
       * The sheet's number.
       * @example 1
       */
      sheetId: number;
      /**
       * Its name.
       * @example "March"
       */
      title: string;
    };
  };
  /** Batch get spreadsheet values. Reads ranges of a spreadsheet. */
  GOOGLESHEETS_BATCH_GET: {
    arguments: {
      /**
       * The spreadsheet's id, from its address.
       * @example "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
       */
      spreadsheet_id: string;
      /** What to read; all of the first sheet by default. */
      ranges?: string[] | undefined;
    };
    data: {
      /**
       * The spreadsheet's id, from its address.
       * @example "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
       */
      spreadsheetId: string;
      /** What was read. */
      valueRanges: Record<string, unknown>[];
    };
  };
  /** Create a Google Sheet. Creates a spreadsheet with one empty sheet, `Sheet1`. */
  GOOGLESHEETS_CREATE_GOOGLE_SHEET1: {
    arguments: {
      /**
       * The spreadsheet's title.
       * @example "Orders"
       */
      title: string;
    };
    data: {
      /**
       * The spreadsheet's id, from its address.
       * @example "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
       */
      spreadsheetId: string;
      /**
       * Its address.
       * @example "https://docs.google.com/spreadsheets/d/1Bxi"
       */
      spreadsheetUrl: string;
    };
  };
  /** Append values to spreadsheet. Adds rows at the end of a sheet. */
  GOOGLESHEETS_SPREADSHEETS_VALUES_APPEND: {
    arguments: {
      /**
       * The spreadsheet's id, from its address.
       * @example "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
       */
      spreadsheetId: string;
      /**
       * The sheet's name, optionally with cells.
       * @example "Sheet1"
       */
      range: string;
      /** How values are read. */
      valueInputOption: "RAW" | "USER_ENTERED";
      /** The rows. */
      values: string[][];
    };
    data: {
      /**
       * The spreadsheet's id, from its address.
       * @example "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
       */
      spreadsheetId: string;
      /** What was written. */
      updates: Record<string, unknown>;
    };
  };
}
