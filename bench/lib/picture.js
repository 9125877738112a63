const WIDTH = 860;
const LEFT = 300;
const RIGHT = 70;
const BAR = 16;
const STEP = 22;
const TOP = 58;

/** Its own colors in light and in dark: a page shows it as an image, which sees nothing of the page's. */
const style = `
  text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #24292f }
  .title { font-weight: 600; paint-order: stroke; stroke: #ffffff; stroke-width: 5px }
  .name { text-anchor: end }
  .ours { font-weight: 600 }
  .dim { fill: #57606a; font-size: 12px }
  .bar { fill: #a9b4c0 }
  .bar.ours { fill: #0b7a5c }
  .control { stroke: #57606a; stroke-dasharray: 3 3 }
  .paper { fill: #ffffff }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .title { stroke: #0d1117 }
    .dim { fill: #9da7b1 }
    .bar { fill: #545d68 }
    .bar.ours { fill: #2fbf94 }
    .control { stroke: #9da7b1 }
    .paper { fill: #0d1117 }
  }`;

/**
 * A bar chart as SVG: one group for each row of the bench, one bar for each subject, all to one scale.
 *
 * @param groups `{ title, bars: [{ name, value, ours }] }`
 */
export function picture(groups) {
  const most = Math.max(1, ...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const across = (value) => Math.round((value * (WIDTH - LEFT - RIGHT)) / most);
  const parts = [];
  let y = TOP;
  for (const { title, bars } of groups) {
    parts.push(`<text class="title" x="10" y="${y + 14}">${escapeXml(title)}</text>`);
    y += 24;
    for (const { name, value, ours } of bars) {
      const end = LEFT + Math.max(2, across(value));
      const mark = ours ? " ours" : "";
      parts.push(
        `<text class="name${mark}" x="${LEFT - 8}" y="${y + 13}">${escapeXml(name)}</text>`,
        `<rect class="bar${mark}" x="${LEFT}" y="${y}" width="${end - LEFT}" height="${BAR}" rx="2"/>`,
        `<text class="value${mark}" x="${end + 8}" y="${y + 13}">${value}</text>`,
      );
      y += STEP;
    }
    y += 12;
  }
  const one = LEFT + across(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img">`,
    "<title>CPU ratios of earshot and others</title>",
    `<style>${style}\n</style>`,
    '<rect class="paper" width="100%" height="100%" rx="6"/>',
    '<text class="dim" x="10" y="22">CPU of the control for an event, over the subject\'s: longer is cheaper</text>',
    '<rect class="bar ours" x="10" y="33" width="14" height="12" rx="2"/><text class="dim" x="30" y="44">earshot</text>',
    '<rect class="bar" x="92" y="33" width="14" height="12" rx="2"/><text class="dim" x="112" y="44">others</text>',
    `<text class="dim" x="${one}" y="44" text-anchor="middle">control = 1</text>`,
    `<line class="control" x1="${one}" y1="50" x2="${one}" y2="${y - 8}"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

const escapeXml = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
