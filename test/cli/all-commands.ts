import { createProgram } from "../../src/cli/program.js";
import { createIo } from "../../src/cli/terminal/io.js";

/** Every visible command, such as `triggers ls`, with its long options: found by a walk over the program. */
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
