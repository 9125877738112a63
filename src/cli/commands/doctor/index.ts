import type { Command } from "commander";
import { type Connection, connectionOf } from "../../config/connection.js";
import type { Context } from "../../context.js";
import type { Finding } from "./finding.js";
import { UsageError } from "../../errors.js";
import { exitCodes, type SetOutcome } from "../../exit-codes.js";
import { plain } from "../../terminal/sanitize.js";
import { type PlatformOptions, platformOption } from "../../config/toolset.js";

interface Options extends PlatformOptions {
  readonly json?: true;
}

export function addDoctor(program: Command, context: Context, end: SetOutcome): void {
  const command = program
    .command("doctor")
    .description("look whether everything is in place: versions, key, URL, secret, clock, network")
    .option("--json", "one line of JSON for each check: its status is ok, fix or unknown")
    .addHelpText(
      "after",
      `
Each line says ok, or what to do. It ends with 1 if anything is to be done.

Examples:
  $ earshot doctor
  $ earshot doctor --profile staging
  $ earshot doctor --json | jq 'select(.status == "fix")'`,
    );
  platformOption(command).action(async (options: Options) => {
    const findings = await look(options, context);
    for (const finding of findings) {
      if (options.json) await context.io.record(finding);
      else await context.io.line(lineOf(finding, context));
    }
    if (findings.some(({ status }) => status === "fix")) end(exitCodes.failure);
  });
}

async function look({ profile }: Options, { env, ending }: Context): Promise<Finding[]> {
  const [{ checkProfiles, checkSecret, checkVersions }, { checkPlatform }, { fix }] = await Promise.all([
    import("./machine.js"),
    import("./platform.js"),
    import("./finding.js"),
  ]);
  const here = [...checkVersions(), await checkProfiles(env), checkSecret(env)];
  let connection: Connection;
  try {
    connection = await connectionOf(env, profile);
  } catch (thrown) {
    // A name that was typed wrongly is no finding; a file that cannot be read is one.
    if (!(thrown instanceof UsageError) || profile !== undefined) throw thrown;
    return [...here, fix("key", thrown.message, "Run `earshot login`.")];
  }
  return [...here, ...(await checkPlatform(connection, ending))];
}

function lineOf({ check, status, detail, todo }: Finding, { io }: Context): string {
  const { green, red, yellow, bold } = io.out;
  const paint = { ok: green, fix: red, unknown: yellow }[status];
  const line = `${paint(status.padEnd(7))}  ${bold(check.padEnd(14))}  ${plain(detail)}`;
  return todo === undefined ? line : `${line}\n${" ".repeat(25)}→ ${plain(todo)}`;
}
