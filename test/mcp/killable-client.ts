import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { readLedger } from "../durability/crash/ledger.js";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { compile, type Program, run } from "../support/program.js";
import type { ClientProgramOptions } from "./client-program.js";

/** A listener in a process of its own, on a SQLite file, which can be killed and started again. */
export async function killableClient(options: Omit<ClientProgramOptions, "db" | "log">) {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  const log = join(folder, "log");
  const program = await compile(join(import.meta.dirname, "client-program.ts"));
  const given: ClientProgramOptions = { ...options, db: join(folder, "client.db"), log };
  let running: Program | undefined;
  const linesOf = () => (existsSync(log) ? readFileSync(log, "utf8").split("\n") : []);
  return {
    /** Starts it. @param waits whether until it receives. Default: true */
    async start(waits = true): Promise<void> {
      running = run(program, [JSON.stringify(given)]);
      if (waits) await running.line(/^up$/);
    },
    async kill(): Promise<void> {
      running?.child.kill("SIGKILL");
      await running?.ended;
    },
    /** What ran and was done, by the server's ids of the events. */
    ledger() {
      const { done, ...rest } = existsSync(log)
        ? readLedger(log)
        : { done: new Set<string>(), runAfterDone: [], reruns: 0, dead: [], unfinished: [] };
      // `mcp:<subscription>:<the server's id>@<path>`
      const serverId = (id: string) => id.replace(/^mcp:\w+:/, "").replace(/@\/\w*$/, "");
      return { ...rest, done: new Set([...done].map(serverId)) };
    },
    /** The gaps that each life reported, in order. */
    gaps(): readonly (readonly string[])[] {
      const lives: string[][] = [];
      for (const line of linesOf()) {
        const [word = ""] = line.split(" ");
        if (word === "begin") lives.push([]);
        else if (word.startsWith("gap.")) lives.at(-1)?.push(word);
      }
      return lives;
    },
    lines: linesOf,
  };
}
