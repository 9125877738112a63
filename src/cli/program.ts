import { Command } from "commander";
import { VERSION } from "../base/version.js";
import { type Context, type InterruptHost, onInterrupt } from "./context.js";
import { reportError } from "./errors.js";
import { type ExitCode, exitCodeHelp, exitCodes, type SetExitCode } from "./exit-codes.js";
import { nonEmpty } from "./options/values.js";
import { createIo, type Io, type Streams } from "./terminal/io.js";

/** What the command line needs of its process: arguments, environment, streams and signals. */
export interface Host extends Streams, InterruptHost {
  /** As `process.argv`: the first two are Node and the program. */
  readonly argv: readonly string[];
}

/** Runs the command line of a process. @returns its exit code */
export async function run(host: Host): Promise<number> {
  const { argv, env } = host;
  const io = createIo(host);
  const interrupt = onInterrupt(host);
  const ending = AbortSignal.any([interrupt.signal, io.readerGone]);
  const context = { io, env, interrupt, ending };
  try {
    const { program, exitCode } = await createProgram(context, argv.slice(2));
    await program.parseAsync(argv);
    return unwritten(io) ?? exitCode() ?? interrupt.code() ?? exitCodes.ok;
  } catch (thrown) {
    const code = unwritten(io);
    if (code !== undefined) return code;
    // An error caused by an interrupt or a closed pipe is not a failure of the command.
    if (io.readerGone.aborted) return exitCodes.ok;
    const signaled = interrupt.code();
    if (signaled !== undefined) return signaled;
    return await reportError(thrown, context);
  } finally {
    interrupt.off();
  }
}

/** The results are lost, as on a full disk: without this, a script would go on with a part of them. */
function unwritten({ writeError, note, err }: Io): ExitCode | undefined {
  if (writeError === undefined) return undefined;
  note(`${err.red("error:")} stdout cannot be written: ${writeError.message}`);
  return exitCodes.failure;
}

/** The command line, and the exit code that its command set. */
export interface Program {
  readonly program: Command;
  readonly exitCode: () => ExitCode | undefined;
}

type AddCommands = (program: Command, context: Context, setExitCode: SetExitCode) => void;

/**
 * The command line with the commands that its arguments can mean. `dev` loads only itself, so that it starts sooner.
 *
 * @param args the arguments after `earshot`
 */
export async function createProgram(context: Context, args: readonly string[]): Promise<Program> {
  if (args[0] === "dev") {
    const { addDev } = await import("./commands/dev.js");
    return makeProgram(context, addDev);
  }
  const [{ addCommands }, { addCompletion }] = await Promise.all([
    import("./commands/index.js"),
    import("./commands/completion.js"),
  ]);
  const made = makeProgram(context, addCommands);
  // The completion library adds commands to the program that it walks: it gets a second one.
  addCompletion(made.program, context, () => makeProgram(context, addCommands).program);
  inheritSettings(made.program);
  return made;
}

function makeProgram(context: Context, addCommands: AddCommands): Program {
  const { io } = context;
  let exitCode: ExitCode | undefined;
  const setExitCode: SetExitCode = (code) => {
    exitCode = code;
  };
  const program = new Command("earshot")
    .description(
      "Receive trigger events in an AI agent, over WebSocket or webhooks: at-least-once, deduplicated, durable.",
    )
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help for a command")
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      getOutHelpWidth: () => widthOf(io.stdout),
      getErrHelpWidth: () => widthOf(io.stderr),
      writeErr: (text) => io.note(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error:/, io.err.red("error:"))),
    })
    .showHelpAfterError("Run it with --help for options and examples.")
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  $ earshot demo                                       # see it work, in one command
  $ earshot dev                                        # run a local platform on this machine
  $ export COMPOSIO_BASE_URL=http://127.0.0.1:4747 COMPOSIO_API_KEY=local
  $ earshot triggers enable GITHUB_STAR_ADDED_EVENT --config owner=acme --config repo=site
  $ earshot listen --trigger GITHUB_STAR_ADDED_EVENT
  $ earshot fire GITHUB_STAR_ADDED_EVENT --data '{"starred_by": "ada"}'

Environment:
  COMPOSIO_API_KEY         the API key; any text for the local platform
  COMPOSIO_BASE_URL        the platform's URL; default https://backend.composio.dev
  COMPOSIO_WEBHOOK_SECRET  signs the requests of \`listen --forward\` and \`replay --to\`
  EARSHOT_PROFILE          the profile, same as --profile; both override the variables above
  EARSHOT_DASHBOARD_TOKEN  the password of \`dashboard\`; default a new one
  EARSHOT_MCP_TOKEN        the token that requests to \`mcp --http\` need; default a new one
  XDG_CONFIG_HOME          where \`login\` stores API keys; default ~/.config
  XDG_STATE_HOME           where temporary triggers and the forwarding secret are stored; default ~/.local/state
  NO_COLOR, FORCE_COLOR    colors off, colors on

Results go to stdout, everything else to stderr. With --json, stdout contains only JSON Lines.

${exitCodeHelp}`,
    );
  addCommands(program, context, setExitCode);
  inheritSettings(program);
  rejectEmptyTexts(program);
  return { program, exitCode: () => exitCode };
}

/** Options and arguments that are texts are not empty, unless their command parses them itself. */
function rejectEmptyTexts(parent: Command): void {
  for (const command of parent.commands) {
    for (const option of command.options) {
      if (!option.isBoolean() && option.parseArg === undefined) option.argParser(nonEmpty);
    }
    for (const argument of command.registeredArguments) {
      if (argument.parseArg !== undefined) continue;
      if (!argument.variadic) argument.argParser(nonEmpty);
      else argument.argParser((text, before: readonly string[] = []) => [...before, nonEmpty(text)]);
    }
    rejectEmptyTexts(command);
  }
}

/** Columns of the help text: the terminal's, or 80. */
const widthOf = ({ isTTY, columns }: Streams["stdout"]): number => (isTTY === true && columns) || 80;

/** Commander passes these settings only to commands that their parent creates. */
function inheritSettings(parent: Command): void {
  for (const child of parent.commands) {
    child.copyInheritedSettings(parent);
    inheritSettings(child);
  }
}
