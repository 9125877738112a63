import { isJsonObject, type JsonSchema } from "../../model/json.js";
import { chooseTool, isNamed } from "./choose-tool.js";
import { type ModelReply, type ModelRequest, type ModelTool, type Turn, turnOf } from "./conversation.js";
import { makeArguments } from "./make-arguments.js";
import { type ModelRule, RuleBook } from "./rules.js";
import type { ScriptedModel } from "./scripted-model.js";

/** A reply, or an error, and how long it takes. */
export interface ScriptedReply extends ModelReply {
  readonly status?: number | undefined;
  readonly delayMs?: number | undefined;
}

const LONGEST_QUOTE = 200;
/** Calls of one turn that were wrong, until the model gives up. */
const MOST_WRONG_CALLS = 3;

/**
 * How the scripted model replies: by the first rule that matches. Without one, it calls the offered tool that fits
 * the prompt, with arguments made from the prompt and the tool's schema, and says in a sentence what came of it.
 */
export function scriptedReplies(model: ScriptedModel): (request: ModelRequest) => ScriptedReply {
  const rules = new RuleBook(model.rules);
  return (request) => {
    const turn = turnOf(request);
    const rule = rules.take(request, turn);
    const { status, delayMs } = rule ?? {};
    if (status !== undefined) return { text: "", calls: [], status, delayMs };
    const reply = model.faulty(
      rule === undefined ? defaultReply(request, turn) : replyOf(rule, request, turn),
    );
    model.record({ request, reply });
    return { ...reply, delayMs };
  };
}

function replyOf(rule: ModelRule["reply"], request: ModelRequest, turn: Turn): ModelReply {
  const calls = (rule.calls ?? []).map(({ tool: name, arguments: given }) => {
    if (typeof given === "string") return { name, arguments: given };
    const tool = request.tools.find((one) => one.name.toUpperCase() === name.toUpperCase());
    const made = tool === undefined ? {} : requiredOf(argumentsOf(tool.schema, turn), tool.schema);
    return { name: tool?.name ?? name, arguments: JSON.stringify({ ...made, ...given }) };
  });
  return { text: rule.text ?? "", calls };
}

function requiredOf(made: Readonly<Record<string, unknown>>, { required }: JsonSchema) {
  return Object.fromEntries(
    Object.entries(made).filter(([name]) => Array.isArray(required) && required.includes(name)),
  );
}

const argumentsOf = (schema: JsonSchema, { user, system }: Turn) => makeArguments([user, system], schema);

function defaultReply(request: ModelRequest, turn: Turn): ModelReply {
  const tool = nextTool(request, turn);
  if (tool !== undefined) {
    const call = { name: tool.name, arguments: JSON.stringify(argumentsOf(tool.schema, turn)) };
    return { text: "", calls: [call] };
  }
  if (request.outputSchema !== undefined) {
    const { outputSchema } = request;
    return { text: JSON.stringify(argumentsOf(outputSchema, turn)), calls: [] };
  }
  if (turn.results.length === 0) return { text: `Scripted model: you said: ${quote(turn.user)}`, calls: [] };
  return { text: turn.results.map(resultText).join("\n"), calls: [] };
}

/** The tool to call now; `undefined` where a text is due. */
function nextTool(request: ModelRequest, turn: Turn): ModelTool | undefined {
  const { tools, toolChoice } = request;
  if (turn.results.length === 0 || toolChoice === "required") return chooseTool(request, turn);
  // A call that could not be run is made again.
  const wrong = turn.calls.at(-1);
  const offered = tools.find(({ name }) => name === wrong?.name);
  const attempts = turn.calls.filter((call) => !isSound(call, tools)).length;
  if (wrong !== undefined && !isSound(wrong, tools) && attempts < MOST_WRONG_CALLS) {
    return offered ?? chooseTool(request, { ...turn, calls: [] });
  }
  // A prompt may name several tools.
  const called = new Set(turn.calls.map(({ name }) => name));
  return toolChoice === "none"
    ? undefined
    : tools.find(({ name }) => !called.has(name) && isNamed(turn.user, name));
}

/** Whether a call names an offered tool and has an object of arguments. */
function isSound(call: { name: string; arguments: string }, tools: readonly ModelTool[]): boolean {
  try {
    const value: unknown = JSON.parse(call.arguments);
    return (
      isJsonObject(value) && !("malformed_arguments" in value) && tools.some(({ name }) => name === call.name)
    );
  } catch {
    return false;
  }
}

/** `Scripted model: SLACK_SEND_MESSAGE returned {"ok":true}` */
function resultText({ name, text }: Turn["results"][number]): string {
  return `Scripted model: ${name || "the tool"} returned ${quote(text)}`;
}

function quote(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1)}…`;
}
