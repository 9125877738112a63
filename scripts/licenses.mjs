// Writes dist/THIRD-PARTY-LICENSES.txt: the license of every package of which code is in the build. Run by
// `npm run build`, after the bundlers have listed what they took.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const lists = ["library", "dashboard"].map((name) => `node_modules/.cache/earshot-bundled/${name}.json`);
const files = lists.flatMap((list) => JSON.parse(readFileSync(list, "utf8")));

/** The folder of the package that a file belongs to: the nearest package.json with a name and a version. */
function packageOf(file) {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (!existsSync(manifest)) continue;
    const { name, version } = JSON.parse(readFileSync(manifest, "utf8"));
    if (name !== undefined && version !== undefined) return folder;
  }
  throw new Error(`${file} belongs to no package.`);
}

/** The MIT license's text, for packages that declare it and ship no file. */
const mit = readFileSync("LICENSE", "utf8").replace(/^[\s\S]*?(?=Permission is hereby granted)/, "");

function licenseOf(folder) {
  const { name, version, license, author, contributors } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
  if (texts.length === 0) {
    if (license !== "MIT") throw new Error(`${name}@${version} is ${license}, and has no license file.`);
    const holder = author ?? contributors?.[0] ?? `the authors of ${name}`;
    texts.push(`Copyright (c) ${typeof holder === "string" ? holder : holder.name}\n\n${mit.trim()}`);
  }
  return { name, version, license, text: texts.join("\n\n") };
}

const found = [...new Set(files.map(packageOf))].map(licenseOf);
const packages = [...new Map(found.map((one) => [`${one.name}@${one.version}`, one])).values()].sort(
  (a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1),
);
if (packages.length === 0) throw new Error("The build names no bundled package: its lists are missing.");
const rule = "-".repeat(80);
const sections = packages.map(
  ({ name, version, license, text }) => `${rule}\n${name}@${version} (${license})\n\n${text}\n`,
);
writeFileSync(
  "dist/THIRD-PARTY-LICENSES.txt",
  `The command line and the dashboard of earshot contain code of these packages.\n\n${sections.join("\n")}`,
);
process.stdout.write(`dist/THIRD-PARTY-LICENSES.txt: ${packages.length} packages\n`);
