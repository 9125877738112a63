import { isCallable } from "../base/callable.js";
import { EarshotError } from "../base/errors.js";
import { boolean, type OptionTable, readOptions, textOption } from "../base/options.js";
import { shownValue } from "../base/warning.js";
import type { Inbox } from "../inbox/contract.js";
import { batchCases } from "./inbox-suite/batches.js";
import { claimCases } from "./inbox-suite/claim.js";
import { SuiteContext } from "./inbox-suite/context.js";
import { contentCases, identityCases, redeliveryCases } from "./inbox-suite/deduplication.js";
import { keyCases } from "./inbox-suite/keys.js";
import { crashCases, leaseCases } from "./inbox-suite/leases.js";
import { lifeCases } from "./inbox-suite/life.js";
import { manageCases } from "./inbox-suite/manage.js";
import { orderCases } from "./inbox-suite/order.js";
import { settleCases } from "./inbox-suite/settle.js";
import { stepCases } from "./inbox-suite/steps.js";
import { deadLetterCases, storeCases } from "./inbox-suite/store.js";
import { storedCases } from "./inbox-suite/stored.js";
import { unmatchedCases } from "./inbox-suite/unmatched.js";
import { runnerOption, type TestRunner } from "./test-runner.js";

/** A store for one test, empty. */
export interface InboxFixture {
  /**
   * Makes an inbox over the store; the suite opens and closes it. Where the inbox is durable, each further call
   * makes another one over the same store, as another process would.
   */
  inbox(): Inbox;
  /** Called at the end of the test, when every inbox has been closed. */
  readonly cleanUp?: (() => void | Promise<void>) | undefined;
}

/** What the suite needs to know before it runs. */
export interface InboxTraits {
  /** What `durable` of the inbox says. Where false, what takes two inboxes over one store is left out. Default true. */
  readonly durable?: boolean | undefined;
  /**
   * Whether all of the inbox's time comes from the clock that it is opened with. Where false (a server decides
   * when a lease ends), the suite waits for real, some seconds in all. Default true.
   */
  readonly steppable?: boolean | undefined;
}

const table = { durable: boolean(true), steppable: boolean(true) } satisfies OptionTable<InboxTraits>;

/**
 * Declares a test for every promise of the {@link Inbox} contract, to run against an inbox of your own. Failures
 * are AssertionErrors of `node:assert`, which every runner understands.
 *
 * @param prepare makes the store of one test
 *
 * @example
 * import { describe, test } from "node:test";
 * import { testInbox } from "earshot/testing";
 *
 * testInbox("my inbox", async () => ({ inbox: () => myInbox() }), { describe, test });
 *
 * @throws EarshotError ERR_OPTION
 */
export function testInbox(
  name: string,
  prepare: () => InboxFixture | Promise<InboxFixture>,
  runner: TestRunner,
  traits: InboxTraits = {},
): void {
  textOption("name", name);
  runnerOption("runner", runner);
  if (!isCallable(prepare)) {
    throw new EarshotError(
      "ERR_OPTION",
      `\`prepare\` is a function that makes a store, not ${shownValue(prepare)}.`,
    );
  }
  const { durable, steppable } = readOptions("testInbox()", table, traits);
  const groups = {
    "life of an inbox": lifeCases,
    identity: identityCases,
    content: contentCases,
    redelivery: redeliveryCases,
    store: storeCases,
    deadLetter: deadLetterCases,
    claim: claimCases,
    "order keys": orderCases,
    "settle and release": settleCases,
    leases: leaseCases,
    "crashes and tries": crashCases,
    unmatched: unmatchedCases,
    steps: stepCases,
    "keys of callbacks": keyCases,
    "records in the order of storing": storedCases,
    batches: batchCases,
    "counts, find, replay, drop and metadata": manageCases,
  };
  runner.describe(name, () => {
    for (const [group, all] of Object.entries(groups)) {
      const cases = all.filter(({ needsDurable = false }) => durable || !needsDurable);
      // A test runner takes an empty group for a mistake.
      if (cases.length === 0) continue;
      runner.describe(group, () => {
        for (const { title, run } of cases) {
          const test = async () => {
            const context = new SuiteContext(await prepare(), { durable, steppable });
            try {
              await run(context);
            } finally {
              await context.cleanUp();
            }
          };
          runner.test(title, test);
        }
      });
    }
  });
}
