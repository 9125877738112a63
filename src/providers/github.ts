import { type JsonObject, objectField } from "../model/json.js";
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

/** Members that do not change with the event, or are chosen by the user who triggers it. */
const standing = new Set([
  "repository",
  "organization",
  "enterprise",
  "installation",
  "sender",
  "client_payload",
]);

/** Actions that set the time of the object that they are done to. */
const dated = new Set([
  ...["assigned", "closed", "created", "demilestoned", "dismissed", "edited", "labeled", "milestoned"],
  ...["opened", "published", "ready_for_review", "released", "reopened", "review_requested", "submitted"],
  ...["synchronize", "unassigned", "unlabeled"],
]);

/**
 * Whether no other event can have this body: a push, or a change of an object that has its time. The bodies of two
 * `workflow_dispatch`, `repository_dispatch` or `github_app_authorization`, and of others, may be equal.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
function differs(body: JsonObject): boolean {
  if (typeof body.before === "string" && typeof body.after === "string") return true;
  if (!dated.has(String(body.action))) return false;
  return Object.keys(body).some(
    (name) => !standing.has(name) && objectField(body[name])?.updated_at !== undefined,
  );
}

export const githubEvents: EventFormat = {
  read: (body, { eventName }) => ({ name: dotted(eventName, body.action), repeats: !differs(body) }),
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
  identity: "delivery id and digest; a dated body runs once",
  scheme: githubScheme,
  events: githubEvents,
});
