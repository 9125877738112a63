import type { Sight } from "./types.js";

const AGAIN_MS = 1_000;

/** What happens in the platform, for as long as the page is open: connected again whenever it is lost. */
export class Live {
  readonly #eyes = new Set<(sights: readonly Sight[]) => void>();

  constructor() {
    void this.#run();
  }

  on(eye: (sights: readonly Sight[]) => void): () => void {
    this.#eyes.add(eye);
    return () => {
      this.#eyes.delete(eye);
    };
  }

  #tell(sights: readonly Sight[]): void {
    for (const eye of this.#eyes) eye(sights);
  }

  async #run(): Promise<never> {
    for (;;) {
      try {
        await this.#read();
      } catch {
        // Said below: a platform that has gone away is the usual case.
      }
      this.#tell([{ type: "lost" }]);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  async #read(): Promise<void> {
    const response = await fetch("/dev/api/live", { headers: { "x-earshot-dev": "1" } });
    if (!response.ok || response.body === null) throw new Error("no stream");
    this.#tell([{ type: "connected" }]);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop() ?? "";
      const sights = parts
        .filter((part) => part.startsWith("data: "))
        .map((part) => JSON.parse(part.slice(6)) as Sight);
      if (sights.length > 0) this.#tell(sights);
    }
  }
}

export const live = new Live();
