import type { ContentMatch } from "../contract.js";

/** A record as its content tells it. */
export interface MatchedContent {
  readonly id: string;
  readonly hashes: readonly string[];
  /** When the event happened, epoch milliseconds. */
  readonly at: number;
  /** What brought the record, or was matched with it. */
  readonly channels: Set<string>;
  /** Whether the record's id is the event's. */
  hasId: boolean;
}

/** Records by the hash of their content, oldest first: for copies that have no id in common. */
export class Contents {
  readonly #byHash = new Map<string, Set<MatchedContent>>();

  add(id: string, { hashes, channel, hasId, at }: ContentMatch): MatchedContent {
    const content: MatchedContent = { id, hashes, at, channels: new Set([channel]), hasId };
    for (const hash of hashes) {
      const alike = this.#byHash.get(hash);
      if (alike === undefined) this.#byHash.set(hash, new Set([content]));
      else alike.add(content);
    }
    return content;
  }

  /** Matches the oldest record that can be the other copy. @returns its id */
  match({ hashes, channel, hasId, since, until }: ContentMatch): string | undefined {
    let oldest: MatchedContent | undefined;
    for (const hash of hashes) {
      for (const content of this.#byHash.get(hash) ?? []) {
        const isPossible =
          content.at >= since &&
          content.at <= until &&
          !(hasId && content.hasId) &&
          !content.channels.has(channel);
        if (isPossible && (oldest === undefined || content.at < oldest.at)) oldest = content;
      }
    }
    if (oldest === undefined) return undefined;
    oldest.channels.add(channel);
    oldest.hasId ||= hasId;
    return oldest.id;
  }

  remove(content: MatchedContent): void {
    for (const hash of content.hashes) {
      const alike = this.#byHash.get(hash);
      alike?.delete(content);
      if (alike?.size === 0) this.#byHash.delete(hash);
    }
  }
}
