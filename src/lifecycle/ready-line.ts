import { isQuiet } from "../settings/environment.js";

/** Where a listener receives. */
export interface Receiving {
  /** Whether it receives over the WebSocket. */
  readonly websocket: boolean;
  /** The URL of its own webhook server. */
  readonly webhookUrl: string | undefined;
  /** How many callbacks are registered. */
  readonly callbacks: number;
}

/**
 * Says on a terminal that receiving has begun: a program that waits for its first event looks the same as one that
 * hangs. Writes nothing where stderr is no terminal, or where EARSHOT_QUIET is set and not empty.
 */
export function sayReady(receiving: Receiving): void {
  // Absent where the runtime is not Node.
  const stderr = globalThis.process?.stderr;
  if (stderr?.isTTY !== true || isQuiet()) return;
  stderr.write(`${readyLine(receiving)}\n`);
}

export function readyLine({ websocket, webhookUrl, callbacks }: Receiving): string {
  const places = [
    ...(websocket ? ["over the WebSocket"] : []),
    ...(webhookUrl === undefined ? [] : [`at ${webhookUrl}`]),
  ];
  const where = places.length === 0 ? "" : ` ${places.join(" and ")}`;
  const count = callbacks === 1 ? "1 callback" : `${callbacks} callbacks`;
  return `earshot: receiving events${where}, for ${count}. Ctrl-C stops it.`;
}
