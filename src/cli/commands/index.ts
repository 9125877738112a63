import type { Command } from "commander";
import type { Context } from "../context.js";
import type { SetOutcome } from "../exit-codes.js";
import { addDemo } from "./demo.js";
import { addDev } from "./dev.js";
import { addDoctor } from "./doctor/index.js";
import { addFire } from "./fire.js";
import { addInbox } from "./inbox/index.js";
import { addListen } from "./listen/index.js";
import { addLogin, addLogout } from "./login.js";
import { addLogs } from "./logs.js";
import { addReplay } from "./replay.js";
import { addTriggers } from "./triggers/index.js";
import { addTypes } from "./types.js";

/** Adds every command but `completion`, in the order in which `--help` lists them. */
export function addCommands(program: Command, context: Context, end: SetOutcome): void {
  addDemo(program, context, end);
  addDev(program, context, end);
  addTriggers(program, context);
  addListen(program, context, end);
  addFire(program, context);
  addLogs(program, context);
  addReplay(program, context, end);
  addTypes(program, context);
  addInbox(program, context, end);
  addLogin(program, context);
  addLogout(program, context);
  addDoctor(program, context, end);
}
