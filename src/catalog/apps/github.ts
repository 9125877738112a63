import { interval, link, text, triggersOf, when, whole } from "../fields.js";

const config = {
  owner: text("The user or organization that the repository belongs to.", "acme"),
  repo: text("The repository's name, without its owner.", "site"),
};

const instructions = "The connected account needs the right to manage webhooks of the repository.";

/** GitHub's webhook events, in the flat form that the platform gives them. */
export const githubTriggers = () =>
  triggersOf(
    { name: "github", displayName: "GitHub", version: "20250930_00" },
    {
      GITHUB_COMMIT_EVENT: {
        displayName: "Commit pushed",
        description: "Fires for a commit that is pushed to the repository.",
        instructions,
        config,
        payload: {
          id: text("The commit's SHA.", "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"),
          message: text("The commit message.", "Say the opening hours on every page"),
          author: text("The login of the author.", "octocat"),
          timestamp: when("When it was committed."),
          url: link(
            "The commit's page.",
            "https://github.com/acme/site/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d",
          ),
        },
      },
      GITHUB_PULL_REQUEST_EVENT: {
        displayName: "Pull request changed",
        description: "Fires when a pull request is opened, closed, reopened, or gets new commits.",
        instructions,
        config,
        payload: {
          action: text(
            "What was done: `opened`, `closed`, `synchronize`, …",
            "opened",
            "closed",
            "synchronize",
          ),
          number: whole("The pull request's number in the repository.", 42),
          title: text("Its title.", "Say the opening hours on every page"),
          description: text("Its description; empty where there is none.", "Closes #41."),
          createdBy: text("The login of who opened it.", "octocat"),
          createdAt: when("When it was opened."),
          url: link("Its page.", "https://github.com/acme/site/pull/42"),
        },
      },
      GITHUB_ISSUE_ADDED_EVENT: {
        displayName: "Issue opened",
        description: "Fires when an issue is opened in the repository.",
        instructions,
        config,
        payload: {
          action: text("What was done.", "opened"),
          issue_id: whole("The issue's number across GitHub.", 2_184_730_113),
          number: whole("The issue's number in the repository.", 41),
          title: text("Its title.", "The opening hours are missing"),
          description: text("Its description; empty where there is none.", "They were there last week."),
          createdBy: text("The login of who opened it.", "octocat"),
          createdAt: when("When it was opened."),
          url: link("Its page.", "https://github.com/acme/site/issues/41"),
        },
      },
      GITHUB_LABEL_ADDED_EVENT: {
        displayName: "Label added",
        description: "Fires when a pull request gets a label.",
        instructions,
        config,
        payload: {
          action: text("What was done.", "labeled"),
          label: text("The label's name.", "ready", "bug"),
          labeled_by: text("The login of who added it.", "octocat"),
          labeled_at: when("When it was added."),
          pull_request_number: whole("The pull request's number in the repository.", 42),
          pull_request_title: text("Its title.", "Say the opening hours on every page"),
          pull_request_url: link("Its page.", "https://github.com/acme/site/pull/42"),
        },
      },
      GITHUB_STAR_ADDED_EVENT: {
        displayName: "Star added",
        description: "Fires when somebody stars the repository.",
        instructions,
        config,
        payload: {
          action: text("What was done.", "created"),
          repository_id: whole("The repository's number across GitHub.", 1_296_269),
          repository_name: text("The repository's name.", "site"),
          repository_url: link("The repository's page.", "https://github.com/acme/site"),
          starred_at: when("When it was starred."),
          starred_by: text("The login of who starred it.", "octocat", "hubot", "monalisa"),
        },
      },
      GITHUB_FOLLOWER_EVENT: {
        displayName: "Follower added",
        description: "Fires when somebody starts to follow the connected account.",
        type: "poll",
        config: {
          interval,
        },
        payload: {
          username: text("The login of the follower.", "hubot", "monalisa"),
        },
      },
    },
  );
