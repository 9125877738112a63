import { anything, link, text, triggersOf } from "../fields.js";

const config = { team_id: text("The id of the team.", "72b2a2dc-6f4f-4423-9d34-24b5bd10634a") };

const issue = {
  id: "2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9",
  identifier: "SITE-41",
  title: "The opening hours are missing",
  priority: 2,
  teamId: "72b2a2dc-6f4f-4423-9d34-24b5bd10634a",
  state: { name: "Todo", type: "unstarted" },
  createdAt: "2025-03-11T14:05:09.000Z",
};

const envelope = (action: string, type: string, data: Record<string, unknown>) => ({
  action: text("What was done.", action),
  type: text("What it was done to.", type),
  url: link("Its page.", "https://linear.app/acme/issue/SITE-41"),
  data: anything("It, as Linear's webhooks describe it.", data),
});

/** Linear's webhooks, https://linear.app/developers/webhooks. */
export const linearTriggers = () =>
  triggersOf(
    { name: "linear", displayName: "Linear", version: "20250930_00" },
    {
      LINEAR_ISSUE_CREATED_TRIGGER: {
        displayName: "Issue created",
        description: "Fires when an issue is created in the team.",
        config,
        payload: envelope("create", "Issue", issue),
      },
      LINEAR_ISSUE_UPDATED_TRIGGER: {
        displayName: "Issue updated",
        description: "Fires when an issue of the team changes.",
        config,
        payload: envelope("update", "Issue", issue),
      },
      LINEAR_COMMENT_EVENT_TRIGGER: {
        displayName: "Comment written",
        description: "Fires when somebody comments on an issue of the team.",
        config,
        payload: envelope("create", "Comment", {
          id: "4d2a5b0e-5f0c-4f0a-9a2b-9d2d5a7b8c11",
          body: "Are these right?",
          issueId: issue.id,
          userId: "aacdca22-6266-4c0a-ab3c-8fa70a26765c",
          createdAt: "2025-03-11T14:05:09.000Z",
        }),
      },
    },
  );
