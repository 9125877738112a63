import { hostname } from "node:os";
import { isDeepStrictEqual } from "node:util";
import type { ActiveTrigger, Toolset } from "../../../index.js";
import type { Context } from "../../context.js";
import {
  BEAT_EVERY_MS,
  beat,
  type Lease,
  newLeaseFile,
  readLeases,
  removeLease,
  writeLease,
} from "./temporary-trigger-files.js";
import { plain } from "../../terminal/sanitize.js";

/** What to enable for a while, and whose it is. */
export interface LeaseWants {
  readonly triggerName: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly entityId: string | undefined;
  readonly owner: string;
}

/** A trigger that is enabled until it is given back. */
export interface LeasedTrigger {
  readonly triggerId: string;
  /** Removes it; never rejects. What cannot be removed now is removed at the next start. */
  release(): Promise<void>;
}

/** Limit for removing it at the end, milliseconds: somebody waits for their prompt. */
const RELEASE_MS = 10_000;

/**
 * Enables a trigger for as long as the command runs. The lease is on disk before the platform is asked, so that
 * whatever happens then, the next start finds what is to be removed. A trigger that was enabled before stays.
 */
export async function leaseTrigger(
  { env, io, ending }: Context,
  toolset: Toolset,
  { triggerName, config, entityId, owner }: LeaseWants,
): Promise<LeasedTrigger> {
  const before = await toolset.activeTriggers({
    triggerNames: triggerName,
    showDisabled: true,
    signal: ending,
  });
  const file = newLeaseFile(env);
  const asked: Lease = {
    pid: process.pid,
    host: hostname(),
    owner,
    triggerName,
    config,
    before: before.map(({ id }) => id),
    owed: "delete",
  };
  await writeLease(file, asked);
  let triggerId: string;
  try {
    // Not ended by Ctrl-C: nobody would know whether it is enabled.
    ({ triggerId } = await toolset.enableTrigger(triggerName, {
      config,
      ...(entityId !== undefined && { entityId }),
    }));
  } catch (thrown) {
    // Where no answer came it may be enabled all the same: the lease stays for the next start.
    const { ApiError } = await import("../../../index.js");
    const isOpen = thrown instanceof ApiError && ["ERR_TIMEOUT", "ERR_NETWORK"].includes(thrown.code);
    if (!isOpen) await removeLease(file);
    throw thrown;
  }
  const earlier = before.find(({ id }) => id === triggerId);
  const isLeased = (await readLeases(env)).some(
    ({ lease, isAlive }) => isAlive && lease.triggerId === triggerId && lease.owed === "delete",
  );
  if (earlier?.enabled && !isLeased) {
    await removeLease(file);
    io.note(`${plain(triggerName)} was enabled already (${plain(triggerId)}); it stays so.`);
    return { triggerId, release: async () => undefined };
  }
  const lease: Lease = {
    ...asked,
    triggerId,
    owed: earlier === undefined || isLeased ? "delete" : "disable",
  };
  await writeLease(file, lease);
  io.note(`${io.err.green("Enabled")} ${plain(triggerName)} (${plain(triggerId)}) until this ends.`);
  const beating = setInterval(() => void beat(file), BEAT_EVERY_MS);
  return {
    triggerId,
    async release() {
      clearInterval(beating);
      try {
        await settle({ env }, toolset, lease, triggerId, file);
        io.note(
          io.err.dim(`${plain(triggerName)} is ${lease.owed === "delete" ? "removed" : "disabled"} again.`),
        );
      } catch (thrown) {
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        io.note(
          io.err.yellow(
            `${plain(triggerId)} could not be removed: ${plain(reason)}. The next \`listen\` tries again.`,
          ),
        );
      }
    },
  };
}

/** Removes what earlier commands left enabled because they were killed. Failures are said, and tried again later. */
export async function reapLeases({ env, io }: Context, toolset: Toolset, owner: string): Promise<void> {
  for (const { file, lease, isAlive } of await readLeases(env)) {
    if (isAlive || lease.owner !== owner) continue;
    try {
      const triggerId = lease.triggerId ?? (await findUnanswered(toolset, lease));
      if (triggerId === undefined) await removeLease(file);
      else {
        await settle({ env }, toolset, lease, triggerId, file);
        io.note(
          io.err.yellow(
            `${plain(lease.triggerName)} (${plain(triggerId)}), left enabled by a command that was killed, is ${lease.owed === "delete" ? "removed" : "disabled"}.`,
          ),
        );
      }
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      io.note(
        io.err.yellow(`${plain(lease.triggerName)}, left enabled, could not be removed: ${plain(reason)}`),
      );
    }
  }
}

/** The instance that a killed command had asked for without hearing the answer. */
async function findUnanswered(toolset: Toolset, lease: Lease): Promise<string | undefined> {
  const isIt = (one: ActiveTrigger) =>
    !lease.before.includes(one.id) && isDeepStrictEqual({ ...one.config }, { ...lease.config });
  return (await toolset.activeTriggers({ triggerNames: lease.triggerName, showDisabled: true })).find(isIt)
    ?.id;
}

/** Pays what a lease owes, unless another running command has a lease on the same trigger and will. */
async function settle(
  { env }: Pick<Context, "env">,
  toolset: Toolset,
  lease: Lease,
  triggerId: string,
  file: string,
): Promise<void> {
  // Said first: of two commands that end together, each would leave it to the other.
  await writeLease(file, { ...lease, triggerId, isEnding: true });
  const isNeeded = (await readLeases(env)).some(
    (one) => one.file !== file && one.isAlive && !one.lease.isEnding && one.lease.triggerId === triggerId,
  );
  if (!isNeeded) {
    const signal = AbortSignal.timeout(RELEASE_MS);
    try {
      if (lease.owed === "delete") await toolset.deleteTrigger(triggerId, { signal });
      else await toolset.disableTrigger(triggerId, { signal });
    } catch (thrown) {
      // Somebody else has removed it.
      const { ApiError } = await import("../../../index.js");
      if (!(thrown instanceof ApiError && thrown.code === "ERR_NOT_FOUND")) throw thrown;
    }
  }
  await removeLease(file);
}
