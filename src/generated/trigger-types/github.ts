// Generated from src/catalog by `npm run types:triggers`. Changes made here are lost.

export interface GithubTriggers {
  /** Commit pushed. Fires for a commit that is pushed to the repository. */
  GITHUB_COMMIT_EVENT: {
    config: {
      /**
       * The user or organization that the repository belongs to.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without its owner.
       * @example "site"
       */
      repo: string;
    };
    payload: {
      /**
       * The commit's SHA.
       * @example "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"
       */
      id: string;
      /**
       * The commit message.
       * @example "Say the opening hours on every page"
       */
      message: string;
      /**
       * The login of the author.
       * @example "octocat"
       */
      author: string;
      /**
       * When it was committed.
       * @example "2025-03-11T14:05:09Z"
       */
      timestamp: string;
      /**
       * The commit's page.
       * @example "https://github.com/acme/site/commit/7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"
       */
      url: string;
    };
  };
  /** Follower added. Fires when somebody starts to follow the connected account. */
  GITHUB_FOLLOWER_EVENT: {
    config: {
      /**
       * Minutes between two looks.
       * @default 15
       */
      interval?: number | undefined;
    };
    payload: {
      /**
       * The login of the follower.
       * @example "hubot"
       */
      username: string;
    };
  };
  /** Issue opened. Fires when an issue is opened in the repository. */
  GITHUB_ISSUE_ADDED_EVENT: {
    config: {
      /**
       * The user or organization that the repository belongs to.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without its owner.
       * @example "site"
       */
      repo: string;
    };
    payload: {
      /**
       * What was done.
       * @example "opened"
       */
      action: string;
      /**
       * The issue's number across GitHub.
       * @example 2184730113
       */
      issue_id: number;
      /**
       * The issue's number in the repository.
       * @example 41
       */
      number: number;
      /**
       * Its title.
       * @example "The opening hours are missing"
       */
      title: string;
      /**
       * Its description; empty where there is none.
       * @example "They were there last week."
       */
      description: string;
      /**
       * The login of who opened it.
       * @example "octocat"
       */
      createdBy: string;
      /**
       * When it was opened.
       * @example "2025-03-11T14:05:09Z"
       */
      createdAt: string;
      /**
       * Its page.
       * @example "https://github.com/acme/site/issues/41"
       */
      url: string;
    };
  };
  /** Label added. Fires when a pull request gets a label. */
  GITHUB_LABEL_ADDED_EVENT: {
    config: {
      /**
       * The user or organization that the repository belongs to.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without its owner.
       * @example "site"
       */
      repo: string;
    };
    payload: {
      /**
       * What was done.
       * @example "labeled"
       */
      action: string;
      /**
       * The label's name.
       * @example "ready"
       */
      label: string;
      /**
       * The login of who added it.
       * @example "octocat"
       */
      labeled_by: string;
      /**
       * When it was added.
       * @example "2025-03-11T14:05:09Z"
       */
      labeled_at: string;
      /**
       * The pull request's number in the repository.
       * @example 42
       */
      pull_request_number: number;
      /**
       * Its title.
       * @example "Say the opening hours on every page"
       */
      pull_request_title: string;
      /**
       * Its page.
       * @example "https://github.com/acme/site/pull/42"
       */
      pull_request_url: string;
    };
  };
  /** Pull request changed. Fires when a pull request is opened, closed, reopened, or gets new commits. */
  GITHUB_PULL_REQUEST_EVENT: {
    config: {
      /**
       * The user or organization that the repository belongs to.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without its owner.
       * @example "site"
       */
      repo: string;
    };
    payload: {
      /**
       * What was done: `opened`, `closed`, `synchronize`, …
       * @example "opened"
       */
      action: string;
      /**
       * The pull request's number in the repository.
       * @example 42
       */
      number: number;
      /**
       * Its title.
       * @example "Say the opening hours on every page"
       */
      title: string;
      /**
       * Its description; empty where there is none.
       * @example "Closes #41."
       */
      description: string;
      /**
       * The login of who opened it.
       * @example "octocat"
       */
      createdBy: string;
      /**
       * When it was opened.
       * @example "2025-03-11T14:05:09Z"
       */
      createdAt: string;
      /**
       * Its page.
       * @example "https://github.com/acme/site/pull/42"
       */
      url: string;
    };
  };
  /** Star added. Fires when somebody stars the repository. */
  GITHUB_STAR_ADDED_EVENT: {
    config: {
      /**
       * The user or organization that the repository belongs to.
       * @example "acme"
       */
      owner: string;
      /**
       * The repository's name, without its owner.
       * @example "site"
       */
      repo: string;
    };
    payload: {
      /**
       * What was done.
       * @example "created"
       */
      action: string;
      /**
       * The repository's number across GitHub.
       * @example 1296269
       */
      repository_id: number;
      /**
       * The repository's name.
       * @example "site"
       */
      repository_name: string;
      /**
       * The repository's page.
       * @example "https://github.com/acme/site"
       */
      repository_url: string;
      /**
       * When it was starred.
       * @example "2025-03-11T14:05:09Z"
       */
      starred_at: string;
      /**
       * The login of who starred it.
       * @example "octocat"
       */
      starred_by: string;
    };
  };
}
