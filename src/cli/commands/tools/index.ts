import type { Command } from "commander";
import type { Context } from "../../context.js";
import type { SetExitCode } from "../../exit-codes.js";
import { addToolsLs } from "./list.js";
import { addToolsRun } from "./run.js";
import { addToolsShow } from "./show.js";

export function addTools(program: Command, context: Context, setExitCode: SetExitCode): void {
  const tools = program
    .command("tools")
    .description("list tools (actions), show one, run one")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot tools ls --app github
  $ earshot tools run GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER --data '{"owner":"acme","repo":"site"}'`,
    );
  addToolsLs(tools, context);
  addToolsShow(tools, context);
  addToolsRun(tools, context, setExitCode);
}
