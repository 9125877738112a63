import { McpRequestError } from "./errors.js";

/** Where a client stands: a position in one inbox. */
export interface EventCursor {
  /** Which inbox: a store that was made anew has another. */
  readonly store: string;
  readonly position: number;
}

/** Opaque to clients: `<store>.<position>`. */
export function cursorText({ store, position }: EventCursor): string {
  return `${store}.${position}`;
}

/**
 * @returns `undefined` for a cursor that is null or absent: from now on
 * @throws McpRequestError InvalidParams for anything that this server cannot have made
 */
export function readCursor(given: unknown): EventCursor | undefined {
  if (given === undefined || given === null) return undefined;
  const found = typeof given === "string" ? /^([\w-]{8,64})\.(\d{1,15})$/.exec(given) : null;
  if (found === null) throw new McpRequestError("InvalidParams", "`cursor` is not a cursor of this server.");
  return { store: found[1] as string, position: Number(found[2]) };
}
