import type { IncomingMessage } from "node:http";
import type { ClientOptions, RawData, WebSocket } from "ws";
import { retryAfterMs } from "../../base/retry.js";
import { type ProxyOptions, proxyFor } from "../../settings/proxy.js";
import { isPassingStatus } from "./refusal.js";
import { type Loss, lossOf, lossOfClose } from "./disconnect.js";
import { openTunnel } from "./proxy-agent.js";

/** What is heard on a line. */
export interface LineEvents {
  opened(): void;
  /** A text frame, in valid UTF-8: `ws` has seen to that. */
  text(bytes: Buffer): void;
  binary(byteLength: number): void;
  /** A control frame came: there is life. */
  alive(): void;
  /** Called once, unless the line was dropped before. */
  ended(loss: Loss): void;
}

interface LineOptions {
  readonly maxFrameBytes: number;
  readonly proxy: ProxyOptions;
  readonly now: () => number;
}

/** How long the server may take to answer our close frame, milliseconds; then the socket is destroyed. */
const CLOSE_LIMIT_MS = 1000;
/** Answers to pings wait for a server that does not read them up to here; further ones are left out. */
const MOST_BACKLOG_BYTES = 64 * 1024;
const NORMAL_CLOSE = 1000;

/** One WebSocket, from dialling to its end: `ws`, reduced to what the protocol above needs. */
export class Line {
  /** Resolves when nothing of the line is left. */
  readonly gone: Promise<void>;
  readonly #ws: WebSocket;
  readonly #tunnel = new AbortController();
  readonly #events: LineEvents;
  #socketError: Error | undefined;
  #over = false;

  /**
   * @param Socket the class of `ws`, which the caller has loaded
   * @throws SyntaxError where the URL is not one of a WebSocket; EarshotError ERR_OPTION where its proxy cannot be used
   */
  constructor(Socket: typeof WebSocket, url: string, options: LineOptions, events: LineEvents) {
    this.#events = events;
    const ws = new Socket(url, this.#dialling(url, options));
    this.#ws = ws;
    this.gone = new Promise((resolve) => {
      ws.once("close", () => resolve());
    });
    ws.on("message", (data, isBinary) => this.#onMessage(data, isBinary));
    ws.on("open", () => events.opened());
    ws.on("ping", (data) => {
      events.alive();
      if (this.#hasRoom()) ws.pong(data);
    });
    ws.on("pong", () => events.alive());
    ws.on("upgrade", ({ socket }) => {
      // `ws` keeps a reset to itself and tells of a close alone.
      socket.once("error", (error) => {
        this.#socketError = error;
      });
    });
    ws.on("unexpected-response", (_request, response) => this.#end(lossOfAnswer(response, options.now())));
    ws.on("error", (error) => this.#end(lossOf(error)));
    ws.on("close", (code, reason) => this.#end(lossOfClose(code, reason.toString(), this.#socketError)));
  }

  /** Sends a text frame; one that can no longer be sent is left out, for the line's end follows. */
  send(text: string): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.send(text);
  }

  /** Sends an answer, unless the server has left too many unread. */
  answer(text: string): void {
    if (this.#hasRoom()) this.send(text);
  }

  /** Stops reading; what has been read already is still heard. */
  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  /** Says goodbye and waits for the server's; what it still sends is heard. */
  close(): void {
    this.#ws.close(NORMAL_CLOSE);
  }

  /** Ends the line at once, unheard. */
  drop(): void {
    this.#over = true;
    this.#tunnel.abort();
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.close(NORMAL_CLOSE);
    this.#ws.terminate();
  }

  /** Every event of the server's passes here. */
  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#over) return;
    // "nodebuffer" is the binary type that was asked for: a message is one Buffer.
    const bytes = data as Buffer;
    if (isBinary) this.#events.binary(bytes.byteLength);
    else this.#events.text(bytes);
  }

  #hasRoom(): boolean {
    return this.#ws.bufferedAmount < MOST_BACKLOG_BYTES;
  }

  #end(loss: Loss): void {
    if (this.#over) return;
    this.drop();
    this.#events.ended(loss);
  }

  #dialling(url: string, { maxFrameBytes, proxy }: LineOptions): ClientOptions {
    // closeTimeout is an option of `ws` that its types do not have yet.
    const options: ClientOptions & { readonly closeTimeout: number } = {
      // Frames are small, and inflating is a way to be flooded.
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: maxFrameBytes,
      // Answered by us, so that a flood of pings from a server that does not read ends nowhere.
      autoPong: false,
      closeTimeout: CLOSE_LIMIT_MS,
    };
    const target = URL.canParse(url) ? new URL(url) : undefined;
    const through = target === undefined ? undefined : proxyFor(target, proxy);
    if (target === undefined || through === undefined) return options;
    const secure = target.protocol === "wss:";
    const place = {
      host: target.hostname.replace(/^\[|\]$/g, ""),
      port: target.port === "" ? (secure ? 443 : 80) : Number(target.port),
      secure,
    };
    type Dial = (options: unknown, done: Parameters<typeof openTunnel>[3]) => void;
    const dial: Dial = (_options, done) => openTunnel(through, place, this.#tunnel.signal, done);
    // node:http takes a stream by callback as well as by return; the types know the latter alone.
    return {
      ...options,
      createConnection: dial as unknown as NonNullable<ClientOptions["createConnection"]>,
    };
  }
}

function lossOfAnswer(response: IncomingMessage, nowMs: number): Loss {
  const { statusCode = 0 } = response;
  return {
    trouble: "http",
    refused: isPassingStatus(statusCode) ? undefined : "unclear",
    detail: `the server answered the upgrade with HTTP ${response.statusCode}`,
    retryAfterMs: retryAfterMs(response.headers["retry-after"], nowMs),
  };
}
