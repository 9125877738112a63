import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";

/** A frame as it came from a client. */
export interface ClientFrame {
  readonly event: string;
  readonly data?: unknown;
}

/** One client at the server, with the levers to be good or bad to it. */
export class Peer {
  readonly socketId: string;
  /** The query of the URL that it connected to. */
  readonly query: URLSearchParams;
  readonly received: ClientFrame[] = [];
  readonly channels = new Set<string>();
  closed: { readonly code: number } | undefined;
  /** Answers of WebSocket itself. */
  controlPongs = 0;
  readonly #ws: WebSocket;
  readonly #stream: Duplex;

  constructor(ws: WebSocket, stream: Duplex, socketId: string, query: URLSearchParams) {
    this.#ws = ws;
    this.#stream = stream;
    this.socketId = socketId;
    this.query = query;
    ws.on("pong", () => {
      this.controlPongs += 1;
    });
  }

  /** Sends an event; `data` goes out encoded twice, as the protocol has it. */
  send(event: string, data: unknown, channel?: string): void {
    this.text(JSON.stringify({ event, ...(channel && { channel }), data: JSON.stringify(data) }));
  }

  /** Sends a text frame as it is given. */
  text(text: string): void {
    this.#ws.send(text);
  }

  binary(bytes: Uint8Array): void {
    this.#ws.send(bytes);
  }

  /** A ping of WebSocket itself (RFC 6455, 5.5.2). */
  controlPing(payload = ""): void {
    this.#ws.ping(payload);
  }

  /** Writes bytes past the WebSocket layer. */
  raw(bytes: Uint8Array): void {
    this.#stream.write(bytes);
  }

  /** Leaves what the client sends in the network, or reads on. */
  read(reading: boolean): void {
    if (reading) this.#ws.resume();
    else this.#ws.pause();
  }

  close(code: number, reason = ""): void {
    this.#ws.close(code, reason);
  }

  /** Ends the TCP connection with FIN, without a close frame. */
  end(): void {
    this.#stream.end();
  }

  /** Whether the server has sent a close frame. */
  get closing(): boolean {
    return this.#ws.readyState >= this.#ws.CLOSING;
  }

  /** Events that the client sent under a name. */
  sent(event: string): readonly ClientFrame[] {
    return this.received.filter((frame) => frame.event === event);
  }

  get backlogBytes(): number {
    return this.#ws.bufferedAmount;
  }
}

/** A text frame as a server writes it (RFC 6455, 5.2): not masked, in one piece. */
export function encodeTextFrame(text: string): Uint8Array {
  const payload = Buffer.from(text);
  const { length } = payload;
  const head =
    length < 126 ? Buffer.from([0x81, length]) : Buffer.from([0x81, 126, length >> 8, length & 255]);
  return Buffer.concat([head, payload]);
}
