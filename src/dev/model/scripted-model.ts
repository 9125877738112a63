import { Records } from "../world/records.js";
import type { ModelApi, ModelReply, ModelRequest } from "./conversation.js";
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

/** One request to the scripted model, as the dashboard shows it. */
export interface ModelRun {
  /** Counts from 1. */
  readonly number: number;
  readonly api: ModelApi;
  readonly model: string;
  /** The last text of the user. */
  readonly prompt: string;
  readonly reply: ModelReply;
  /** Why it was no reply: a status set by a rule; null for a reply. */
  readonly error: string | null;
  /** ISO 8601 */
  readonly at: string;
  /** From the request until the reply was ready. */
  readonly durationMs: number;
}

/** Characters of a prompt and of a reply that a run has. */
const MOST_TEXT = 2_000;

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
  readonly #runs = new Records<ModelRun>(
    ({ number }) => String(number),
    () => undefined,
  );
  #runCount = 0;
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

  /** Notes how long a request took, and what came of it. @returns the run */
  ran(run: Omit<ModelRun, "number">): ModelRun {
    this.#runCount += 1;
    const { text, calls } = run.reply;
    return this.#runs.put({
      ...run,
      number: this.#runCount,
      prompt: run.prompt.slice(0, MOST_TEXT),
      reply: {
        text: text.slice(0, MOST_TEXT),
        calls: calls.map(({ name, arguments: given }) => ({ name, arguments: given.slice(0, MOST_TEXT) })),
      },
    });
  }

  /** Newest first. */
  runs(limit: number): readonly ModelRun[] {
    return this.#runs.all().slice(-limit).reverse();
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
