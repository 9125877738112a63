// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface GooglesheetsTriggers {
  /** Rows added. Fires for each row that is added to a sheet. */
  GOOGLESHEETS_NEW_ROWS_TRIGGER: {
    config: {
      /**
       * The spreadsheet's id, from its address.
       * @example "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
       */
      spreadsheet_id: string;
      /**
       * The sheet's name.
       * @default "Sheet1"
       * @example "Sheet1"
       */
      sheet_name?: string | undefined;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * The spreadsheet's id, from its address.
       * @example "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
       */
      spreadsheet_id: string;
      /**
       * The sheet's name.
       * @example "Sheet1"
       */
      sheet_name: string;
      /**
       * The row, counted from 1.
       * @example 42
       */
      row_number: number;
      /** The cells, from the left. */
      row_data: string[];
      /**
       * When the row was seen.
       * @example "2025-03-11T14:05:09Z"
       */
      detected_at: string;
    };
  };
  /** Sheet added. Fires when a spreadsheet gets a new sheet. */
  GOOGLESHEETS_NEW_SHEET_ADDED_TRIGGER: {
    config: {
      /**
       * The spreadsheet's id, from its address.
       * @example "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
       */
      spreadsheet_id: string;
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * The spreadsheet's id, from its address.
       * @example "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
       */
      spreadsheet_id: string;
      /**
       * The new sheet's name.
       * @example "March"
       */
      sheet_name: string;
      /**
       * When the sheet was seen.
       * @example "2025-03-11T14:05:09Z"
       */
      detected_at: string;
    };
  };
}
