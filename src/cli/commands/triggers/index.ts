import type { Command } from "commander";
import type { Context } from "../../context.js";
import { addDisable, addRm } from "./disable.js";
import { addEnable } from "./enable.js";
import { addActive, addStatus, addTriggersLs } from "./list.js";
import { addTriggersShow } from "./show.js";

export function addTriggers(program: Command, context: Context): void {
  const triggers = program
    .command("triggers")
    .description("list, show, enable, disable and delete triggers")
    .addHelpText(
      "after",
      `
Examples:
  $ earshot triggers ls --app github
  $ earshot triggers show GITHUB_STAR_ADDED_EVENT
  $ earshot triggers enable GITHUB_STAR_ADDED_EVENT --config owner=acme --config repo=site
  $ earshot triggers active --json | jq -r .id`,
    );
  addTriggersLs(triggers, context);
  addTriggersShow(triggers, context);
  addEnable(triggers, context);
  addDisable(triggers, context);
  addRm(triggers, context);
  addActive(triggers, context);
  addStatus(triggers, context);
}
