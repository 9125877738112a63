import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isLoopbackUrl } from "../../base/loopback.js";
import type { Context } from "../context.js";
import { UsageError } from "../errors.js";
import { stateDirectory } from "../config/paths.js";
import { writePrivately } from "../config/private-file.js";

/** @throws UsageError where a URL is another machine's and that was not asked for by name */
export function checkTarget(option: string, url: string, allowRemote: true | undefined): void {
  if (isLoopbackUrl(url) || allowRemote) return;
  throw new UsageError(`${option}: ${url} is not this machine; to post there on purpose, add --allow-remote`);
}

/** What forwarded events are signed with. */
export interface ForwardSecret {
  readonly secret: string;
  /** False where it is from the environment, whose owner knows it. */
  readonly isOurs: boolean;
}

/**
 * COMPOSIO_WEBHOOK_SECRET; without it a secret of this machine, which is made once and stays, so that a receiver
 * needs to be told once.
 *
 * @throws UsageError
 */
export async function forwardSecret(env: Context["env"]): Promise<ForwardSecret> {
  const said = env.COMPOSIO_WEBHOOK_SECRET;
  if (said !== undefined && said.trim() === "") {
    throw new UsageError("The environment variable COMPOSIO_WEBHOOK_SECRET is set but empty");
  }
  if (said !== undefined) return { secret: said, isOurs: false };
  const file = join(stateDirectory(env), "forward-secret");
  const stored = await readFile(file, "utf8").catch(() => "");
  if (/^whsec_[A-Za-z0-9+/]{43}=$/.test(stored.trim())) return { secret: stored.trim(), isOurs: true };
  const secret = `whsec_${randomBytes(32).toString("base64")}`;
  await writePrivately(file, `${secret}\n`);
  return { secret, isOurs: true };
}
