/** A block of code of a page. */
export interface Block {
  /** `README-1` */
  readonly name: string;
  readonly file: string;
  readonly needsRedis: boolean;
}

export const blocksFolder: string;
export function writeBlocks(): Block[];
