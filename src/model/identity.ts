/** What tells one event from another. */
export interface Identity {
  readonly id: string;
  /** See `Entry.twin`. */
  readonly twin: string | undefined;
}

/** Identities that are a digest of the content, because the shape the event came in has no id. */
export const DIGEST_PREFIX = "sha256:";

/**
 * Whether two deliveries are copies of one event.
 *
 * Ids decide where both have one. A copy that came in the shape without an id is known by its content: its
 * `id` is a digest, and the other copy's `twin` is the same digest. Such a copy may have a `twin` of its own
 * (the platform names one trigger instance in two ways, and each gives a digest). Two events that both have
 * ids of their own are never one, however alike their content.
 */
export function isCopy(a: Identity, b: Identity): boolean {
  if (a.id === b.id) return true;
  if (a.twin !== undefined && a.twin === b.id) return true;
  if (b.twin !== undefined && b.twin === a.id) return true;
  return (
    a.twin !== undefined &&
    a.twin === b.twin &&
    (a.id.startsWith(DIGEST_PREFIX) || b.id.startsWith(DIGEST_PREFIX))
  );
}
