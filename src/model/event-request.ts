/** What the HTTP request of an event said beside its body. Nothing in it carries a credential. */
export interface EventRequest {
  /** In upper case: `POST`. */
  readonly method: string;
  /** The path as the sender wrote it, without query: `/hooks/acme`. */
  readonly path: string;
  /** The listener's route that received it: `/hooks/{tenant}`. */
  readonly route: string;
  /**
   * Query parameters, decoded, in the order sent. Of a parameter that was sent more than once, the first value.
   * Parameters that carry a credential (`token`, `signature`, `key`, `code`, …) are left out.
   */
  readonly query: Readonly<Record<string, string>>;
  /**
   * Headers by lower-case name, in the order of their names. The values of a repeated header are joined by `, `.
   * There are the sender's own headers (`x-…`, `webhook-…`, `ce-…`) and a few standard ones (`content-type`,
   * `user-agent`, `host`, …). Credentials, signatures and cookies are left out, and so is what no longer fits in
   * 64 headers and 8,192 characters.
   */
  readonly headers: Readonly<Record<string, string>>;
}
