// A burst of edits to one issue is one triage: it runs once the edits have stopped, with all of them.
import { github, TriggerListener } from "earshot";
import { sqliteInbox } from "earshot/sqlite";

const { INBOX = "events.db", QUIET_MS = "30000", PORT = "8000", GITHUB_WEBHOOK_SECRET = "" } = process.env;

const listener = new TriggerListener({
  inbox: sqliteInbox({ path: INBOX }),
  webhook: {
    port: Number(PORT),
    routes: { "/webhooks/github": github({ secrets: [GITHUB_WEBHOOK_SECRET] }) },
  },
});

interface Issue {
  readonly number: number;
  readonly title: string;
}

listener.callback(
  { appName: "github", triggerName: ["issues.opened", "issues.edited"] },
  async function triage({ key, events, latest }, { step }) {
    const { title } = latest.payload.issue as Issue;
    // Paid once, though the triage may be retried.
    const label = await step("label", () => (/crash|broken/i.test(title) ? "bug" : "question"));
    console.log(`#${key} "${title}" is a ${label}; events: ${events.length}`);
  },
  {
    coalesce: { key: ({ payload }) => (payload.issue as Issue).number, quietMs: Number(QUIET_MS) },
  },
);
listener.on("webhook.listening", ({ url }) => console.log("listening at", url));
await listener.waitForever();
