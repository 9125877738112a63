export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/**
 * What each shell needs to ask `earshot complete` for candidates at each Tab. The words are handed over as they are,
 * never as a text that the shell would read again: Tab must not run what stands on the line.
 */
export const completionScripts: Readonly<Record<Shell, string>> = {
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
complete -c earshot -n '__fish_prev_arg_in --catalog --config-file --data --db --out --output' -F`,
};
