// Adds to package-lock.json, and to those of the nested packages, the platform builds that npm left out of it.
//
// npm drops an optional dependency whose manifest it could not read while it wrote the lockfile, and
// `npm ci` then refuses the lockfile because that dependency is missing. What is missing is always a
// build for another platform with an exact version, and its name says which; an entry with the
// version and the platform is all that `npm ci` needs to install it there and to skip it here.
//
// Run it after every `npm install` that changed the lockfile: `npm run lockfile`.

import { readFileSync, writeFileSync } from "node:fs";

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = ["arm64", "x64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x"];

for (const place of [
  "../package-lock.json",
  "../bench/package-lock.json",
  "../src/dev/dashboard/app/package-lock.json",
  "../test/compat/package-lock.json",
  "../test/mutation/package-lock.json",
]) {
  const file = new URL(place, import.meta.url);
  const lockfile = JSON.parse(readFileSync(file, "utf8"));
  const added = complete(lockfile.packages);
  lockfile.packages = Object.fromEntries(
    Object.entries(lockfile.packages).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`);
  process.stdout.write(`${place.slice(3)}: ${added} platform builds added\n`);
}

/** @returns how many were missing */
function complete(packages) {
  let added = 0;
  for (const [owner, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (packages[`node_modules/${name}`] || packages[`${owner}/node_modules/${name}`]) continue;
      packages[`node_modules/${name}`] = {
        version,
        ...platformOf(name, version),
        ...(dev && { dev }),
        optional: true,
      };
      added += 1;
    }
  }
  return added;
}

function platformOf(name, version) {
  const words = name.split(/[/-]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (!os || !cpu || !/^\d/.test(version)) {
    throw new Error(
      `${name}@${version} is missing from package-lock.json, and its name does not say its platform.`,
    );
  }
  const libc = words.includes("musl") ? ["musl"] : os === "linux" ? ["glibc"] : undefined;
  return { cpu: [cpu], os: [os], ...(libc && { libc }) };
}
