import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { Readable, Writable } from "node:stream";
import { type Host, run } from "../../src/cli/program.js";

type Env = Readonly<Record<string, string | undefined>>;

/** What a command of this process has in place of a process. */
export interface CommandHost {
  readonly args: readonly string[];
  readonly env: Env;
  /** The content of stdin. */
  readonly input: string;
  readonly onText: (stream: "stdout" | "stderr", text: string) => void;
}

/** The environment of the command that runs. */
const environments = new AsyncLocalStorage<Env>();

/** Within a command, `process.env` is the command's: the library reads it there. */
function divideEnvironment(): void {
  const { env: own } = process;
  const current = () => environments.getStore() ?? own;
  process.env = new Proxy(own, {
    get: (_, name) => Reflect.get(current(), name),
    set: (_, name, value) => Reflect.set(current(), name, value),
    deleteProperty: (_, name) => Reflect.deleteProperty(current(), name),
    has: (_, name) => Reflect.has(current(), name),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(current(), name),
  });
}
let isDivided = false;

/**
 * Runs the command line in this process, with an environment and streams of its own. Starting a process takes longer
 * than most commands. Tests of signals that kill, of pipes and of terminals start one.
 *
 * @returns its exit code, and what sends it a signal
 */
export function runHere({ args, env, input, onText }: CommandHost) {
  if (!isDivided) divideEnvironment();
  isDivided = true;
  const signals = new EventEmitter();
  const sink = (name: "stdout" | "stderr") =>
    new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        onText(name, String(chunk));
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
    stdin: Readable.from(input === "" ? [] : [Buffer.from(input)]),
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    on: (signal, handler) => signals.on(signal, handler),
    off: (signal, handler) => signals.off(signal, handler),
    exit: (code) => exit(code),
  };
  // A process prints warnings on stderr.
  const onWarning = (warning: Error) => {
    if (environments.getStore() === env) onText("stderr", `${warning.name}: ${warning.message}\n`);
  };
  const code = environments.run(env, async () => {
    process.on("warning", onWarning);
    try {
      const ended = await Promise.race([run(host), exited]);
      // Warnings are emitted in the next turn.
      await new Promise((resolve) => setImmediate(resolve));
      return ended;
    } finally {
      process.off("warning", onWarning);
    }
  });
  return { code, signal: (name: NodeJS.Signals) => signals.emit(name) };
}
