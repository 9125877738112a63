import type { ListenerHealth } from "./listener-health.js";
import { isQuiet } from "./settings/environment.js";

const ENDING_SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Calls `stop` on the first SIGINT or SIGTERM. The second ends the process at once, by Node's default, because the
 * handlers have been removed.
 *
 * @returns a function that removes the handlers
 */
export function onEndingSignal(stop: () => void): () => void {
  // Absent where the runtime is not Node: there are no signals.
  const host = globalThis.process;
  const off = () => {
    for (const signal of ENDING_SIGNALS) host?.off?.(signal, onSignal);
  };
  const onSignal = () => {
    off();
    stop();
  };
  for (const signal of ENDING_SIGNALS) host?.on?.(signal, onSignal);
  return off;
}

/** Where a listener receives. */
export interface Receiving {
  /** Whether it receives over the WebSocket. */
  readonly websocket: boolean;
  /** The URL of the listener's webhook server. */
  readonly webhookUrl: string | undefined;
  /** How many callbacks are registered. */
  readonly callbacks: number;
}

/**
 * Writes to a terminal that receiving has begun: a program that waits for its first event looks the same as one that
 * hangs. Writes nothing if stderr is no terminal, or if EARSHOT_QUIET is set and not empty.
 */
export function writeReadyLine({ websocket, webhook }: ListenerHealth, callbacks: number): void {
  // Absent where the runtime is not Node.
  const stderr = globalThis.process?.stderr;
  if (stderr?.isTTY !== true || isQuiet()) return;
  const receiving = { websocket: websocket !== undefined, webhookUrl: webhook?.url, callbacks };
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
