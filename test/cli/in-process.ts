import { EventEmitter } from "node:events";
import { Readable, Writable } from "node:stream";
import { type Host, run } from "../../src/cli/program.js";

/** A command of this process that runs. */
export interface Command {
  /** Sends a signal, as a terminal does. */
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code. */
  readonly ended: Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** One command at a time: `process.env` is the running command's. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Runs the command line in this process, with an environment and streams of its own. Starting a process takes longer
 * than most commands. Tests of signals that kill, of pipes and of terminals start one.
 */
export function command(args: readonly string[], env: Env, input: string): Command {
  const emitter = new EventEmitter();
  const texts = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof texts) =>
    new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  let exit: (code: number) => void = () => undefined;
  const exited = new Promise<number>((resolve) => {
    exit = resolve;
  });
  const host: Host = {
    argv: [process.execPath, "earshot", ...args],
    env,
    stdin: Readable.from([Buffer.from(input)]),
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    on: (signal, handler) => emitter.on(signal, handler),
    off: (signal, handler) => emitter.off(signal, handler),
    exit: (code) => exit(code),
  };
  const before = turn;
  const ended = (async () => {
    await before;
    const onWarning = (warning: Error) => {
      texts.stderr += `${warning.name}: ${warning.message}\n`;
    };
    const { env: own } = process;
    process.env = { ...env };
    process.on("warning", onWarning);
    try {
      const code = await Promise.race([run(host), exited]);
      // Warnings are emitted in the next turn.
      await new Promise((resolve) => setImmediate(resolve));
      return { code, ...texts };
    } finally {
      process.off("warning", onWarning);
      process.env = own;
    }
  })();
  turn = ended.catch(() => undefined);
  return { signal: (name) => emitter.emit(name), ended };
}
