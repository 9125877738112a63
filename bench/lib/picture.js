const WIDTH = 760;
const LEFT = 280;
const BAR = 18;
const GAP = 6;

/** A bar chart as SVG: one group for each row of the bench, one bar for each subject. */
export function picture(groups) {
  const scale =
    (WIDTH - LEFT - 60) / Math.max(1, ...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const parts = [];
  let y = 10;
  for (const { title, bars } of groups) {
    parts.push(`<text x="10" y="${y + 16}" font-weight="bold">${escapeXml(title)}</text>`);
    y += 28;
    for (const { name, value, ours } of bars) {
      const width = Math.max(1, Math.round(value * scale));
      parts.push(
        `<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">${escapeXml(name)}</text>`,
        `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR}" fill="${ours ? "#0b7a5c" : "#9aa5b1"}"/>`,
        `<text x="${LEFT + width + 6}" y="${y + 14}">${value}</text>`,
      );
      y += BAR + GAP;
    }
    y += 12;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="13">`,
    "<title>CPU ratios of earshot and others</title>",
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

const escapeXml = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
