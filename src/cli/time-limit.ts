/**
 * Does something under a time limit.
 *
 * `AbortSignal.any` with an `AbortSignal.timeout` in it would be shorter; but Node lets the garbage collector take that
 * timeout, and then the limit never comes (https://github.com/nodejs/node/issues/57736).
 *
 * @param limitMs milliseconds
 * @param ending ends it earlier
 * @param act gets a signal that aborts at the limit, with a TimeoutError, or with `ending`, for its reason
 */
export async function within<Value>(
  limitMs: number,
  ending: AbortSignal,
  act: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const limit = new AbortController();
  const end = () => limit.abort(ending.reason);
  const timer = setTimeout(
    () => limit.abort(new DOMException(`no answer in ${limitMs / 1000} s`, "TimeoutError")),
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
