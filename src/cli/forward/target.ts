import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import type { Dispatcher } from "undici";
import { isLoopbackUrl } from "../../base/loopback.js";
import { stateDirectory, writeOwnFile } from "../config/paths.js";
import type { Context } from "../context.js";
import { errorText, UsageError } from "../errors.js";
import { failureReason } from "../http.js";

/** Options that go with the URL option of a command that posts events. */
export interface TargetOptions {
  readonly allowRemote?: true;
  readonly insecure?: true;
  readonly ca?: string;
}

/** A webhook endpoint that events are posted to. */
export interface Target {
  readonly url: string;
  /** Signs the requests. */
  readonly secret: string;
  /** False if the secret is from the environment. */
  readonly isGenerated: boolean;
  /** `undefined`: the usual certificate check. */
  readonly dispatcher: Dispatcher | undefined;
}

/** @param option the command's option for the URL, such as `--to` */
export function targetOptions(command: Command, option: string): Command {
  return command
    .option("--allow-remote", `allow ${option} to post to other machines`)
    .option(
      "--ca <file>",
      `with ${option}: trust the certificates in this PEM file, such as a self-signed one`,
    )
    .option("--insecure", `with ${option}: skip the check of the server's certificate`);
}

/**
 * The target of a URL option; `undefined` without one.
 *
 * @throws UsageError for options without a URL, for another machine's URL without --allow-remote, for an empty secret
 */
export async function openTarget(
  option: string,
  url: string | undefined,
  { allowRemote, ca, insecure }: TargetOptions,
  env: Context["env"],
): Promise<Target | undefined> {
  if (url === undefined) {
    if (ca === undefined && insecure === undefined) return undefined;
    throw new UsageError(`--ca and --insecure require ${option} URL`);
  }
  if (!isLoopbackUrl(url) && !allowRemote) {
    throw new UsageError(`${option}: ${url} is another machine; to post there, add --allow-remote`);
  }
  const dispatcher = await dispatcherFor(ca, insecure);
  return { url, dispatcher, ...(await forwardingSecret(env)) };
}

/**
 * COMPOSIO_WEBHOOK_SECRET. Without it, a secret that is generated once per machine, so that a receiver is configured
 * only once.
 *
 * @throws UsageError
 */
async function forwardingSecret(env: Context["env"]): Promise<Pick<Target, "secret" | "isGenerated">> {
  const configured = env.COMPOSIO_WEBHOOK_SECRET;
  if (configured !== undefined && configured.trim() === "") {
    throw new UsageError("The environment variable COMPOSIO_WEBHOOK_SECRET is set but empty");
  }
  if (configured !== undefined) return { secret: configured, isGenerated: false };
  const file = join(stateDirectory(env), "forward-secret");
  const stored = (await readFile(file, "utf8").catch(() => "")).trim();
  if (/^whsec_[A-Za-z0-9+/]{43}=$/.test(stored)) return { secret: stored, isGenerated: true };
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  await writeOwnFile(file, `${secret}\n`, "XDG_STATE_HOME");
  return { secret, isGenerated: true };
}

/** @throws UsageError if the file cannot be read */
async function dispatcherFor(
  ca: string | undefined,
  insecure: true | undefined,
): Promise<Dispatcher | undefined> {
  if (ca === undefined && insecure === undefined) return undefined;
  const certificates = ca === undefined ? undefined : await readCertificates(ca);
  const { Agent } = await import("undici");
  return new Agent({
    connect: {
      ...(insecure && { rejectUnauthorized: false }),
      ...(certificates !== undefined && { ca: certificates }),
    },
  });
}

async function readCertificates(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`--ca: ${file} cannot be read: ${errorText(error)}`);
  }
}

/** Codes of OpenSSL and Node for an untrusted certificate. */
const CERTIFICATE = /SELF_SIGNED|UNABLE_TO_|CERT_|_CERT/;

/** Why a request to a target failed; for a certificate, with the options that help. */
export function targetFailure(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const hint = CERTIFICATE.test(code)
    ? "; trust its certificate with --ca FILE, or skip the check with --insecure"
    : "";
  return `${failureReason(thrown)}${hint}`;
}
