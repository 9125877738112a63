import type { MaybePromise } from "../base/maybe-promise.js";
import type { Delivery, HttpFacts } from "../model/delivery.js";
import type { WebhookResponse } from "../model/source.js";
import type { Key, MacKey } from "./crypto.js";
import type { Encoding } from "./encoding.js";
import type { TimeUnit } from "./request.js";

/** The algorithm of a signature. `token`: nothing is signed, the secret itself is sent and compared. */
export type Algorithm = "hmac-sha1" | "hmac-sha256" | "hmac-sha512" | "ed25519" | "token";

/**
 * The form of a secret, and how it becomes a key.
 *
 * - `text`: the UTF-8 bytes of the text as given
 * - `whsec`: base64, with or without `whsec_` before it, decoded (Standard Webhooks)
 * - `text-or-whsec`: the text; a text in the form of `whsec` also decoded
 * - `hex`, `base64`: decoded
 */
export type KeyForm = "text" | "whsec" | "text-or-whsec" | "hex" | "base64";

/** Where the signature is, and how its header is split. */
export type SignaturePlace =
  /** The whole header, after a prefix: `sha256={hex}`. */
  | {
      readonly form: "plain";
      readonly header: string;
      readonly prefix?: string;
      readonly algorithm: Exclude<Algorithm, "token">;
      readonly encoding: Encoding;
    }
  /** Several signatures, each after its prefix: `v1,{base64} v1a,{base64}`. Entries with other prefixes are skipped. */
  | {
      readonly form: "list";
      readonly header: string;
      /** Default `" "`. */
      readonly separator?: string;
      /** Prefix of a signature → its algorithm. */
      readonly prefixes: ReadonlyMap<string, Exclude<Algorithm, "token">>;
      readonly encoding: Encoding;
    }
  /** Named fields: `t=1700000000,v1={hex},v1={hex}`. Fields with other names are skipped. */
  | {
      readonly form: "fields";
      readonly header: string;
      readonly separator: string;
      /** Default `"="`. */
      readonly equals?: string;
      /** Whether white space may stand around a field. Default: no, it is the seam of two joined headers. */
      readonly spaced?: true;
      readonly signature: string;
      /** What stands before the signature in its field. Default: nothing. */
      readonly prefix?: string;
      readonly time?: string;
      readonly id?: string;
      readonly algorithm: Exclude<Algorithm, "token">;
      readonly encoding: Encoding;
    }
  /** The secret itself in a header. */
  | { readonly form: "token"; readonly header: string }
  /** The secret itself in a member of every element of a list in the body. */
  | { readonly form: "body-token"; readonly list: string; readonly member: string };

/** Where the sender's time is, beside a `fields` header. A time in the body is checked after the signature. */
export type TimePlace =
  | { readonly unit: TimeUnit; readonly header: string }
  | { readonly unit: TimeUnit; readonly field: true }
  | { readonly unit: "ms"; readonly member: string };

/** The input of a handshake. */
export interface HandshakeRequest {
  readonly delivery: Delivery;
  readonly http: HttpFacts;
  /** Checks the signature as for an event. @returns the key that matched; `undefined` where unsigned is allowed */
  verify(): MaybePromise<Key | MacKey | undefined>;
}

/** Responds to a sender's set-up request; `undefined` for any other delivery. */
export type Handshake = (request: HandshakeRequest) => MaybePromise<WebhookResponse | undefined>;

/** How one sender signs, as data. Header names are in lower case. */
export interface Scheme {
  readonly provider: string;
  readonly signature: SignaturePlace;
  /** Default `text`. */
  readonly key?: KeyForm;
  /**
   * What is signed: text with `{body}` (the exact bytes), `{id}`, `{time}` (the header's text as it came),
   * `{method}`, `{url}` (the configured public URL as it is), `{requestUrl}` (the same with the request's own
   * query) and `{form}` (form fields in order of their names, run together). Default `{body}`.
   */
  readonly signed?: string;
  readonly time?: TimePlace;
  /** Most difference of the timestamp from this machine's clock, both ways, milliseconds. Default 300,000. */
  readonly toleranceMs?: number;
  /** The header with the message's id. Where `{id}` is not signed, anyone can change it. */
  readonly id?: string;
  /** The signed body has an id: then no digest of the body is made. */
  readonly bodyId?: true;
  /** The header with the name of the event. */
  readonly eventName?: string;
  /** A query parameter with the hex SHA-256 of the body; where the request has it, `{form}` is empty. */
  readonly bodyDigestQuery?: string;
  /** Whether the sender may sign the URL with its port, or without, whichever was configured. */
  readonly anyPort?: true;
  /** Whether the sender decodes some characters of `{requestUrl}` before it signs; see `partlyDecoded`. */
  readonly decodesUrl?: true;
  /** A second set of header names, used where the first set is not whole. The two never mix. */
  readonly otherHeaders?: { readonly signature: string; readonly time: string; readonly id: string };
  readonly handshake?: Handshake;
  /** The largest body, in bytes, that the sender documents. Default: the listener's `maxBodyBytes`. */
  readonly maxBodyBytes?: number;
  /** The response that the sender wants to a stored delivery. Default: `200 {"ok":true}`. */
  readonly acknowledgement?: WebhookResponse;
}
