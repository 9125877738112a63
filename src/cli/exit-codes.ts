/** How a command ended, for the shell. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  unreachable: 3,
  unauthorized: 4,
  timeIsUp: 5,
  /** 128 and the signal's number, as shells have it. */
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The table that `earshot --help` ends with. */
export const exitCodeHelp = `Exit codes:
  0    done; for \`dev\` and \`demo\`: stopped by a signal, cleanly
  1    failed
  2    wrong use: an option, an argument or an environment variable
  3    nothing answers at the platform's URL
  4    the platform refuses the API key
  5    \`listen --for\` was over before \`--max-events\` had come
  129  the terminal was closed (SIGHUP)
  130  interrupted by Ctrl-C (SIGINT)
  143  terminated (SIGTERM)`;

/** How a command tells with what it ended, where that is not 0, or is 0 although it was interrupted. */
export type SetOutcome = (code: ExitCode) => void;
