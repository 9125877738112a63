import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function temporaryFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "earshot-inbox-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
