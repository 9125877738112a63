import { type Clock, sleep } from "../../base/clock.js";
import type { EventBus } from "../event-bus.js";
import type { Call, Endpoint } from "../http/endpoint.js";
import { HttpProblem } from "../http/http-problem.js";
import { MODEL_PATHS } from "../http/model-errors.js";
import type { Ids } from "../state/ids.js";
import { checkResults, type ModelRequest, type SentReply, turnOf } from "./conversation.js";
import type { Form, ModelForms } from "./forms.js";
import { type ScriptedReply, scriptedReplies } from "./reply.js";
import type { ScriptedModel } from "./scripted-model.js";
import { eventStream } from "./stream.js";

export interface ModelContext {
  readonly model: ScriptedModel;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly stopping: AbortSignal;
}

/** The prefixes of calls' ids, as the real APIs have them. */
const callPrefix = {
  "openai-chat": "call",
  "openai-responses": "call",
  gemini: "call",
  anthropic: "toolu",
} as const;

/** The scripted model, in the forms of OpenAI, Gemini and Anthropic. */
export function modelEndpoints(context: ModelContext): Endpoint[] {
  const replyTo = scriptedReplies(context.model);
  let loading: Promise<ModelForms> | undefined;
  // Loaded with the first call: reading four APIs' bodies takes a library of which the start needs nothing.
  const forms = () => {
    loading ??= import("./forms.js").then(({ modelForms }) => modelForms());
    return loading;
  };
  const { openai, gemini, anthropic } = MODEL_PATHS;
  const endpoint = <R extends ModelRequest>(path: string, formOf: (forms: ModelForms) => Form<R>) =>
    modelEndpoint(context, path, async () => formOf(await forms()), replyTo);
  return [
    endpoint(`${openai}/chat/completions`, ({ chat }) => chat),
    endpoint(`${openai}/responses`, ({ responses }) => responses),
    endpoint(`${anthropic}/v1/messages`, ({ messages }) => messages),
    ...["v1", "v1beta"].map((version) =>
      endpoint(`${gemini}/${version}/models/{call}`, ({ contents }) => contents),
    ),
  ];
}

function modelEndpoint<R extends ModelRequest>(
  { bus, clock, ids, model, stopping }: ModelContext,
  path: string,
  loadForm: () => Promise<Form<R>>,
  replyTo: (request: ModelRequest) => ScriptedReply,
): Endpoint {
  return {
    method: "POST",
    path,
    open: true, // each client has its own header for the key
    async handle(c) {
      checkKey(c);
      const [startedAt, from] = [clock.now(), clock.monotonic()];
      const form = await loadForm();
      const request = form.read(c);
      checkResults(request.messages);
      const { text, calls, status, delayMs = 0 } = replyTo(request);
      if (delayMs > 0) await sleep(clock, delayMs, AbortSignal.any([stopping, c.req.raw.signal]));
      const ran = (error: string | null) => {
        model.ran({
          ...{ api: request.api, model: request.model, prompt: turnOf(request).user, reply: { text, calls } },
          ...{ error, at: new Date(startedAt).toISOString(), durationMs: clock.monotonic() - from },
        });
      };
      if (status !== undefined) {
        ran(`status ${status}, by a rule`);
        throw new HttpProblem(status, "Failed on purpose, by a rule of the scripted model");
      }
      const prefix = callPrefix[request.api];
      const reply: SentReply = {
        id: ids.secret(12),
        createdSeconds: Math.floor(clock.now() / 1000),
        text,
        calls: calls.map((call) => ({ ...call, id: `${prefix}_${ids.secret(12)}` })),
        inputTokens: tokensIn(request.messages.map((message) => message.text).join("")),
        outputTokens: tokensIn(text + calls.map((call) => call.name + call.arguments).join("")),
      };
      form.sent?.(reply, request);
      ran(null);
      bus.emit({ type: "model", api: request.api, model: request.model, text, calls });
      if (!request.stream) return c.json(form.response(reply, request));
      // Gemini without `alt=sse` sends the events as one JSON array.
      if (request.api === "gemini" && c.req.query("alt") !== "sse") {
        return c.json(Array.from(form.events(reply, request), ({ data }) => data));
      }
      return eventStream(c, form.events(reply, request));
    },
  };
}

function tokensIn(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

/** @throws HttpProblem 401 without a key, or with one that begins with `invalid`, as elsewhere on the platform */
function checkKey(c: Call): void {
  const bearer = /^Bearer\s+(.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  const key =
    bearer ?? c.req.header("x-goog-api-key") ?? c.req.header("x-api-key") ?? c.req.query("key") ?? "";
  if (key !== "" && !key.startsWith("invalid")) return;
  const message = key === "" ? "The request has no API key" : "Incorrect API key provided";
  throw new HttpProblem(
    401,
    `${message}: the scripted model accepts any text that does not begin with "invalid"`,
  );
}
