import type { Command } from "commander";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";

const shells = ["bash", "zsh", "fish"] as const;

/** Creates a second command line for the completion library. */
type MakeProgram = () => Command;

export function addCompletion(program: Command, { io }: Context, makeProgram: MakeProgram): void {
  program
    .command("completion")
    .argument("<shell>", shells.join(", "))
    .description("print the completion script for a shell: commands and options at Tab")
    .addHelpText(
      "after",
      `
Examples:
  $ source <(earshot completion bash)                       # in ~/.bashrc
  $ source <(earshot completion zsh)                        # in ~/.zshrc, after compinit
  $ earshot completion fish > ~/.config/fish/completions/earshot.fish`,
    )
    .action(async (name: string) => {
      const shell = shells.find((one) => one === name);
      if (shell === undefined) {
        throw new UsageError(`There is no completion for ${name}; supported shells: ${shells.join(", ")}`);
      }
      await io.line(scripts[shell]);
    });
  // The scripts call it at each Tab.
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .action((words: readonly string[]) => complete(makeProgram, words));
}

async function complete(makeProgram: MakeProgram, words: readonly string[]): Promise<void> {
  const { default: tab } = await import("@bomb.sh/tab/commander");
  const program = makeProgram();
  tab(program, { completionCommandName: "completion" }).parse([...words]);
}

/**
 * Each script calls `earshot complete` for candidates at each Tab. The words are passed as arguments, never as text
 * that the shell evaluates: Tab must not run commands that stand on the line.
 */
const scripts: Readonly<Record<(typeof shells)[number], string>> = {
  bash: `# earshot in bash: source <(earshot completion bash)
_earshot() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :* ]]; then continue; fi
    line=\${line%%$'\\t'*}
    if [[ $line == "$2"* ]]; then COMPREPLY+=("$line"); fi
  done < <("$1" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _earshot earshot`,
  zsh: `#compdef earshot
# earshot in zsh: source <(earshot completion zsh), after compinit
_earshot() {
  local line
  local -a found
  while IFS= read -r line; do
    if [[ $line == :* ]]; then continue; fi
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <("\${(Q)words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( $#found )); then _describe -V earshot found; else _files; fi
}
if [[ \${funcstack[1]} == _earshot ]]; then _earshot "$@"; else compdef _earshot earshot; fi`,
  fish: `# earshot in fish: earshot completion fish > ~/.config/fish/completions/earshot.fish
function __earshot_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] complete -- $words[2..-1] 2>/dev/null | string match -v -r '^:'
end
complete -c earshot -f -k -a '(__earshot_complete)'
complete -c earshot -n '__fish_prev_arg_in --catalog --config-file --data --db --model-rules --out --output' -F`,
};
