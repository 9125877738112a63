import type { Command } from "commander";
import {
  connectionOf,
  type PlatformConnection,
  type ProfileOptions,
  profileOption,
} from "../../config/connection.js";
import type { Context } from "../../context.js";
import { UsageError } from "../../errors.js";
import { exitCodes, type SetExitCode } from "../../exit-codes.js";
import { sanitize } from "../../terminal/sanitize.js";
import type { CheckResult } from "./machine.js";

interface Options extends ProfileOptions {
  readonly json?: true;
}

export function addDoctor(program: Command, context: Context, setExitCode: SetExitCode): void {
  const command = program
    .command("doctor")
    .description("check the setup: versions, API key, URL, secret, clock, network")
    .option("--json", "print one line of JSON per check, with the status ok, fix or unknown")
    .addHelpText(
      "after",
      `
Each line is ok, or has the fix. The exit code is 1 if anything needs a fix.

Examples:
  $ earshot doctor
  $ earshot doctor --profile staging
  $ earshot doctor --json | jq 'select(.status == "fix")'`,
    );
  profileOption(command).action(async (options: Options) => {
    const results = await runChecks(options, context);
    for (const result of results) {
      if (options.json) await context.io.record(result);
      else await context.io.line(lineOf(result, context));
    }
    if (results.some(({ status }) => status === "fix")) setExitCode(exitCodes.failure);
  });
}

async function runChecks({ profile }: Options, { env, ending }: Context): Promise<CheckResult[]> {
  const [{ checkProfiles, checkSecret, checkVersions }, { checkPlatform }, { fix }] = await Promise.all([
    import("./machine.js"),
    import("./platform.js"),
    import("./machine.js"),
  ]);
  const here = [...checkVersions(), await checkProfiles(env), checkSecret(env)];
  let connection: PlatformConnection;
  try {
    connection = await connectionOf(env, profile);
  } catch (thrown) {
    // A misspelled --profile is a usage error; a profiles file that cannot be read is a result.
    if (!(thrown instanceof UsageError) || profile !== undefined) throw thrown;
    return [...here, fix("key", thrown.message, "Run `earshot login`.")];
  }
  return [...here, ...(await checkPlatform(connection, ending))];
}

function lineOf({ check, status, detail, todo }: CheckResult, { io }: Context): string {
  const { green, red, yellow, bold } = io.out;
  const paint = { ok: green, fix: red, unknown: yellow }[status];
  const line = `${paint(status.padEnd(7))}  ${bold(check.padEnd(14))}  ${sanitize(detail)}`;
  return todo === undefined ? line : `${line}\n${" ".repeat(25)}→ ${sanitize(todo)}`;
}
