/**
 * Rejects as soon as the signal is aborted, whatever the promise does. A full inbox makes its callers wait until it is
 * stopped, and it is stopped after the transports; a user's function may ignore its signal.
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** The items of a user's iterable, until the signal is aborted: what it reads then is not waited for. */
export async function* itemsUnlessAborted<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const iterator = (async function* () {
    yield* items;
  })();
  try {
    for (;;) {
      const next = await unlessAborted(iterator.next(), signal);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    iterator.return().catch(() => undefined);
  }
}
