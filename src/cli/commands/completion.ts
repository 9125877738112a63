import type { Command } from "commander";
import { completionScripts, shells } from "../completion-scripts.js";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";

/** Makes the whole command line anew, for completion to walk through. */
type MakeProgram = () => Command;

export function addCompletion(program: Command, { io }: Context, make: MakeProgram): void {
  program
    .command("completion")
    .argument("<shell>", shells.join(", "))
    .description("print the script that completes commands and options in your shell")
    .addHelpText(
      "after",
      `
Examples:
  $ source <(earshot completion bash)                       # in ~/.bashrc
  $ source <(earshot completion zsh)                        # in ~/.zshrc, after compinit
  $ earshot completion fish > ~/.config/fish/completions/earshot.fish`,
    )
    .action(async (shell: string) => {
      const known = shells.find((one) => one === shell);
      if (known === undefined) {
        throw new UsageError(`There is no completion for ${shell}; there is for ${shells.join(", ")}`);
      }
      await io.line(completionScripts[known]);
    });
  // What the scripts ask at each Tab.
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .action((words: readonly string[]) => complete(make, words));
}

async function complete(make: MakeProgram, words: readonly string[]): Promise<void> {
  const { default: tab } = await import("@bomb.sh/tab/commander");
  const program = make();
  tab(program, { completionCommandName: "completion" }).parse([...words]);
}
