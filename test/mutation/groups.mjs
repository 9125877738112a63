/** The core, in groups that are run one by one: what is mutated, and the tests that must notice. */
export const groups = {
  retry: { mutate: ["src/base/retry.ts"], tests: ["test/base/retry.test.ts"] },
  verify: {
    mutate: ["src/verify/**/*.ts"],
    tests: ["test/verify/**/*.test.ts"],
  },
  decode: {
    mutate: ["src/decode/**/*.ts"],
    tests: ["test/decode/*.test.ts", "test/listener/{bodies,copies,app-names,lists}.test.ts"],
  },
  inbox: {
    mutate: ["src/inbox/contract.ts", "src/inbox/memory/**/*.ts"],
    tests: ["test/inbox/{memory,memory-details,remembered,ring,settled}.test.ts"],
  },
  callbacks: {
    mutate: ["src/callbacks/**/*.ts"],
    tests: [
      "test/callbacks/{filter,frame-filter,payload-filter,filter-text,regex,explain}.test.ts",
      "test/listener/{registration,callback-names,waiting,schema,name-check}.test.ts",
    ],
  },
  pipeline: {
    mutate: ["src/pipeline/**/*.ts"],
    tests: ["test/pipeline/*.test.ts", "test/listener/*.test.ts"],
  },
};

/** Of these tests, no mutant needs: they start other programs, compare with published packages, or measure. */
export const excludedTests = [
  "test/listener/{attempts,crashes,disk,duplicates,order,permission,ready-line,readiness,reports,log-reads,schema-libraries}.test.ts",
  "test/verify/{against-packages,cost,documented,published,single-bit,timing,webcrypto}.test.ts",
];

export const group = groups[process.env.MUTATION_GROUP ?? ""];
