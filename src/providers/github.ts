import type { JsonObject } from "../model/json.js";
import type { Scheme } from "../verify/scheme.js";
import { dotted, type EventFormat } from "./event-format.js";
import { sender } from "./sender.js";

export const githubScheme: Scheme = {
  provider: "github",
  signature: {
    form: "plain",
    header: "x-hub-signature-256",
    prefix: "sha256=",
    algorithm: "hmac-sha256",
    encoding: "hex",
  },
  id: "x-github-delivery",
  eventName: "x-github-event",
  // https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap
  maxBodyBytes: 25 * 1024 * 1024,
};

/** Members of bodies that nothing tells apart: two runs of one workflow, a member who joins a team again. */
const repeating = [
  ...["inputs", "client_payload", "requested_action"],
  ...["member", "membership", "team", "blocked_user"],
];

/**
 * Whether another event may have an equal body: `workflow_dispatch`, `repository_dispatch`, `membership` and some
 * others. Told by the body, as the name is not signed.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
function repeats(body: JsonObject): boolean {
  // A person may authorize an app again, and revoke that again.
  return body.action === "revoked" || repeating.some((name) => body[name] !== undefined);
}

export const githubEvents: EventFormat = {
  read: (body, { eventName }) => ({ name: dotted(eventName, body.action), repeats: repeats(body) }),
  form: "payload",
  bodyKey: "always",
};

/**
 * GitHub: repository, organization and app webhooks with a secret. Its `ping` is an event like any other.
 */
export const github = sender({
  title: "GitHub",
  docs: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
  checked: "@octokit/webhooks-methods",
  setup:
    "Settings › Webhooks › Add webhook: the URL, the content type application/json, and a secret that you make up.",
  identity: "delivery id and digest; the body runs once",
  scheme: githubScheme,
  events: githubEvents,
});
