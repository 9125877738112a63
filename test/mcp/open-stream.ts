import { expect, vi } from "vitest";
import { post, tokens } from "./support.js";

/** Reads the messages of a stream. */
export async function openStream(url: string, params: object, token = tokens.ada, asked = "events/stream") {
  const response = await post(url, asked, params, { token });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  // biome-ignore lint/suspicious/noExplicitAny: messages are read member by member
  const seen: any[] = [];
  let read = 0;
  const ended = (async () => {
    let text = "";
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString("utf8");
      const frames = text.split("\n\n");
      text = frames.pop() ?? "";
      for (const frame of frames) {
        const data = frame.split("\n").find((line) => line.startsWith("data: "));
        const message = data === undefined ? undefined : JSON.parse(data.slice("data: ".length));
        if (message?.method !== undefined) seen.push(message);
      }
    }
    return true;
  })();
  const nextMethod = (wanted: string) =>
    vi.waitFor(
      () => {
        const at = seen.findIndex(({ method }, place) => place >= read && method === wanted);
        expect(at).not.toBe(-1);
        read = at + 1;
        return seen[at];
      },
      { timeout: 20_000 },
    );
  return { seen, ended, nextMethod, next: (what: string) => nextMethod(`notifications/events/${what}`) };
}
