import { replyText } from "../event-bars.js";
import { countText, durationText, timeOfDay } from "../format.js";
import { AppMark } from "../parts/app-mark.js";
import { Badge } from "../parts/badge.js";
import { CopyButton } from "../parts/copy-button.js";
import { Empty } from "../parts/empty.js";
import { JsonTree } from "../parts/json-tree.js";
import { RawText } from "../parts/secret.js";
import type { JsonRecord, ModelRun, StateResponse, ToolRun } from "../types.js";
import { useQuery } from "../use-query.js";
import { WorldView } from "./world.js";

const MAX_RUNS = 100;
/** Where OpenAI's clients find the scripted model. */
const modelUrl = `export OPENAI_BASE_URL=${location.origin}/model/openai/v1`;
const EXAMPLE = `earshot tools run SLACK_SEND_MESSAGE --data '{"channel":"general","text":"Hello"}'`;

/** What agents did here: their tool calls and model requests, the local world, the connected accounts. */
export function Agents() {
  const { data } = useQuery<{ runs: readonly ToolRun[] }>(
    `tool-runs?limit=${MAX_RUNS}`,
    ({ type }) => type !== "lost",
  );
  const { data: world } = useQuery<JsonRecord>("world", ({ type }) => type !== "lost");
  const { data: state } = useQuery<StateResponse>("state", ({ type }) => type === "changed");
  const { data: requests } = useQuery<{ runs: readonly ModelRun[] }>(
    `model-runs?limit=${MAX_RUNS}`,
    ({ type }) => type === "changed",
  );
  const { data: model } = useQuery<{ rules: readonly unknown[] }>("model-rules", () => false);
  return (
    <>
      <div className="columns">
        <div className="stacked">
          <section className="card" aria-labelledby="runs-title">
            <h2 id="runs-title">Tool calls</h2>
            {data?.runs.length === 0 && (
              <Empty title="No tool has been called">
                An agent calls tools with <code>executeAction</code>, or a model does. Try one:
                <pre>{EXAMPLE}</pre>
                <CopyButton label="Copy" text={() => EXAMPLE} />
              </Empty>
            )}
            <ul className="rows runs">
              {data?.runs.map((run) => (
                <li key={run.logId}>
                  <ToolCall run={run} />
                </li>
              ))}
            </ul>
          </section>
          <section className="card" aria-labelledby="requests-title">
            <h2 id="requests-title">Model requests</h2>
            {requests?.runs.length === 0 && (
              <Empty title="The scripted model has no requests yet">
                Point the client of your agent at it:
                <pre>{modelUrl}</pre>
                <CopyButton label="Copy" text={() => modelUrl} />
              </Empty>
            )}
            <ul className="rows runs">
              {requests?.runs.map((run) => (
                <li key={run.number}>
                  <ModelRequest run={run} />
                </li>
              ))}
            </ul>
          </section>
          <section className="card" aria-labelledby="model-title">
            <h2 id="model-title">Rules of the scripted model</h2>
            {model?.rules.length === 0 && (
              <Empty title="No rules">
                It calls the tool that fits the prompt. Give it rules:
                <pre>earshot dev --model-rules rules.json</pre>
                <CopyButton label="Copy" text={() => "earshot dev --model-rules rules.json"} />
              </Empty>
            )}
            {model !== undefined && model.rules.length > 0 && <JsonTree value={model.rules} />}
          </section>
        </div>
        {world !== undefined && <WorldView world={world} />}
      </div>
      <section className="card accounts" aria-labelledby="accounts-title">
        <h2 id="accounts-title">Connected accounts</h2>
        {state?.accounts.length === 0 && (
          <Empty title="No account is connected">
            An account is connected when a trigger or a tool needs it.
          </Empty>
        )}
        <ul className="rows">
          {state?.accounts.map(({ nanoId, appName, userId, status }) => (
            <li key={nanoId}>
              <AppMark name={appName} />
              <div className="grow">
                <strong>{appName}</strong> <span className="muted">{userId}</span>
                <p className="muted mono">{nanoId}</p>
              </div>
              <Badge tone={status === "ACTIVE" ? "good" : "warn"}>{status}</Badge>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

/** One request: the model, its reply and time; the prompt and the calls below. */
function ModelRequest({ run }: { readonly run: ModelRun }) {
  const { model, api, prompt, reply, error, at, durationMs } = run;
  return (
    <details className="grow">
      <summary className="run-head">
        <strong>{model}</strong>
        <Badge tone={error === null ? "good" : "bad"}>{error === null ? "replied" : "failed"}</Badge>
        <span className="muted">
          {replyText(run)} · {durationText(durationMs)} · {timeOfDay(Date.parse(at))}
        </span>
      </summary>
      <h3>Prompt ({api})</h3>
      <RawText label="Prompt" text={prompt} />
      <h3>Reply</h3>
      <RawText label="Reply" text={JSON.stringify(reply, undefined, 2)} />
    </details>
  );
}

/** One call: the tool, its result and time; its arguments and data below. */
function ToolCall({ run }: { readonly run: ToolRun }) {
  const { tool, appName, userId, successful, error, at, durationMs, isReplayed } = run;
  return (
    <details className="grow">
      <summary className="run-head">
        <AppMark name={appName} />
        <strong>{tool}</strong>
        <Badge tone={successful ? "good" : "bad"}>
          {successful ? (isReplayed ? "replayed" : "done") : "failed"}
        </Badge>
        <span className="muted">
          {userId ?? "no account"} · {durationText(durationMs)} · {timeOfDay(Date.parse(at))}
        </span>
      </summary>
      {error !== null && <p className="error">{error}</p>}
      <h3>{countText(Object.keys(run.arguments).length, "argument")}</h3>
      <RawText label="Arguments" text={JSON.stringify(run.arguments, undefined, 2)} />
      <h3>Result</h3>
      <JsonTree value={run.data} />
    </details>
  );
}
