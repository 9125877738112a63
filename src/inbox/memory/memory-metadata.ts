import type { InboxMetadata, MetadataList } from "../metadata.js";

/** The metadata of an inbox in memory. Every method answers at once. */
export class MemoryMetadata implements InboxMetadata {
  readonly #metadata = new Map<string, string>();

  readMetadata(name: string): string | undefined {
    return this.#metadata.get(name);
  }

  writeMetadata(name: string, value: string): void {
    this.#metadata.set(name, value);
  }

  replaceMetadata(name: string, expected: string | undefined, value: string): boolean {
    if (this.#metadata.get(name) !== expected) return false;
    this.#metadata.set(name, value);
    return true;
  }

  listMetadata(prefix: string): MetadataList {
    return [...this.#metadata].filter(([name]) => name.startsWith(prefix));
  }

  deleteMetadata(name: string): void {
    this.#metadata.delete(name);
  }
}
