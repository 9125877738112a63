/**
 * Milliseconds that processors have worked for this process: a limit on it holds on a busy machine, too, where
 * other processes take most of the time.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
