import { memoryInbox } from "earshot";
import { testInbox } from "earshot/testing";
import { describe, test } from "vitest";

testInbox("memoryInbox", () => ({ inbox: () => memoryInbox() }), { describe, test }, { durable: false });
