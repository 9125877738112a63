import type { MaybePromise } from "../base/maybe-promise.js";
import type { Delivery, HttpFacts } from "../model/delivery.js";
import type { JsonObject } from "../model/json.js";
import type { CredentialMember, WebhookResponse } from "../model/source.js";
import type { Key, MacKey } from "./crypto.js";
import type { Encoding } from "./encoding.js";
import type { PublicKeyAlgorithm } from "./public-key.js";
import type { TimeForm } from "./request.js";

/** The algorithm of a signature with a shared secret. */
export type MacAlgorithm = "hmac-sha1" | "hmac-sha256" | "hmac-sha512";

/** The algorithm of a signature. `token`: nothing is signed, the secret itself is sent and compared. */
export type Algorithm = MacAlgorithm | PublicKeyAlgorithm | "token";

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
      /** Further headers with a signature of the same form, of which one has to be right: another key's, or a name's. */
      readonly alsoIn?: readonly string[] | undefined;
      /** Whether the header may come once for each of the sender's secrets; one of the signatures has to be right. */
      readonly repeats?: true | undefined;
      readonly prefix?: string | undefined;
      readonly algorithm: Exclude<Algorithm, "token">;
      readonly encoding: Encoding;
    }
  /** Several signatures, each after its prefix: `v1,{base64} v1a,{base64}`. Entries with other prefixes are skipped. */
  | {
      readonly form: "list";
      readonly header: string;
      /** Default `" "`. */
      readonly separator?: string | undefined;
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
      readonly equals?: string | undefined;
      /** Whether white space may stand around a field. Default: no, it is the seam of two joined headers. */
      readonly spaced?: true | undefined;
      readonly signature: string;
      /** What stands before the signature in its field. Default: nothing. */
      readonly prefix?: string | undefined;
      readonly time?: string | undefined;
      readonly id?: string | undefined;
      readonly algorithm: Exclude<Algorithm, "token">;
      readonly encoding: Encoding;
    }
  /** The secret itself in a header, after a prefix, or in a parameter of the query. */
  | {
      readonly form: "token";
      readonly header: string;
      readonly prefix?: string | undefined;
      readonly encoding?: "basic" | undefined;
      /** Further headers that may have it instead, each after its own prefix. */
      readonly alsoIn?:
        | readonly { readonly header: string; readonly prefix?: string | undefined }[]
        | undefined;
    }
  | { readonly form: "token"; readonly query: string }
  /** The secret itself in a member of the body, or of every element of a list in the body. */
  | { readonly form: "body-token"; readonly list?: string | undefined; readonly member: string }
  /** A JSON Web Token. */
  | JwtPlace
  /** Signatures in the body itself, of every element that counts. Such a body is parsed before it is verified. */
  | {
      readonly form: "in-body";
      readonly algorithms: readonly Exclude<Algorithm, "token">[];
      readonly encoding: Encoding;
      /** What is signed. `undefined`, or an empty list: the body has no signature. */
      readonly read: (body: JsonObject) => readonly InBodySignature[] | undefined;
      /** Adds the signatures of a test's request to a body. Absent: only the sender has the key. */
      readonly sign?: ((body: JsonObject, signer: InBodySigner) => JsonObject) | undefined;
    };

/** What a request for a test is signed with. */
export interface InBodySigner {
  /** The signature of a text, in the scheme's encoding. */
  readonly mac: (text: string) => string;
  readonly nowMs: number;
  /** Differs from request to request. */
  readonly id: string;
}

/** A signature that stands in the body, and the text that it covers. */
export interface InBodySignature {
  readonly signed: string;
  readonly signature: string;
  /** Another signature over it, by another key: one of the two has to be right. */
  readonly orSignature?: string | undefined;
  /** Default: the scheme's first algorithm. */
  readonly algorithm?: Exclude<Algorithm, "token"> | undefined;
  /** The time that is signed. */
  readonly time?: string | undefined;
  /** The URL of the certificate that signed it. */
  readonly certificateUrl?: string | undefined;
}

/** Algorithms of JSON Web Signatures. `none` is none of them. */
export type JwsAlgorithm =
  | "HS256"
  | "HS384"
  | "HS512"
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA";

/** A JSON Web Token in a header, and what it must say. */
export interface JwtPlace {
  readonly form: "jwt";
  readonly header: string;
  /** What stands before the token: `Bearer `. Default: nothing. */
  readonly prefix?: string | undefined;
  /** All are with a secret (`HS…`), or all with a private key: never both, or one could be taken for the other. */
  readonly algorithms: readonly JwsAlgorithm[];
  /** Accepted `iss`; default: any. */
  readonly issuers?: readonly string[] | undefined;
  /** Whether the source has to be given an `audience`, which `aud` must have. */
  readonly needsAudience?: true | undefined;
  /** Claims that must have these values. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** The claim that has the SHA-256 of the body. Without one, the token covers no body. */
  readonly bodyDigest?: { readonly claim: string; readonly encoding: "hex" | "base64" } | undefined;
  /** The longest time since `iat`, milliseconds, for tokens without `exp`. Default: `exp` is required. */
  readonly maxAgeMs?: number | undefined;
}

/** Where the keys are that a sender publishes. Hosts are fixed: a request never decides where keys come from. */
export type PublishedKeys =
  /** A JSON Web Key Set. */
  | { readonly form: "jwks"; readonly url: string }
  /** A certificate, by a URL in a header, or in the body. */
  | { readonly form: "certificate"; readonly header?: string | undefined; readonly hosts: RegExp };

/** Where the sender's time is, beside a `fields` header. A time in the body is checked after the signature. */
export type TimePlace =
  | { readonly unit: TimeForm; readonly header: string }
  | { readonly unit: TimeForm; readonly field: true }
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

/** A set-up request as data: how it is known, and how it is answered. Header names are in lower case. */
export interface SetUpRequest {
  readonly method: "GET" | "HEAD" | "OPTIONS" | "POST";
  /** Whether it is signed like an event. Default: it is not, and its answer has nothing secret. */
  readonly signed?: true | undefined;
  /** A header, and its value, that only a set-up request has. */
  readonly header?: readonly [name: string, value?: string] | undefined;
  /** A member of a JSON body, and its value, that only a set-up request has. */
  readonly member?: readonly [name: string, value?: string] | undefined;
  /** Whether the body must be empty. */
  readonly emptyBody?: true | undefined;
  /** The text that is sent back: from the query, a header, or a member of the body (a path with dots). */
  readonly challenge?:
    | { readonly query: string }
    | { readonly header: string }
    | { readonly member: string }
    | undefined;
  /** How it is sent back: as text, as a member of a JSON object, or in a header. Default: an empty answer. */
  readonly answer?: "text" | { readonly member: string } | { readonly header: string } | undefined;
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default 200. */
  readonly status?: number | undefined;
}

/** How one sender signs, as data. Header names are in lower case. */
export interface Scheme {
  readonly provider: string;
  /** The sender whose event format the events have, if it is not the provider. */
  readonly format?: string | undefined;
  readonly signature: SignaturePlace;
  /** Default `text`. */
  readonly key?: KeyForm | undefined;
  /**
   * What is signed: text with `{body}` (the exact bytes), `{id}`, `{time}` (the header's text as it came),
   * `{method}`, `{target}` (path and query as they came), `{url}` (the configured public URL as it is), `{requestUrl}`
   * (the same with the request's own query), `{header:name}`, `{query:name}`, `{option:name}` (an option of the source)
   * and `{signedHeaders}`. In the place of `{body}`: `{form}` (form fields in order of their names, run together),
   * `{sha256}` (its hex digest), `{sha256-base64}` or `{crc32}` (in decimal). Default `{body}`.
   */
  readonly signed?: string | undefined;
  readonly time?: TimePlace | undefined;
  /** The header that lists, with "," between, the headers of `{signedHeaders}`: `name:value;name:value` in order. */
  readonly signedHeaders?: string | undefined;
  /** Where the sender publishes its keys. Default: the source is given secrets or public keys. */
  readonly keysFrom?: PublishedKeys | undefined;
  /** Most difference of the timestamp from this machine's clock, both ways, milliseconds. Default 300,000. */
  readonly toleranceMs?: number | undefined;
  /** Where the body has a secret or a signature, beside a `body-token`. */
  readonly credentialMembers?: readonly CredentialMember[] | undefined;
  /** The header with the message's id. Where `{id}` is not signed, anyone can change it. */
  readonly id?: string | undefined;
  /** The signed body has an id: then no digest of the body is made. */
  readonly bodyId?: true | undefined;
  /** The header with the name of the event. */
  readonly eventName?: string | undefined;
  /** A query parameter with the hex SHA-256 of the body; where the request has it, `{form}` is empty. */
  readonly bodyDigestQuery?: string | undefined;
  /** Whether the sender may sign the URL with its port, or without, whichever was configured. */
  readonly anyPort?: true | undefined;
  /** Whether the sender decodes some characters of `{requestUrl}` before it signs; see `partlyDecoded`. */
  readonly decodesUrl?: true | undefined;
  /** A second set of header names, used where the first set is not whole. The two never mix. */
  readonly otherHeaders?:
    | { readonly signature: string; readonly time: string; readonly id: string }
    | undefined;
  /** A function, or set-up requests as data. */
  readonly handshake?: Handshake | readonly SetUpRequest[] | undefined;
  /** The largest body, in bytes, that the sender documents. Default: the listener's `maxBodyBytes`. */
  readonly maxBodyBytes?: number | undefined;
  /** The response that the sender wants to a stored delivery. Default: `200 {"ok":true}`. */
  readonly acknowledgement?: WebhookResponse | undefined;
}
