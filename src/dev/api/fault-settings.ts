import { EarshotError } from "../../base/errors.js";
import { isJsonObject, type JsonObject } from "../../model/json.js";
import type { PlatformFaults } from "../faults.js";
import type { CallFault } from "../http/call-faults.js";
import type { ToolFault } from "../tools/tool-faults.js";

type Setter = (value: unknown, at: string) => void;

/**
 * Sets faults as a body says: `{clear: true}`, `{calls: [{path, status}]}`, `{realtime: {lose: 3}}`,
 * `{webhooks: {badSignature: 1}}`, `{tools: [{tool, error}]}`, `{model: {unknownTool: 1}}`, or several at once; `clear` comes first.
 * `{calls: null}` takes back those of calls, `{tools: null}` those of tools.
 *
 * @throws EarshotError ERR_OPTION for what there is no fault for; faults before it in the body are set
 */
export function setFaults(faults: PlatformFaults, body: JsonObject): void {
  const { realtime, webhooks, model } = faults;
  if (flagOf(body.clear ?? false, "clear")) faults.clear();
  // What each of them says is checked where it is added.
  addAll(body.calls, "calls", faults.calls, (call) => faults.calls.add(call as unknown as CallFault));
  addAll(body.tools, "tools", faults.tools, (tool) => faults.tools.add(tool as unknown as ToolFault));
  apply(body.realtime, "realtime", {
    dropAll(value, at) {
      if (value !== "close" && value !== "terminate") throw problem(at, '"close" or "terminate"');
      realtime.dropAll(value);
    },
    silence: (value, at) => realtime.silence(flagOf(value, at)),
    refuse: (value, at) => realtime.refuse(value === null ? undefined : countOf(value, at)),
    lose: (value, at) => realtime.lose(countOf(value, at)),
    duplicate: (value, at) => realtime.duplicate(countOf(value, at)),
    reorder: (value, at) => realtime.reorder(countOf(value, at)),
    delayMs: (value, at) => realtime.delay(countOf(value, at)),
  });
  apply(body.webhooks, "webhooks", {
    badSignature: (value, at) => webhooks.badSignature(countOf(value, at)),
    staleTimestamp: (value, at) => webhooks.staleTimestamp(countOf(value, at)),
    duplicate: (value, at) => webhooks.duplicate(countOf(value, at)),
    lose: (value, at) => webhooks.lose(countOf(value, at)),
    reorder: (value, at) => webhooks.reorder(countOf(value, at)),
    failAnswer: (value, at) => webhooks.failAnswer(countOf(value, at)),
    delayMs: (value, at) => webhooks.delay(countOf(value, at)),
  });
  apply(body.model, "model", {
    malformedArguments: (value, at) => model.malformedArguments(countOf(value, at)),
    unknownTool: (value, at) => model.unknownTool(countOf(value, at)),
  });
  const known = new Set(["clear", "calls", "realtime", "webhooks", "tools", "model"]);
  const unknown = Object.keys(body).find((name) => !known.has(name));
  if (unknown !== undefined) throw problem(unknown, `no fault; there are ${[...known].join(", ")}`);
}

function addAll(value: unknown, at: string, all: { clear(): void }, add: (fault: JsonObject) => void): void {
  if (value === null) all.clear();
  else if (value !== undefined) {
    for (const fault of Array.isArray(value) ? value : [value]) {
      if (!isJsonObject(fault)) throw problem(at, "an object, or an array of them");
      add(fault);
    }
  }
}

function apply(value: unknown, at: string, setters: Readonly<Record<string, Setter>>): void {
  if (value === undefined) return;
  if (!isJsonObject(value)) throw problem(at, "an object");
  for (const [name, setting] of Object.entries(value)) {
    const setter = Object.hasOwn(setters, name) ? setters[name] : undefined;
    if (setter === undefined) throw problem(`${at}.${name}`, `one of ${Object.keys(setters).join(", ")}`);
    setter(setting, `${at}.${name}`);
  }
}

function countOf(value: unknown, at: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw problem(at, "a whole number of 0 or more");
}

function flagOf(value: unknown, at: string): boolean {
  if (typeof value === "boolean") return value;
  throw problem(at, "true or false");
}

function problem(at: string, wanted: string): EarshotError {
  return new EarshotError("ERR_OPTION", `A fault: \`${at}\` is to be ${wanted}.`);
}
