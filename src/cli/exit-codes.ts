export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  unreachable: 3,
  unauthorized: 4,
  timedOut: 5,
  /** 128 plus the signal's number, the shells' convention. */
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The table at the end of `earshot --help`. */
export const exitCodeHelp = `Exit codes:
  0    success; \`dev\`, \`demo\` and \`mcp\`: stopped cleanly by a signal
  1    failure
  2    usage error: an option, an argument or an environment variable
  3    the platform is unreachable: no response from its URL
  4    the platform rejected the API key
  5    \`listen --for\` timed out before \`--max-events\` was reached
  129  the terminal was closed (SIGHUP)
  130  interrupted by Ctrl-C (SIGINT)
  143  terminated (SIGTERM)`;

/** Sets a command's exit code. Without a call it is 0, or the code of the signal that interrupted the command. */
export type SetExitCode = (code: ExitCode) => void;
