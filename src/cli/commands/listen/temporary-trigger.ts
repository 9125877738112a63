import { hostname } from "node:os";
import { isDeepStrictEqual } from "node:util";
import type { ActiveTrigger, Toolset } from "../../../index.js";
import type { Context } from "../../context.js";
import { errorText } from "../../errors.js";
import { sanitize } from "../../terminal/sanitize.js";
import {
  HEARTBEAT_MS,
  heartbeat,
  newStateFile,
  readStates,
  removeState,
  type TemporaryTriggerState,
  writeState,
} from "./temporary-trigger-files.js";

export interface TemporaryTriggerOptions {
  readonly triggerName: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly entityId: string | undefined;
  /** See `TemporaryTriggerState.owner`. */
  readonly owner: string;
}

/** A trigger that is enabled until it is released. */
export interface TemporaryTrigger {
  readonly triggerId: string;
  /** Removes the trigger; never rejects. A trigger that cannot be removed now is removed at the next start. */
  release(): Promise<void>;
}

/** Limit for the removal at exit, milliseconds: the user waits for the shell's prompt. */
const RELEASE_TIMEOUT_MS = 10_000;

/**
 * Enables a trigger for as long as the command runs. Its file is on disk before the platform is called, so that after
 * any crash the next start finds the trigger and removes it. A trigger that was enabled before stays enabled.
 */
export async function enableTemporaryTrigger(
  { env, io, ending }: Context,
  toolset: Toolset,
  { triggerName, config, entityId, owner }: TemporaryTriggerOptions,
): Promise<TemporaryTrigger> {
  const existing = await toolset.activeTriggers({
    triggerNames: triggerName,
    showDisabled: true,
    signal: ending,
  });
  const file = newStateFile(env);
  const requested: TemporaryTriggerState = {
    pid: process.pid,
    host: hostname(),
    owner,
    triggerName,
    config,
    existingIds: existing.map(({ id }) => id),
    atExit: "delete",
  };
  await writeState(file, requested);
  let triggerId: string;
  try {
    // Not aborted by Ctrl-C: it would be unknown whether the trigger is enabled.
    ({ triggerId } = await toolset.enableTrigger(triggerName, {
      config,
      ...(entityId !== undefined && { entityId }),
    }));
  } catch (thrown) {
    // Without a response, the trigger may be enabled nevertheless: the file stays for the next start.
    const { ApiError } = await import("../../../index.js");
    const isUncertain = thrown instanceof ApiError && ["ERR_TIMEOUT", "ERR_NETWORK"].includes(thrown.code);
    if (!isUncertain) await removeState(file);
    throw thrown;
  }
  const earlier = existing.find(({ id }) => id === triggerId);
  const isTemporary = (await readStates(env)).some(
    ({ state, isRunning }) => isRunning && state.triggerId === triggerId && state.atExit === "delete",
  );
  if (earlier?.enabled && !isTemporary) {
    await removeState(file);
    io.note(`${sanitize(triggerName)} (${sanitize(triggerId)}) is already enabled and stays enabled.`);
    return { triggerId, release: async () => undefined };
  }
  const state: TemporaryTriggerState = {
    ...requested,
    triggerId,
    atExit: earlier === undefined || isTemporary ? "delete" : "disable",
  };
  await writeState(file, state);
  io.note(
    `${io.err.green("Enabled")} ${sanitize(triggerName)} (${sanitize(triggerId)}) until this command ends.`,
  );
  const timer = setInterval(() => void heartbeat(file), HEARTBEAT_MS);
  return {
    triggerId,
    async release() {
      clearInterval(timer);
      try {
        await removeTrigger({ env }, toolset, state, triggerId, file);
        io.note(io.err.dim(`${sanitize(triggerName)} was ${pastOf(state)}.`));
      } catch (thrown) {
        io.note(
          io.err.yellow(
            `${sanitize(triggerId)} could not be removed: ${sanitize(errorText(thrown))}. The next \`earshot listen\` retries.`,
          ),
        );
      }
    },
  };
}

/** Removes the temporary triggers of killed commands. A failure is printed; the next start retries. */
export async function removeAbandonedTriggers(
  { env, io }: Context,
  toolset: Toolset,
  owner: string,
): Promise<void> {
  for (const { file, state, isRunning } of await readStates(env)) {
    if (isRunning || state.owner !== owner) continue;
    const name = sanitize(state.triggerName);
    try {
      const triggerId = state.triggerId ?? (await findUnconfirmed(toolset, state));
      if (triggerId === undefined) await removeState(file);
      else {
        await removeTrigger({ env }, toolset, state, triggerId, file);
        io.note(
          io.err.yellow(
            `${name} (${sanitize(triggerId)}), left enabled by a killed command, was ${pastOf(state)}.`,
          ),
        );
      }
    } catch (thrown) {
      const reason = sanitize(errorText(thrown));
      io.note(io.err.yellow(`${name}, left enabled by a killed command, could not be removed: ${reason}`));
    }
  }
}

const pastOf = ({ atExit }: TemporaryTriggerState) => (atExit === "delete" ? "removed" : "disabled");

/** The instance that a killed command requested, if its response never arrived. */
async function findUnconfirmed(toolset: Toolset, state: TemporaryTriggerState): Promise<string | undefined> {
  const isRequested = (one: ActiveTrigger) =>
    !state.existingIds.includes(one.id) && isDeepStrictEqual({ ...one.config }, { ...state.config });
  const active = await toolset.activeTriggers({ triggerNames: state.triggerName, showDisabled: true });
  return active.find(isRequested)?.id;
}

/** Deletes or disables the trigger, unless another running command needs it: then that one does it. */
async function removeTrigger(
  { env }: Pick<Context, "env">,
  toolset: Toolset,
  state: TemporaryTriggerState,
  triggerId: string,
  file: string,
): Promise<void> {
  // Written first: otherwise, two commands that end together would each leave it to the other.
  await writeState(file, { ...state, triggerId, isReleasing: true });
  const isNeeded = (await readStates(env)).some(
    (other) =>
      other.file !== file &&
      other.isRunning &&
      !other.state.isReleasing &&
      other.state.triggerId === triggerId,
  );
  if (!isNeeded) {
    const signal = AbortSignal.timeout(RELEASE_TIMEOUT_MS);
    try {
      if (state.atExit === "delete") await toolset.deleteTrigger(triggerId, { signal });
      else await toolset.disableTrigger(triggerId, { signal });
    } catch (thrown) {
      // It has been removed elsewhere.
      const { ApiError } = await import("../../../index.js");
      if (!(thrown instanceof ApiError && thrown.code === "ERR_NOT_FOUND")) throw thrown;
    }
  }
  await removeState(file);
}
