import { Records } from "../world/records.js";
import type { ModelReply, ModelRequest } from "./conversation.js";
import type { ModelRule } from "./rules.js";

/** The next replies that go wrong on purpose. */
export interface ModelFaults {
  /** The next `count` replies with calls have arguments that are not JSON; with Gemini and Anthropic, wrong ones. */
  malformedArguments(count: number): void;
  /** The next `count` replies with calls name a tool that was not offered. */
  unknownTool(count: number): void;
  /** How many are left of each. */
  current(): { readonly malformedArguments: number; readonly unknownTool: number };
  reset(): void;
}

/** One request and its reply. */
export interface ModelExchange {
  readonly request: ModelRequest;
  readonly reply: ModelReply;
}

/**
 * What the scripted model stores: its rules, its faults, and what was said. `reply.ts` has how it replies, and is
 * loaded with the first request.
 */
export class ScriptedModel {
  readonly rules: readonly ModelRule[];
  readonly #exchanges = new Records<ModelExchange & { readonly number: number }>(
    ({ number }) => String(number),
    () => undefined,
  );
  #count = 0;
  readonly #left = { malformedArguments: 0, unknownTool: 0 };

  readonly faults: ModelFaults = {
    malformedArguments: (count) => {
      this.#left.malformedArguments = count;
    },
    unknownTool: (count) => {
      this.#left.unknownTool = count;
    },
    current: () => ({ ...this.#left }),
    reset: () => {
      this.#left.malformedArguments = 0;
      this.#left.unknownTool = 0;
    },
  };

  constructor(rules: readonly ModelRule[]) {
    this.rules = rules;
  }

  /** The newest requests with their replies, oldest first. */
  exchanges(): readonly ModelExchange[] {
    return this.#exchanges.all().map(({ number: _, ...exchange }) => exchange);
  }

  record(exchange: ModelExchange): void {
    this.#count += 1;
    this.#exchanges.put({ ...exchange, number: this.#count });
  }

  /** A reply as it is sent: with its fault, if one is set. */
  faulty(reply: ModelReply): ModelReply {
    const [first, ...others] = reply.calls;
    if (first === undefined) return reply;
    const left = this.#left;
    if (left.unknownTool > 0) {
      left.unknownTool -= 1;
      return { ...reply, calls: [{ ...first, name: `${first.name.slice(0, 55)}_INVENTED` }, ...others] };
    }
    if (left.malformedArguments > 0) {
      left.malformedArguments -= 1;
      const half = first.arguments.slice(0, Math.max(1, Math.floor(first.arguments.length / 2)));
      return { ...reply, calls: [{ ...first, arguments: half }, ...others] };
    }
    return reply;
  }
}
