import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../../base/clock.js";
import type { WebhookResponse } from "../../model/source.js";
import { Deadlines } from "./deadlines.js";
import { writeAndLinger } from "./node-response.js";

/** How long the rest of a rejected body is read and dropped. */
const LINGER_MS = 5000;

/** A connection that has its response and is about to be closed. */
interface Lingering {
  readonly socket: Socket;
  finish(): void;
}

/** HTTP/1 connections whose responses are pending, and those that close once the sender has stopped sending. */
export class Connections {
  readonly #waiting = new Map<Socket, number>();
  readonly #lingering: Deadlines<Lingering>;
  readonly #closing = new WeakSet<Socket>();

  constructor(clock: Clock, bodyTimeoutMs: number) {
    this.#lingering = new Deadlines(clock, Math.min(LINGER_MS, bodyTimeoutMs), (lingering) =>
      lingering.finish(),
    );
  }

  /** Counts a pending response of this connection. */
  startWait(socket: Socket): void {
    this.#waiting.set(socket, (this.#waiting.get(socket) ?? 0) + 1);
  }

  endWait(socket: Socket): void {
    const left = (this.#waiting.get(socket) ?? 1) - 1;
    if (left === 0) this.#waiting.delete(socket);
    else this.#waiting.set(socket, left);
  }

  /** Whether the sender would read bytes written now as the response to an earlier request. */
  isAwaiting(socket: Socket): boolean {
    if (this.#waiting.has(socket)) return true;
    for (const lingering of this.#lingering.items()) if (lingering.socket === socket) return true;
    return false;
  }

  /** Whether the connection of a request has had its last response. */
  isClosing(req: IncomingMessage): boolean {
    return req.httpVersionMajor === 1 && this.#closing.has(req.socket);
  }

  /** Responds to a request whose body is still arriving. Closes the connection at its end, or after `LINGER_MS`. */
  linger(req: IncomingMessage, res: ServerResponse, response: WebhookResponse): void {
    const finish = writeAndLinger(req, res, response);
    const lingering = { socket: req.socket, finish };
    this.#lingering.add(lingering);
    this.#closing.add(req.socket);
    const end = () => {
      if (this.#lingering.delete(lingering)) finish();
    };
    req.on("end", end).on("close", end).on("error", end);
  }

  /** Writes a response to bytes that are no request, and closes. */
  lingerRaw(socket: Socket, text: string): void {
    const lingering = { socket, finish: () => socket.destroy() };
    this.#lingering.add(lingering);
    socket.on("close", () => this.#lingering.delete(lingering));
    socket.end(text);
  }

  /** Closes lingering connections at once. */
  finish(): void {
    for (const lingering of [...this.#lingering.items()]) {
      this.#lingering.delete(lingering);
      lingering.finish();
    }
  }
}
