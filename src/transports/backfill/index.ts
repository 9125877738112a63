/** What was missed while nothing could be heard, read from the platform's trigger log. */
export { CatchUp, type CatchUpOptions } from "./backfill.js";
export { Cursor, type CursorOptions, type Marks } from "./cursor.js";
export { type Gap, least } from "./span.js";
