import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A worker that is started again whenever it ends, as whoever runs one has it. */
export interface Worker {
  readonly port: number;
  kill(): Promise<void>;
  end(): Promise<void>;
}

/** @param program its path; it listens on `PORT` */
export function keepUp(program: string, port: number, env: Record<string, string>): Worker {
  let child: ChildProcess;
  let ended: Promise<unknown>;
  let isOver = false;
  function start(): void {
    child = spawn(process.execPath, [program], {
      env: { ...process.env, ...env, PORT: String(port) },
      stdio: "ignore",
    });
    // One that cannot reach Redis while it starts ends by itself.
    ended = once(child, "exit").then(() => {
      if (!isOver) start();
    });
  }
  start();
  return {
    port,
    async kill() {
      const dying = ended;
      child.kill("SIGKILL");
      await dying;
    },
    async end() {
      isOver = true;
      child.kill("SIGKILL");
      await ended;
    },
  };
}
