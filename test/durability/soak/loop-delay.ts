import { monitorEventLoopDelay } from "node:perf_hooks";

/** How late a timer of the event loop was, milliseconds. */
export interface LoopDelay {
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

const RESOLUTION_MS = 10;

/** @returns reads the delays since the last reading */
export function measureLoopDelay(): () => LoopDelay {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  // The histogram has the time between two runs of a timer.
  const lateMs = (nanos: number) => Math.max(0, nanos / 1e6 - RESOLUTION_MS);
  return () => {
    const read = {
      delayP50Ms: lateMs(delays.percentile(50)),
      delayP99Ms: lateMs(delays.percentile(99)),
      delayMaxMs: lateMs(delays.max),
    };
    delays.reset();
    return read;
  };
}
