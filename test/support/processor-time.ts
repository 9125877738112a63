/**
 * Milliseconds that processors have worked for this process: a limit on it holds on a busy machine, too, where
 * other processes take most of the time.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** @returns milliseconds since: no more than passed, and no more than this process's threads worked. */
export function stopwatch(): () => number {
  const [atMs, workedMs] = [performance.now(), processorMs()];
  return () => Math.min(performance.now() - atMs, processorMs() - workedMs);
}
