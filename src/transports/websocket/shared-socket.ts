import type { Clock } from "../../base/clock.js";
import type { EarshotError } from "../../base/errors.js";
import type { ListenerEventOf } from "../../base/listener-events.js";
import type { WebSocketHealth } from "./health.js";
import type { SocketOptions, SocketSettings } from "./options.js";
import { Seat, type Table } from "./subscriber.js";
import { createSocket, type Socket } from "./shared-connection.js";

/**
 * The connections of this process, so that listeners of different toolsets find each other's. It is the one
 * thing that modules here share: what it holds lives as long as a listener uses it. By clock, as one connection
 * lives by one time, and by what {@link shareSocket} was told.
 */
const connections = new WeakMap<Clock, Map<string, SharedSocket>>();

/**
 * Makes a socket that shares its connection with every other one of the same name in this process. The first
 * that starts connects, the last that stops disconnects.
 *
 * @param name what must be the same for all of a connection: whose it is, and how it is to be kept
 * @throws EarshotError ERR_OPTION
 */
export function shareSocket(name: string, options: SocketOptions): Socket {
  return new Seat(options, () => {
    const byName = connections.get(options.clock) ?? new Map<string, SharedSocket>();
    connections.set(options.clock, byName);
    const known = byName.get(name);
    if (known !== undefined) return known;
    const made = new SharedSocket(options, () => {
      if (byName.get(name) === made) byName.delete(name);
    });
    byName.set(name, made);
    return made;
  });
}

/** One connection, and the seats at it. */
class SharedSocket implements Table {
  readonly #socket: Socket;
  readonly #seats = new Set<Seat>();
  readonly #onOver: () => void;
  /** The last confirmation, for those who come while it holds. */
  #ready: ListenerEventOf<"websocket.ready"> | undefined;

  /** @param onOver nobody may join any more */
  constructor(options: SocketOptions, onOver: () => void) {
    this.#onOver = onOver;
    this.#socket = createSocket({
      ...options,
      // Whoever is here asks: the first to come may have gone, and its toolset with it.
      access: {
        locate: (signal) => (this.#anyone?.access ?? options.access).locate(signal),
        authorize: (...args) => (this.#anyone?.access ?? options.access).authorize(...args),
      },
      send: (report) => {
        if (report.type === "websocket.ready") this.#ready = report;
        for (const seat of this.#seats) seat.hear(report);
      },
      receive: (delivery) => {
        for (const seat of this.#seats) seat.deliver(delivery);
      },
      passBy: (frame) => {
        for (const { settings } of this.#seats) if (!settings.passBy(frame)) return false;
        return true;
      },
      onGap: (gap) => {
        for (const seat of this.#seats) seat.miss(gap);
      },
      onFatal: (error) => this.#fail(error),
    });
  }

  add(seat: Seat): void {
    const first = this.#seats.size === 0;
    this.#seats.add(seat);
    this.weigh();
    if (first) void this.#socket.start().catch(() => undefined);
    else if (this.#ready !== undefined && this.#socket.health().subscribed) seat.hear(this.#ready);
  }

  async remove(seat: Seat): Promise<void> {
    if (!this.#seats.has(seat)) return;
    if (this.#seats.size > 1) {
      this.#seats.delete(seat);
      this.weigh();
      return;
    }
    // The last one hears what still comes while the connection takes its leave; a newcomer makes another.
    this.#onOver();
    await this.#socket.stop();
    this.#seats.delete(seat);
  }

  /** Reading stops only where nobody reads. */
  weigh(): void {
    for (const seat of this.#seats) {
      if (seat.reading) {
        this.#socket.resume();
        return;
      }
    }
    this.#socket.pause();
  }

  goesOnWithout(absent: Seat): boolean {
    for (const seat of this.#seats) if (seat !== absent && seat.reading) return true;
    return false;
  }

  health(): WebSocketHealth {
    return this.#socket.health();
  }

  get #anyone(): SocketSettings | undefined {
    for (const { settings } of this.#seats) return settings;
    return undefined;
  }

  #fail(error: EarshotError): void {
    this.#onOver();
    for (const seat of this.#seats) seat.fail(error);
  }
}
