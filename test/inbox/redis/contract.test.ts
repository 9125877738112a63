import { afterAll, beforeAll, describe, test } from "vitest";
import { redisInbox } from "../../../src/inbox/redis/index.js";
import { testInbox } from "../../../src/testing/inbox-suite.js";
import { type RedisServer, startRedis, withoutRedis } from "../../support/redis-server.js";

describe.skipIf(withoutRedis)(`with Redis${withoutRedis ? ` (${withoutRedis})` : ""}`, () => {
  let redis: RedisServer;
  let stores = 0;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  testInbox(
    "redisInbox",
    () => {
      stores += 1;
      const prefix = `{suite-${stores}}`;
      return { inbox: () => redisInbox({ connection: redis.url, prefix }) };
    },
    { describe, test },
    { steppable: false },
  );
});
