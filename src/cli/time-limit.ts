/**
 * Runs an action under a time limit.
 *
 * `AbortSignal.any` with an `AbortSignal.timeout` in it would be shorter. But Node lets the garbage collector take that
 * timeout, and then the limit never fires (https://github.com/nodejs/node/issues/57736).
 *
 * @param limitMs milliseconds
 * @param ending aborts the action earlier
 * @param act receives a signal that aborts at the limit, with a TimeoutError, or with the reason of `ending`
 */
export async function withTimeLimit<Value>(
  limitMs: number,
  ending: AbortSignal,
  act: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const limit = new AbortController();
  const end = () => limit.abort(ending.reason);
  const timer = setTimeout(
    () => limit.abort(new DOMException(`no response within ${limitMs / 1000} s`, "TimeoutError")),
    limitMs,
  );
  ending.addEventListener("abort", end, { once: true });
  if (ending.aborted) end();
  try {
    return await act(limit.signal);
  } finally {
    clearTimeout(timer);
    ending.removeEventListener("abort", end);
  }
}
