/** The signals that ask a process to end. */
const ENDING = ["SIGINT", "SIGTERM"] as const;

/**
 * Calls `stop` on the first SIGINT or SIGTERM. A second one meets Node's own handling and ends the process at
 * once, because our handlers are gone by then.
 *
 * @returns a function that takes the handlers off
 */
export function onEndingSignal(stop: () => void): () => void {
  // Absent where the runtime is not Node: there are no signals to wait for.
  const host = globalThis.process;
  const off = () => {
    for (const signal of ENDING) host?.off?.(signal, onSignal);
  };
  const onSignal = () => {
    off();
    stop();
  };
  for (const signal of ENDING) host?.on?.(signal, onSignal);
  return off;
}
