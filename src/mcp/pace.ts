/** Messages of a stream that may wait for a slow client. */
const MOST_WAITING = 64;

/** Slows the sender of a stream down to what its client reads. */
export class Pace {
  #sent = 0;
  #taken = 0;
  #isEnded = false;
  #go: () => void = () => undefined;

  /** A message was given to the stream. Resolves when there is room for the next one. */
  async sent(): Promise<void> {
    this.#sent += 1;
    while (!this.#isEnded && this.#sent - this.#taken > MOST_WAITING) {
      await new Promise<void>((resolve) => {
        this.#go = resolve;
      });
    }
  }

  /** The client took a part of the stream. */
  taken(): void {
    this.#taken += 1;
    this.#go();
  }

  /** The client is gone. */
  end(): void {
    this.#isEnded = true;
    this.#go();
  }
}

/** The response, read at the speed of its client. */
export function paced(response: Response, pace: Pace): Response {
  const { body } = response;
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (body === null || !isStream) return response;
  const reader = body.getReader();
  const slow = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          pace.end();
          controller.close();
          return;
        }
        controller.enqueue(value);
        pace.taken();
      },
      async cancel(reason) {
        pace.end();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(slow, { status: response.status, headers: response.headers });
}
