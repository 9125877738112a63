import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type Clock, sleep } from "../../base/clock.js";
import type { CallFaults } from "./call-faults.js";
import { pathOf } from "./gateway.js";
import { strangerProblem } from "./same-origin.js";
import { refuse } from "./server.js";

/** What stands before the realtime endpoint. */
export interface UpgradeGate {
  readonly port: () => number;
  readonly faults: CallFaults;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  /** The application key of the platform, and other keys that clients have built in and that mean it too. */
  readonly appKey: string;
  readonly aliases: readonly string[];
  readonly pass: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** Lets an upgrade request through to the realtime endpoint, where its Host, its Origin and the faults allow it. */
export async function takeUpgrade(
  gate: UpgradeGate,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  if (strangerProblem(request, gate.port()) !== undefined) {
    refuse(socket, 403);
    return;
  }
  const path = pathOf(request);
  const fault = gate.faults.take("GET", path);
  if (fault?.delayMs !== undefined) await sleep(gate.clock, fault.delayMs, gate.stopping);
  if (fault?.drop === true) {
    socket.destroy();
    return;
  }
  if (fault?.status !== undefined) {
    refuse(socket, fault.status);
    return;
  }
  const alias = gate.aliases.find((key) => path === `/app/${key}`);
  if (alias !== undefined) request.url = request.url?.replace(alias, gate.appKey);
  gate.pass(request, socket, head);
}
