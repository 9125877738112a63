/** A dead record, as the dashboard shows it. */
export interface InboxViewRecord {
  readonly id: string;
  readonly triggerName: string;
  readonly state: string;
  readonly attempts: number;
  readonly receivedAt: number;
  readonly failures: readonly {
    readonly callback: string | undefined;
    readonly attempt: number;
    readonly at: number;
    readonly message: string;
  }[];
}

/** What the platform needs of an inbox to show and replay what is dead in it. Every inbox of ours fits. */
export interface InboxView {
  readonly kind: string;
  counts(): Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>;
  find(query: { readonly state: "dead"; readonly limit: number }): AsyncIterable<InboxViewRecord>;
  replay(query: { readonly state: "dead"; readonly ids?: readonly string[] | undefined }): Promise<number>;
}
