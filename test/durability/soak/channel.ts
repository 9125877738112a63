import { type ChildProcess, fork } from "node:child_process";

interface Call {
  readonly id: number;
  readonly name: string;
  readonly value: unknown;
}

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** In the child: what its parent may call. It ends with its parent. */
export function serve(calls: Readonly<Record<string, (value: never) => unknown>>): void {
  process.on("message", async ({ id, name, value }: Call) => {
    try {
      process.send?.({ id, value: await calls[name]?.(value as never) } satisfies Reply);
    } catch (error) {
      process.send?.({ id, error: String((error as Error).stack ?? error) } satisfies Reply);
    }
  });
  process.on("disconnect", () => process.exit());
}

/** A program that is started with a channel to it. */
export class Peer {
  readonly child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (why: Error) => void }>();
  #calls = 0;

  constructor(program: string, env: Readonly<Record<string, string>>) {
    this.child = fork(program, {
      execArgv: ["--enable-source-maps"],
      env: { ...process.env, NO_COLOR: "1", ...env },
    });
    this.child.on("message", ({ id, value, error }: Reply) => {
      const call = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) call?.resolve(value);
      else call?.reject(new Error(error));
    });
    this.child.once("exit", (code, signal) => {
      const why = new Error(`${program} ended (${signal ?? code}) before it replied.`);
      for (const { reject } of this.#waiting.values()) reject(why);
      this.#waiting.clear();
    });
  }

  /** @throws what the call throws in the child, or that the child ended first */
  call<Result>(name: string, value?: unknown): Promise<Result> {
    this.#calls += 1;
    const id = this.#calls;
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.child.send({ id, name, value } satisfies Call, (error) => {
        if (error !== null) reject(error);
      });
    });
  }
}
