import { createHash, hash } from "node:crypto";

export const SECRET = "a secret of the bench, long enough to be one";
export const STANDARD_SECRET = `whsec_${Buffer.from(SECRET).toString("base64")}`;
export const GITHUB_SECRET = "the secret that GitHub was given";
export const NAME = "GITHUB_STAR_ADDED_EVENT";

/** Digits of an identity. Each process counts on from where no other does. */
const DIGITS = 14;
let counted = (Date.now() % 1e8) * 1e6;

function nextIdentity() {
  counted += 1;
  return String(counted).padStart(DIGITS, "0").slice(-DIGITS);
}

/** HMAC-SHA256 by two one-shot hashes: a generator must not be slower than what it measures. */
function signer(secret, room) {
  const key = Buffer.alloc(64);
  (secret.length > 64 ? createHash("sha256").update(secret).digest() : Buffer.from(secret)).copy(key);
  const inner = Buffer.alloc(64 + room);
  const outer = Buffer.alloc(96);
  for (let at = 0; at < 64; at += 1) {
    inner[at] = key[at] ^ 0x36;
    outer[at] = key[at] ^ 0x5c;
  }
  return {
    content: inner.subarray(64),
    sign(length, encoding) {
      outer.write(hash("sha256", inner.subarray(0, 64 + length), "binary"), 64, "binary");
      return hash("sha256", outer, encoding);
    },
  };
}

const MARK = "#".repeat(DIGITS);

/** Where the mark stands in a text of ASCII. */
function places(text) {
  const found = [];
  for (let at = text.indexOf(MARK); at !== -1; at = text.indexOf(MARK, at + 1)) found.push(at);
  return found;
}

/** What happened, as the app says it. */
const star = (description) => ({
  action: "created",
  starred_at: "2026-01-05T10:00:00Z",
  starred_by: "octocat",
  repository_id: 123456789,
  repository_name: "site",
  repository_url: "https://github.com/acme/site",
  description,
  stars: 4712,
  private: false,
  topics: ["agents", "webhooks", "triggers"],
  owner: { login: "acme", id: 991, type: "Organization", site_admin: false },
});
const SENTENCE = "a star that somebody gave to a repository that somebody else had written. ";

/** The platform's event in its third shape, 1.2 kB. */
export function platformBody(name = NAME) {
  return JSON.stringify({
    id: `msg_${MARK}`,
    timestamp: new Date().toISOString(),
    type: "composio.trigger.message",
    metadata: {
      log_id: `log_${MARK}`,
      trigger_slug: name,
      trigger_id: "ti_k3Jd82mPq0xZ",
      connected_account_id: "ca_92mfKd81Lq0z",
      auth_config_id: "ac_71hdKs92Mx0v",
      user_id: "user-4711",
    },
    data: star(SENTENCE.repeat(8)),
  });
}

/** The same in the older shape of the realtime channel, as long: it has no identity, so its content is its own. */
export function legacyBody(name = NAME) {
  const uuid = "0b8f5c1e-7a51-4f0e-9d0c-3f1c8f6d2a90";
  const make = (description) =>
    JSON.stringify({
      appName: "github",
      clientId: 4711,
      payload: { ...star(description), id: MARK },
      originalPayload: { starred_by: "octocat", id: MARK },
      metadata: {
        id: uuid,
        nanoId: "ti_k3Jd82mPq0xZ",
        connectionId: uuid,
        triggerName: name,
        triggerData: "{}",
        triggerConfig: { owner: "acme", repo: "site" },
        connection: {
          id: uuid,
          connectedAccountNanoId: "ca_92mfKd81Lq0z",
          integrationId: uuid,
          authConfigNanoId: "ac_71hdKs92Mx0v",
          clientUniqueUserId: "user-4711",
          status: "ACTIVE",
        },
      },
    });
  return make(SENTENCE.repeat(8).slice(0, platformBody(name).length - make("").length));
}

/** A push as GitHub sends it, 7 kB. */
export function pushBody() {
  const person = { name: "Mona Lisa", email: "mona@example.com", username: "mona" };
  const commit = (n) => ({
    id: `${n}${"0123456789abcdef".repeat(3)}`.slice(0, 40),
    message: `Commit ${n}: what was changed, and why it had to be changed, in one or two lines of text`,
    timestamp: "2026-01-05T10:00:00+00:00",
    url: `https://github.com/acme/site/commit/${n}${"0123456789abcdef".repeat(3)}`.slice(0, 76),
    author: person,
    committer: person,
    added: [`src/new-${n}.ts`, `test/new-${n}.test.ts`],
    removed: [],
    modified: ["README.md", "src/index.ts", `docs/page-${n}.md`],
  });
  const owner = {
    login: "acme",
    id: 991,
    node_id: "MDQ6VXNlcjk5MQ==",
    type: "Organization",
    site_admin: false,
  };
  const urls = Object.fromEntries(
    "archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks hooks issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers tags teams trees"
      .split(" ")
      .map((name) => [`${name}_url`, `https://api.github.com/repos/acme/site/${name}{/sha}`]),
  );
  return JSON.stringify({
    ref: "refs/heads/main",
    before: "a".repeat(40),
    after: `${MARK}${"b".repeat(26)}`,
    repository: { id: 1, name: "site", full_name: "acme/site", private: false, owner, ...urls },
    pusher: person,
    sender: owner,
    commits: Array.from({ length: 7 }, (_, n) => commit(n)),
    head_commit: commit(9),
  });
}

/** Makes whole requests with a fresh identity and a fresh signature each, into one buffer that is used again. */
export function requests(kind, port) {
  return kind === "github" ? githubRequests(port) : standardRequests(kind, port);
}

function standardRequests(kind, port) {
  const body = Buffer.from(platformBody());
  const seconds = Math.floor(Date.now() / 1000);
  const before = `msg_${MARK}.${seconds}.`;
  const mac = signer(SECRET, before.length + body.length);
  const prefix = kind === "svix" ? "svix" : "webhook";
  const head = Buffer.from(
    `POST /webhook HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\nuser-agent: bench\r\naccept: */*\r\n${prefix}-id: msg_${MARK}\r\n${prefix}-timestamp: ${seconds}\r\n${prefix}-signature: v1,${"*".repeat(44)}\r\nx-composio-webhook-version: V3\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  mac.content.write(before, 0, "latin1");
  body.copy(mac.content, before.length);
  const signed = places(mac.content.toString("latin1"));
  return maker(head, body, (id) => {
    for (const at of signed) mac.content.write(id, at, "latin1");
    return mac.sign(before.length + body.length, "base64");
  });
}

function githubRequests(port) {
  const body = Buffer.from(pushBody());
  const mac = signer(GITHUB_SECRET, body.length);
  const head = Buffer.from(
    `POST /github HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\nuser-agent: GitHub-Hookshot/044aadd\r\naccept: */*\r\nx-github-delivery: 72d3162e-cc78-11e3-${MARK}\r\nx-github-event: push\r\nx-github-hook-id: 292430182\r\nx-hub-signature-256: sha256=${"*".repeat(64)}\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  body.copy(mac.content);
  const signed = places(mac.content.toString("latin1"));
  return maker(head, body, (id) => {
    for (const at of signed) mac.content.write(id, at, "latin1");
    return mac.sign(body.length, "hex");
  });
}

function maker(head, body, sign) {
  const text = Buffer.concat([head, body]).toString("latin1");
  const ids = places(text);
  const signatureAt = head.indexOf("*".repeat(44));
  const template = Buffer.from(text, "latin1");
  return () => {
    const id = nextIdentity();
    const signature = sign(id);
    for (const at of ids) template.write(id, at, "latin1");
    template.write(signature, signatureAt, "latin1");
    // The socket may still hold the last one.
    return Buffer.from(template);
  };
}

/** Frames of the realtime channel, many in one piece, with a fresh identity each. */
export function frames(name, count, channel, shape = "v3") {
  const data = shape === "legacy" ? legacyBody(name) : platformBody(name);
  const text = JSON.stringify({ event: "trigger_to_client", channel, data });
  const size = Buffer.byteLength(text);
  const frame = Buffer.concat([Buffer.from([0x81, 126, size >> 8, size & 255]), Buffer.from(text)]);
  const batch = Buffer.concat(Array.from({ length: count }, () => frame));
  const ids = places(frame.toString("latin1"));
  return () => {
    const made = Buffer.from(batch);
    for (let n = 0; n < count; n += 1) {
      const id = nextIdentity();
      for (const at of ids) made.write(id, n * frame.length + at, "latin1");
    }
    return made;
  };
}
