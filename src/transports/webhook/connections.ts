import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../../base/clock.js";
import type { Answer } from "../../model/source.js";
import { Deadlines } from "./deadlines.js";
import { writeAndLinger } from "./node-response.js";

/** How long what is left of a refused body is read and dropped. */
const LINGER_MS = 5000;

/** A connection that has its answer and is about to be closed. */
interface Lingering {
  readonly socket: Socket;
  finish(): void;
}

/** What the door knows of HTTP/1 connections, beyond the requests on them. */
export class Connections {
  readonly #waiting = new Map<Socket, number>();
  readonly #lingering: Deadlines<Lingering>;

  constructor(clock: Clock, bodyTimeoutMs: number) {
    this.#lingering = new Deadlines(clock, Math.min(LINGER_MS, bodyTimeoutMs), (lingering) =>
      lingering.finish(),
    );
  }

  /** A delivery of this connection is in work, and its answer is still to be written. */
  wait(socket: Socket): void {
    this.#waiting.set(socket, (this.#waiting.get(socket) ?? 0) + 1);
  }

  endWait(socket: Socket): void {
    const left = (this.#waiting.get(socket) ?? 1) - 1;
    if (left === 0) this.#waiting.delete(socket);
    else this.#waiting.set(socket, left);
  }

  /** Whether bytes written to the connection now would be taken for an answer to something else. */
  isTaken(socket: Socket): boolean {
    if (this.#waiting.has(socket)) return true;
    for (const lingering of this.#lingering.items()) if (lingering.socket === socket) return true;
    return false;
  }

  /** Answers a request whose body is still coming, and closes the connection when it has come or time is up. */
  linger(req: IncomingMessage, res: ServerResponse, answer: Answer): void {
    const finish = writeAndLinger(req, res, answer);
    const lingering = { socket: req.socket, finish };
    this.#lingering.add(lingering);
    const end = () => {
      if (this.#lingering.delete(lingering)) finish();
    };
    req.on("end", end).on("close", end).on("error", end);
  }

  /** Answers what is no request, and closes. */
  lingerRaw(socket: Socket, text: string): void {
    const lingering = { socket, finish: () => socket.destroy() };
    this.#lingering.add(lingering);
    socket.on("close", () => this.#lingering.delete(lingering));
    socket.end(text);
  }

  /** Closes at once what lingers. */
  finish(): void {
    for (const lingering of [...this.#lingering.items()]) {
      this.#lingering.delete(lingering);
      lingering.finish();
    }
  }
}
