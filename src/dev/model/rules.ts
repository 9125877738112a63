import { isJsonObject } from "../../model/json.js";
import type { ModelRequest, Turn } from "./conversation.js";

/** How the scripted model replies to a request. */
export interface ModelRule {
  /** Default: every request in which the user spoke last. Regular expressions, in any case; all have to match. */
  readonly when?:
    | {
        /** The user's last text. */
        readonly user?: string | undefined;
        readonly system?: string | undefined;
        /**
         * The last tool result. A rule with it is for requests that end with tool results; one without it, for those
         * in which the user spoke last.
         */
        readonly result?: string | undefined;
        readonly model?: string | undefined;
        /** The name of an offered tool. */
        readonly tool?: string | undefined;
      }
    | undefined;
  readonly reply: {
    /**
     * `{{user}}`, `{{result}}`, and the groups of `user` and `result`, `{{1}}` or `{{name}}`, are replaced here and in
     * arguments.
     */
    readonly text?: string | undefined;
    readonly calls?:
      | readonly {
          /** Need not be offered: a model may invent one. */
          readonly tool: string;
          /**
           * What the tool requires besides is made from the prompt. A text is sent as it is, JSON or not.
           */
          readonly arguments?: Readonly<Record<string, unknown>> | string | undefined;
        }[]
      | undefined;
    /** An error instead, with this HTTP status. */
    readonly status?: number | undefined;
    /** Milliseconds before the reply; default 0. */
    readonly delayMs?: number | undefined;
  };
  /** How many requests it is for; default: all. */
  readonly times?: number | undefined;
}

/** The content of a file of rules. The first rule that matches replies. */
export interface ModelRules {
  readonly rules: readonly ModelRule[];
}

/** `{{name}}` in a rule's texts. */
export const placeholder = /\{\{\s*(\w+)\s*\}\}/g;

/** The rules in their order, and how often each may still be used. */
export class RuleBook {
  readonly #rules: { readonly rule: ModelRule; left: number }[];

  constructor(rules: readonly ModelRule[]) {
    this.#rules = rules.map((one) => ({ rule: one, left: one.times ?? Number.POSITIVE_INFINITY }));
  }

  /** The first rule that matches, its placeholders filled; takes one of its times. */
  take(request: ModelRequest, turn: Turn): ModelRule["reply"] | undefined {
    for (const entry of this.#rules) {
      const values = entry.left > 0 ? matchOf(entry.rule, request, turn) : undefined;
      if (values === undefined) continue;
      entry.left -= 1;
      return filled(entry.rule.reply, values) as ModelRule["reply"];
    }
    return undefined;
  }
}

/** The values of a rule's placeholders; `undefined` where it does not match. */
function matchOf(
  { when = {} }: ModelRule,
  { model, tools }: ModelRequest,
  { system, user, results }: Turn,
): ReadonlyMap<string, string> | undefined {
  const last = results.at(-1);
  if ((when.result === undefined) !== (last === undefined)) return undefined;
  const values = new Map([
    ["user", user],
    ["result", last?.text ?? ""],
  ]);
  const texts = [
    [when.user, user],
    [when.result, last?.text ?? ""],
    [when.system, system],
    [when.model, model],
  ] as const;
  for (const [source, text] of texts) {
    if (source === undefined) continue;
    const found = new RegExp(source, "i").exec(text);
    if (found === null) return undefined;
    const groups = [...[...found.entries()].slice(1), ...Object.entries(found.groups ?? {})];
    for (const [name, value] of groups) values.set(String(name), value ?? "");
  }
  const tool = when.tool === undefined ? undefined : new RegExp(when.tool, "i");
  return tool === undefined || tools.some(({ name }) => tool.test(name)) ? values : undefined;
}

/** A reply with the values in place of its placeholders, at any depth. */
function filled(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return value.replaceAll(placeholder, (all, name) => values.get(name) ?? all);
  if (Array.isArray(value)) return value.map((one) => filled(one, values));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, values)]));
}
