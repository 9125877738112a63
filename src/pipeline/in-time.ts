import type { Clock } from "../base/clock.js";
import { EarshotError } from "../base/errors.js";
import type { Callback } from "../callbacks/callback.js";

/** What a callback's promise brings, within the time of an attempt. @throws EarshotError ERR_CALLBACK_TIMEOUT */
export function inTime<T>(promise: Promise<T>, callback: Callback, clock: Clock): Promise<T> {
  const { attemptTimeoutMs } = callback;
  if (!Number.isFinite(attemptTimeoutMs)) return promise;
  return new Promise((resolve, reject) => {
    const timer = clock.after(attemptTimeoutMs, () => reject(callbackTimeout(callback)));
    const end = () => timer.clear();
    promise.then(resolve, reject).then(end, end);
  });
}

export function callbackTimeout({ name, attemptTimeoutMs }: Callback): EarshotError {
  return new EarshotError(
    "ERR_CALLBACK_TIMEOUT",
    `The callback "${name}" did not end within its ${attemptTimeoutMs} ms.`,
  );
}
