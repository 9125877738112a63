import type { SenderDescription } from "../src/verify/index.js";

/**
 * The table of docs/providers.md.
 *
 * @param page links lead to the sections that it has, and else to the sender's documentation
 */
export function tableOf(senders: readonly SenderDescription[], page: string): string {
  const rows = senders.map((sender) => {
    // As GitHub makes anchors: without punctuation.
    const anchor = sender.title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, "")
      .replaceAll(" ", "-");
    const link = page.includes(`\n## ${sender.title}\n`) ? `#${anchor}` : sender.docs;
    const time = sender.toleranceMs === null ? "none" : `${sender.toleranceMs / 1000} s`;
    const checked = sender.checked === null ? "unchecked" : sender.checked;
    return `| [${sender.title}](${link}) | \`${sender.function}\` | ${sender.signature} | ${time} | ${sender.deduplication} | ${checked} |`;
  });
  return [
    "| sender | function | signature | time, tolerance | deduplication key | checked |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
