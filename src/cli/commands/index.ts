import type { Command } from "commander";
import type { Context } from "../context.js";
import type { SetExitCode } from "../exit-codes.js";
import { addAccounts } from "./accounts.js";
import { addConnect } from "./connect.js";
import { addDashboard } from "./dashboard.js";
import { addDemo } from "./demo.js";
import { addDev } from "./dev.js";
import { addDoctor } from "./doctor/index.js";
import { addFilter } from "./filter.js";
import { addFire } from "./fire.js";
import { addInbox } from "./inbox/index.js";
import { addInit } from "./init/index.js";
import { addListen } from "./listen/index.js";
import { addLogin, addLogout } from "./login.js";
import { addLogs } from "./logs.js";
import { addProviders } from "./providers.js";
import { addReplay } from "./replay.js";
import { addSign } from "./sign.js";
import { addTools } from "./tools/index.js";
import { addTriggers } from "./triggers/index.js";
import { addTypes } from "./types.js";
import { addWebhooks } from "./webhooks.js";

/** Adds every command except `completion`, in the order of `--help`. */
export function addCommands(program: Command, context: Context, setExitCode: SetExitCode): void {
  addInit(program, context);
  addDemo(program, context, setExitCode);
  addDev(program, context, setExitCode);
  addTriggers(program, context);
  addTools(program, context, setExitCode);
  addConnect(program, context);
  addAccounts(program, context);
  addWebhooks(program, context);
  addListen(program, context, setExitCode);
  addFire(program, context);
  addLogs(program, context);
  addFilter(program, context);
  addReplay(program, context, setExitCode);
  addProviders(program, context);
  addSign(program, context, setExitCode);
  addTypes(program, context);
  addInbox(program, context, setExitCode);
  addDashboard(program, context, setExitCode);
  addLogin(program, context);
  addLogout(program, context);
  addDoctor(program, context, setExitCode);
}
