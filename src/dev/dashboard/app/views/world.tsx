import { countText } from "../format.js";
import { AppMark } from "../parts/app-mark.js";
import { Empty } from "../parts/empty.js";
import { JsonTree } from "../parts/json-tree.js";
import type { JsonRecord, World } from "../types.js";

type SlackWorld = ReturnType<World["slack"]["toJSON"]>;
type GithubWorld = ReturnType<World["github"]["toJSON"]>;
type SlackMessage = SlackWorld["messages"][number];

/** Messages shown of one channel, newest last. */
const MAX_MESSAGES = 50;

/** The apps that tools act in, as they are now: channels with threads, repositories with stars, all others as JSON. */
export function WorldView({ world }: { readonly world: JsonRecord }) {
  const { slack, github, ...others } = world;
  return (
    <section className="card world" aria-labelledby="world-title">
      <h2 id="world-title">Local world</h2>
      <Slack slack={slack as SlackWorld} />
      <Github github={github as GithubWorld} />
      {Object.entries(others)
        .filter(([, app]) => !isEmpty(app))
        .map(([name, app]) => (
          <details className="app" key={name}>
            <summary className="run-head">
              <AppMark name={name} />
              <strong>{name}</strong>
            </summary>
            <JsonTree value={app} />
          </details>
        ))}
    </section>
  );
}

function isEmpty(app: unknown): boolean {
  if (typeof app !== "object" || app === null) return true;
  return Object.values(app).every((list) => Array.isArray(list) && list.length === 0);
}

function Slack({ slack: { channels, messages } }: { readonly slack: SlackWorld }) {
  const used = channels.filter(({ id }) => messages.some(({ channel }) => channel === id));
  return (
    <details className="app" open>
      <summary className="run-head">
        <AppMark name="slack" />
        <strong>Slack</strong>
        <span className="muted">
          {countText(channels.length, "channel")}, {countText(messages.length, "message")}
        </span>
      </summary>
      {used.length === 0 && (
        <Empty title="No messages">What an agent or a trigger writes appears here.</Empty>
      )}
      {used.map(({ id, name }) => {
        const inChannel = messages.filter(({ channel }) => channel === id);
        const known = new Set(inChannel.map(({ ts }) => ts));
        // A reply whose thread began before this world stands by itself.
        const roots = inChannel.filter(
          ({ threadTs, ts }) => threadTs === undefined || threadTs === ts || !known.has(threadTs),
        );
        return (
          <div className="channel" key={id}>
            <h3>#{name}</h3>
            <ul>
              {roots.slice(-MAX_MESSAGES).map((message) => (
                <li key={message.ts}>
                  <Message message={message} />
                  <ul className="thread">
                    {inChannel
                      .filter(({ threadTs, ts }) => threadTs === message.ts && ts !== message.ts)
                      .map((reply) => (
                        <li key={reply.ts}>
                          <Message message={reply} />
                        </li>
                      ))}
                  </ul>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </details>
  );
}

function Message({ message }: { readonly message: SlackMessage }) {
  const { user, username, botId, text, reactions } = message;
  return (
    <p className="message">
      <strong>{username ?? (botId === null ? user : "the agent's bot")}</strong>{" "}
      {botId !== null && <span className="badge plain">bot</span>} {text}
      {reactions.map(({ name, users }) => (
        <span className="badge plain" key={name}>
          :{name}: {users.length}
        </span>
      ))}
    </p>
  );
}

function Github({ github: { repositories, issues } }: { readonly github: GithubWorld }) {
  return (
    <details className="app" open>
      <summary className="run-head">
        <AppMark name="github" />
        <strong>GitHub</strong>
        <span className="muted">
          {countText(repositories.length, "repository", "repositories")}, {countText(issues.length, "issue")}
        </span>
      </summary>
      {repositories.length === 0 && (
        <Empty title="No repositories">An event or a tool that names one creates it.</Empty>
      )}
      <ul className="rows">
        {repositories.map(({ id, owner, name, stargazers }) => (
          <li key={id}>
            <div className="grow">
              <strong>
                {owner}/{name}
              </strong>
              <p className="muted">
                {stargazers.length === 0 ? "no stars" : stargazers.map(({ login }) => login).join(", ")}
              </p>
            </div>
            <span className="muted">{countText(stargazers.length, "star")}</span>
          </li>
        ))}
        {issues.map(({ id, number, title, state, comments, repository, pull }) => (
          <li key={id}>
            <div className="grow">
              <strong>
                {pull === undefined ? "Issue" : "Pull request"} #{number}
              </strong>{" "}
              {title}
              <p className="muted">
                {repository} · {state} · {countText(comments.length, "comment")}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </details>
  );
}
