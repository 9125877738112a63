import type { IncomingMessage } from "node:http";
import type { ClientOptions, RawData, WebSocket } from "ws";
import { retryAfterMs } from "../../base/retry.js";
import { type Disconnect, disconnectOfClose, disconnectOfError } from "./disconnect.js";
import type { ProxyAgent } from "./proxy-agent.js";
import { isTemporaryStatus } from "./rejection.js";

/** What a WebSocket reports. */
export interface WebSocketEvents {
  onOpen(): void;
  /** A text frame. `ws` has checked that it is valid UTF-8. */
  onText(bytes: Buffer): void;
  onBinary(byteLength: number): void;
  /** A control frame: the server is alive. */
  onControlFrame(): void;
  /** Called once, unless the WebSocket was dropped before. */
  onDisconnect(disconnect: Disconnect): void;
}

export interface WebSocketClientOptions {
  /** The class of `ws`, loaded by the caller. */
  readonly WebSocket: typeof WebSocket;
  readonly url: string;
  readonly maxFrameBytes: number;
  /** `undefined`: the server is reached directly. */
  readonly agent: ProxyAgent | undefined;
  readonly now: () => number;
}

/** The server's time to answer our close frame, milliseconds; then the socket is destroyed. */
const CLOSE_LIMIT_MS = 1000;
/** Answers to pings are queued for a server that does not read them up to this size; further ones are dropped. */
const MAX_QUEUED_BYTES = 64 * 1024;
const NORMAL_CLOSE = 1000;

/** One WebSocket, from dialing to its end: `ws`, reduced to what a connection needs. */
export class WebSocketClient {
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  readonly #ws: WebSocket;
  readonly #agent: ProxyAgent | undefined;
  readonly #events: WebSocketEvents;
  #socketError: Error | undefined;
  #over = false;

  /** @throws SyntaxError if the URL is not one of a WebSocket */
  constructor(options: WebSocketClientOptions, events: WebSocketEvents) {
    this.#events = events;
    this.#agent = options.agent;
    const ws = new options.WebSocket(options.url, clientOptions(options));
    this.#ws = ws;
    this.closed = new Promise((resolve) => {
      ws.once("close", () => resolve());
    });
    ws.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    ws.on("open", () => events.onOpen());
    ws.on("ping", (data) => {
      events.onControlFrame();
      if (this.#hasRoom()) ws.pong(data);
    });
    ws.on("pong", () => events.onControlFrame());
    ws.on("upgrade", ({ socket }) => {
      // `ws` does not report a reset: it only emits a close.
      socket.once("error", (error) => {
        this.#socketError = error;
      });
    });
    ws.on("unexpected-response", (_request, response) =>
      this.#end(disconnectOfResponse(response, options.now())),
    );
    ws.on("error", (error) => this.#end(disconnectOfError(error)));
    ws.on("close", (code, words) => this.#end(disconnectOfClose(code, words.toString(), this.#socketError)));
  }

  /** Sends a text frame. One that cannot be sent any more is dropped: a disconnect follows. */
  send(text: string): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.send(text);
  }

  /** Sends an answer, unless the server leaves too many unread. */
  answer(text: string): void {
    if (this.#hasRoom()) this.send(text);
  }

  /** Stops reading. Frames that were read already are still reported. */
  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  /** Sends a close frame and waits for the server's. Frames that it still sends are reported. */
  close(): void {
    this.#ws.close(NORMAL_CLOSE);
  }

  /** Ends the WebSocket at once and reports nothing more. */
  drop(): void {
    this.#over = true;
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.close(NORMAL_CLOSE);
    this.#ws.terminate();
    this.#agent?.abort();
  }

  /** Every event of the server arrives here. */
  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#over) return;
    // The binary type is "nodebuffer": a message is one Buffer.
    const bytes = data as Buffer;
    if (isBinary) this.#events.onBinary(bytes.byteLength);
    else this.#events.onText(bytes);
  }

  #hasRoom(): boolean {
    return this.#ws.bufferedAmount < MAX_QUEUED_BYTES;
  }

  #end(disconnect: Disconnect): void {
    if (this.#over) return;
    this.drop();
    this.#events.onDisconnect(disconnect);
  }
}

function clientOptions({ maxFrameBytes, agent }: WebSocketClientOptions): ClientOptions {
  // closeTimeout is an option of `ws` that its types do not have yet.
  const options: ClientOptions & { readonly closeTimeout: number } = {
    // Frames are small, and decompression would let a small frame become a large one.
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: maxFrameBytes,
    // Answered by us, so that pings of a server that does not read cannot fill the memory.
    autoPong: false,
    closeTimeout: CLOSE_LIMIT_MS,
    ...(agent !== undefined && { agent }),
  };
  return options;
}

function disconnectOfResponse({ statusCode = 0, headers }: IncomingMessage, nowMs: number): Disconnect {
  return {
    reason: "http",
    rejected: isTemporaryStatus(statusCode) ? undefined : "unclear",
    detail: `the server answered the upgrade with HTTP ${statusCode}`,
    // A date is one of the server's clock.
    retryAfterMs: retryAfterMs(headers["retry-after"], Date.parse(headers.date ?? "") || nowMs),
  };
}
