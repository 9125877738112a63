import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interleave } from "../lib/interleave.js";

const subject = (name, program, kind, role = "peer", extra = []) => ({
  name,
  role,
  file: "subjects/http.js",
  args: [program, ...extra],
  load: { kind, inFlight: 64 },
  hears: program === "bare" ? "none" : "all",
});
const http = (subjects, options) => interleave({ generator: "lib/http-generator.js", subjects, ...options });

/** Peers are measured for the table, not for the short form. */
const chosen = (subjects, short) => (short ? subjects.filter(({ role }) => role !== "peer") : subjects);

export const webhook = {
  short: true,
  profile: true,
  what: "webhook, in memory",
  measure: ({ short, ...options }) =>
    http(
      chosen(
        [
          subject("bare node:http", "bare", "platform", "control"),
          subject("earshot", "earshot", "platform", "subject"),
          subject("node:http, createHmac and JSON.parse", "hmac", "platform"),
          subject("node:http, one-shot HMAC and JSON.parse", "hmac-one-shot", "platform"),
          subject("Fastify + standardwebhooks", "fastify-standardwebhooks", "platform"),
          subject("Hono + svix", "hono-svix", "svix"),
          subject("node:http + @composio/core 0.10", "composio", "platform"),
          subject("Express 5 + standardwebhooks", "express-standardwebhooks", "platform"),
        ],
        short,
      ),
      options,
    ),
};

export const github = {
  short: true,
  profile: true,
  what: "webhook of GitHub, 7 kB",
  measure: ({ short, ...options }) =>
    http(
      chosen(
        [
          subject("bare node:http", "bare", "github", "control"),
          subject("earshot", "earshot-github", "github", "subject"),
          subject("node:http, createHmac and JSON.parse", "github-hmac", "github"),
          subject("@octokit/webhooks", "octokit", "github"),
        ],
        short,
      ),
      options,
    ),
};

export const sqlite = {
  short: true,
  profile: true,
  what: "webhook, durable in SQLite",
  async measure({ short: _, ...options }) {
    const folder = mkdtempSync(join(tmpdir(), "earshot-bench-"));
    try {
      return await http(
        [
          subject("bare node:http", "bare", "platform", "control"),
          {
            ...subject("earshot", "earshot-sqlite", "platform", "subject", [join(folder, "events.db")]),
            hears: "later",
          },
        ],
        options,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
