import { Command } from "commander";
import { VERSION } from "../base/version.js";
import type { Context } from "./context.js";
import { type ExitCode, exitCodeHelp, type SetOutcome } from "./exit-codes.js";

/** The command line, and what its command said of its end. */
export interface Program {
  readonly program: Command;
  readonly outcome: () => ExitCode | undefined;
}

/** Adds commands to a command line. */
type Add = (program: Command, context: Context, end: SetOutcome) => void;

/**
 * The command line, with the commands that its words can mean: `dev` is somebody who waits for a page, and loads
 * itself alone.
 *
 * @param words what stands behind `earshot`
 */
export async function createProgram(context: Context, words: readonly string[]): Promise<Program> {
  if (words[0] === "dev") {
    const { addDev } = await import("./commands/dev.js");
    return makeProgram(context, addDev);
  }
  const [{ addCommands }, { addCompletion }] = await Promise.all([
    import("./commands/index.js"),
    import("./commands/completion.js"),
  ]);
  const made = makeProgram(context, addCommands);
  // Completion walks through a command line of its own, which has the commands that the library adds.
  addCompletion(made.program, context, () => makeProgram(context, addCommands).program);
  inherit(made.program);
  return made;
}

function makeProgram(context: Context, add: Add): Program {
  let outcome: ExitCode | undefined;
  const end: SetOutcome = (code) => {
    outcome = code;
  };
  const program = new Command("earshot")
    .description(
      "What an AI agent listens with: triggers and webhooks, heard once, kept until they are done.",
    )
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help for a command")
    .configureOutput({
      writeErr: (text) => context.io.note(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error:/, context.io.err.red("error:"))),
    })
    .showHelpAfterError("Run it with --help for options and examples.")
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  $ earshot demo                                       # see it work, in one command
  $ earshot dev                                        # a platform of your own, on this machine
  $ export COMPOSIO_BASE_URL=http://127.0.0.1:4747 COMPOSIO_API_KEY=local
  $ earshot triggers enable GITHUB_STAR_ADDED_EVENT --config owner=acme --config repo=site
  $ earshot listen --trigger GITHUB_STAR_ADDED_EVENT
  $ earshot fire GITHUB_STAR_ADDED_EVENT --data '{"starred_by": "ada"}'

Environment:
  COMPOSIO_API_KEY         the key; any text with the local platform
  COMPOSIO_BASE_URL        the platform; default https://backend.composio.dev
  COMPOSIO_WEBHOOK_SECRET  signs what \`listen --forward\` and \`replay --to\` post
  EARSHOT_PROFILE          the profile, as --profile says it; both go before the variables above
  XDG_CONFIG_HOME          where \`login\` stores keys; default ~/.config
  XDG_STATE_HOME           where leases and the forwarding secret are; default ~/.local/state
  NO_COLOR, FORCE_COLOR    colors off, colors on

What was asked for goes to stdout, everything else to stderr; with --json, stdout has JSON Lines alone.

${exitCodeHelp}`,
    );
  add(program, context, end);
  inherit(program);
  return { program, outcome: () => outcome };
}

/** Commander hands these settings down only to commands that are made by their parent. */
function inherit(parent: Command): void {
  for (const child of parent.commands) {
    child.copyInheritedSettings(parent);
    inherit(child);
  }
}
