import type { ListenerHealth } from "./listener-health.js";
import { isQuiet } from "./settings/environment.js";

const ENDING_SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Calls `stop` on the first SIGINT or SIGTERM. The second ends the process at once, by Node's default, because the
 * handlers have been removed.
 *
 * @returns a function that removes the handlers
 */
function onEndingSignal(stop: () => void): () => void {
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

/** @param callbacks how many there are */
export function receivingOf({ websocket, webhook }: ListenerHealth, callbacks: number): Receiving {
  return { websocket: websocket !== undefined, webhookUrl: webhook?.url, callbacks };
}

/**
 * Writes to a terminal that receiving has begun: a program that waits for its first event looks the same as one that
 * hangs. Writes nothing if stderr is no terminal, or if EARSHOT_QUIET is set and not empty.
 */
function writeReadyLine(receiving: Receiving): void {
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

/**
 * Starts a listener and waits for its end.
 *
 * @param options.stop called on SIGINT or SIGTERM; `undefined` to leave signals alone
 * @param options.start what to write to a terminal then; `undefined` for nothing
 */
export async function untilEnded(options: {
  readonly stop: (() => void) | undefined;
  readonly start: () => Promise<Receiving | undefined>;
  readonly ended: Promise<void>;
}): Promise<void> {
  const { stop, start, ended } = options;
  const off = stop === undefined ? undefined : onEndingSignal(stop);
  try {
    // A start may hang in an inbox of the user.
    const receiving = await Promise.race([start(), ended.then(() => undefined)]);
    if (receiving !== undefined) writeReadyLine(receiving);
    await ended;
  } finally {
    off?.();
  }
}
