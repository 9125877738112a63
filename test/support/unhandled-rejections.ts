import { onTestFinished } from "vitest";

/** From now on, to the end of the test. Any other program would end with the first. */
export function unhandledRejections(): readonly unknown[] {
  const unhandled: unknown[] = [];
  const others = process.rawListeners("unhandledRejection") as ((reason: unknown) => void)[];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
  onTestFinished(() => {
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
  });
  return unhandled;
}
