import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.js";

/** What a server is started with, beside its port and directory: `{ appendonly: "yes" }`. */
export type RedisOptions = Readonly<Record<string, string | readonly string[]>>;

/** A real Redis of the test's own, in a directory of its own. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Ends it as SIGKILL does; what it had not written is lost. */
  kill(): Promise<void>;
  /** Starts it again over the same directory. */
  restart(): Promise<void>;
  /** Stops it from answering, without closing anything. */
  freeze(): void;
  thaw(): void;
  /** Sends one command. @returns the first line of the answer */
  command(...words: readonly string[]): Promise<string>;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
}

const isThere = spawnSync("redis-server", ["--version"]).status === 0;

/** Why tests with Redis are skipped: never where CI is set, there its absence is a failure. */
export const withoutRedis: string | undefined =
  isThere || process.env.CI ? undefined : "redis-server is not installed";

export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "earshot-redis-"));
  const port = await freePort();
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, ...[value].flat()]);
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const started = spawn(
      "redis-server",
      ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...words],
      { stdio: "ignore" },
    );
    child = started;
    const giveUpAt = performance.now() + 15_000;
    for (;;) {
      const answer = await ask(port, ["PING"]).catch(() => "");
      if (answer === "+PONG" || answer.startsWith("-NOAUTH")) return;
      if (started.exitCode !== null) throw new Error(`redis-server ended with ${started.exitCode}`);
      if (performance.now() > giveUpAt) throw new Error("redis-server did not come up");
      await sleep(10);
    }
  }

  async function kill(): Promise<void> {
    const dying = child;
    child = undefined;
    if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return;
    const ended = once(dying, "exit");
    dying.kill("SIGKILL");
    await ended;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill,
    restart: start,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    command: (...words) => ask(port, words),
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ask(port: number, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setTimeout(5000, () => socket.destroy(new Error("Redis did not answer")));
    socket.on("error", reject);
    socket.on("data", (data) => {
      answer += data;
      const end = answer.indexOf("\r\n");
      if (end < 0) return;
      socket.destroy();
      resolve(answer.slice(0, end));
    });
    socket.on("close", () => reject(new Error("Redis closed the connection")));
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${parts.join("")}`);
  });
}
