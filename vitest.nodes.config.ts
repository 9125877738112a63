import { configDefaults, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const filesOf: Readonly<Record<string, string>> = {
  base: "*",
  callbacks: "breaker,explain,filter,filter-text,payload-filter",
  "durability/crash": "sqlite",
  inbox:
    "memory,memory-details,sqlite,sqlite-drivers,sqlite-file,sqlite-full-disk,sqlite-owner,sqlite-package,sqlite-records,sqlite-thread,sqlite-upgrade",
  listener: "acknowledge,copies,lease,once,order,permission,routes,server,steps,unmatched",
  pipeline: "attempt",
  types: "generated",
  verify:
    "crypto,guard,handshakes,jwt-keys,provider-events,request-parts,secrets,sender-events,senders-webcrypto,strictness,webcrypto",
};

// `npm run test:nodes` runs this on each newer Node, by default: what depends on Node, and takes a minute or so. Named
// files run whatever they are.
const isNamed = process.argv.some((argument) => /^test\//.test(argument));
const merged = mergeConfig(base, {});
merged.test = {
  ...merged.test,
  projects: undefined,
  // None of the default files measures its process: they load the sources once.
  isolate: isNamed,
  ...(isNamed
    ? {}
    : {
        include: Object.entries(filesOf).flatMap(([folder, names]) =>
          names.split(",").map((name) => `test/${folder}/${name}.test.ts`),
        ),
        exclude: configDefaults.exclude,
      }),
  // A deprecation of a newer Node is an error.
  execArgv: [...(merged.test?.execArgv ?? []), "--pending-deprecation", "--throw-deprecation"],
};
export default merged;
