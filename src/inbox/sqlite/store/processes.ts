import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A process, as a file tells it to other processes. */
export interface ProcessIdentity {
  /** `host:pid`, or what the listener was named. */
  readonly name: string;
  /**
   * The running system, and the namespace of its process ids. Two processes know each other's ids only where this is
   * the same. `null` where the system does not tell.
   */
  readonly machine: string | null;
  readonly pid: number;
  /** When it started, as the system counts: tells a process from a later one with its id. */
  readonly started: string | null;
}

/** @param name how leases name this process; default `host:pid` */
export function thisProcess(name: string = `${hostname()}:${process.pid}`): ProcessIdentity {
  return { name, machine: thisMachine(), pid: process.pid, started: statOf(process.pid)?.started ?? null };
}

/** Whether a process has surely ended. Where that cannot be known, it has not. */
export function hasEnded(other: ProcessIdentity, own: ProcessIdentity): boolean {
  if (own.machine === null || other.machine !== own.machine) return false;
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const stat = statOf(other.pid);
  if (stat === undefined) return false;
  return stat.isOver || (other.started !== null && stat.started !== other.started);
}

function thisMachine(): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return null;
  }
}

/** Of Linux: proc_pid_stat(5). */
function statOf(pid: number): { readonly started: string; readonly isOver: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name, in parentheses; anything can stand in it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [state = "", started] = [fields[0], fields[19]];
    return started === undefined ? undefined : { started, isOver: state === "Z" || state === "X" };
  } catch {
    return undefined;
  }
}
