import { EarshotError } from "../base/errors.js";
import {
  count,
  limitOption,
  type Option,
  type OptionTable,
  oneOf,
  signalOption,
  withoutDefault,
} from "../base/options.js";
import { idOption } from "../client/enable.js";
import { processorsOption } from "./processors.js";
import { LONGEST_KEY } from "./step-keys.js";
import type { ExecuteOptions, Tool, ToolCallOptions } from "./types.js";

const TIMEOUT_MS = 60_000;

const timeoutMs: Option<number | undefined, number> = {
  default: TIMEOUT_MS,
  read: (name, given) => limitOption(name, given, TIMEOUT_MS, 1),
};

const tools: Option<readonly Tool[] | undefined, readonly Tool[]> = {
  default: undefined,
  read(name, given = []) {
    if (Array.isArray(given) && given.every((tool) => typeof tool?.execute === "function")) return given;
    throw new EarshotError("ERR_OPTION", `\`${name}\` is a list of tools that defineTool has made.`);
  },
};

const signal = withoutDefault<AbortSignal>(signalOption);

/** Options of `getTools` and `handleToolCalls`. */
export const toolCallTable = {
  // The toolset has the default.
  entityId: withoutDefault(idOption),
  // Without one, the platform finds the entity's account.
  connectedAccountId: withoutDefault(idOption),
  processors: withoutDefault(processorsOption),
  tools,
  timeoutMs,
  parallel: count(8, 1),
  maxResultLength: count(50_000, 1),
  onFailure: oneOf(["answer", "throw"], "answer"),
  signal,
} satisfies OptionTable<ToolCallOptions>;

/** Options of `executeAction`. */
export const executeTable = {
  entityId: withoutDefault(idOption),
  connectedAccountId: withoutDefault(idOption),
  text: withoutDefault(idOption),
  version: withoutDefault(idOption),
  idempotencyKey: withoutDefault(keyOption),
  signal,
} satisfies OptionTable<ExecuteOptions>;

/** @throws EarshotError ERR_OPTION for what a header cannot carry */
function keyOption(name: string, given: string): string {
  if (typeof given === "string" && /^[\x21-\x7e]+$/.test(given) && given.length <= LONGEST_KEY) {
    return given;
  }
  const message = `\`${name}\` has 1 to ${LONGEST_KEY} visible ASCII characters, without spaces.`;
  throw new EarshotError("ERR_OPTION", message);
}
