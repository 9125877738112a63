/** A dead-lettered record, as the dashboard shows it. */
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

/** The part of an inbox that lists and replays dead-lettered records. Every inbox of earshot has it. */
export interface InboxView {
  readonly kind: string;
  counts(): Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>;
  find(query: { readonly state: "dead"; readonly limit: number }): AsyncIterable<InboxViewRecord>;
  /** Removes dead-lettered records. Absent: the dashboard cannot drop them. */
  readonly drop?:
    | ((query: { readonly state: "dead"; readonly ids: readonly string[] }) => Promise<number>)
    | undefined;
  replay(query: { readonly state: "dead"; readonly ids?: readonly string[] | undefined }): Promise<number>;
}
