/**
 * The table of docs/providers.md.
 *
 * @param {readonly import("../src/providers/describe-sender.js").SenderDescription[]} senders
 * @param {string} page links lead to the sections that it has, and else to the sender's documentation
 * @returns {string}
 */
export function tableOf(senders, page) {
  const rows = senders.map((sender) => {
    const anchor = sender.title.toLowerCase().replaceAll(" ", "-");
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
