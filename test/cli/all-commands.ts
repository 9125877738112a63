import { createIo } from "../../src/cli/terminal/io.js";
import { createProgram } from "../../src/cli/program.js";

/** Every command that has something to say, as `triggers ls`, with its long options: walked, not listed. */
export async function allCommands(): Promise<[string, string[]][]> {
  const { stdin, stdout, stderr } = process;
  const io = createIo({ stdin, stdout, stderr, env: {} });
  const never = new AbortController().signal;
  const interrupt = { signal: never, code: () => undefined, raise: () => undefined, off: () => undefined };
  const { program } = await createProgram({ io, env: {}, interrupt, ending: never }, []);
  const found: [string, string[]][] = [];
  const walk = (at: typeof program, path: string) => {
    for (const command of at.createHelp().visibleCommands(at)) {
      if (command.name() === "help") continue;
      const name = `${path}${command.name()}`;
      const options = command.createHelp().visibleOptions(command);
      const long = options.flatMap((option) => (option.long == null ? [] : [option.long]));
      found.push([name, long.filter((option) => option !== "--help")]);
      walk(command, `${name} `);
    }
  };
  walk(program, "");
  return found;
}
