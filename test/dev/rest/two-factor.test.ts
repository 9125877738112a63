import { expect, test } from "vitest";
import { accountOf, call, enable, run, SITE, STAR } from "./fixture.js";

const TOOL = "GITHUB_GET_A_REPOSITORY";
const upsertPath = `/api/v3.1/trigger_instances/${STAR}/upsert`;

/** A platform with an account of Ann, and one that a team shares. */
async function start(twoFactor: boolean) {
  const platform = await run({
    twoFactor,
    accounts: [
      { appName: "github", userId: "ann" },
      { appName: "github", userId: "team", shared: true },
    ],
  });
  const ann = await accountOf(platform, "github", "ann");
  const listed = await call(platform, "GET", "/api/v3.1/connected_accounts?account_type=SHARED");
  const upsert = (body: object) =>
    call(platform, "POST", upsertPath, { body: { trigger_config: SITE, ...body } });
  const execute = (body: object) =>
    call(platform, "POST", `/api/v3/tools/execute/${TOOL}`, { body: { arguments: SITE, ...body } });
  const executeV1 = (body: object) =>
    call(platform, "POST", `/api/v2/actions/${TOOL}/execute`, { body: { input: SITE, ...body } });
  return { platform, ann, shared: listed.json.items[0].id, upsert, execute, executeV1 };
}

test("under two-factor, an account without its owner is rejected when a trigger is enabled, or a tool run", async () => {
  const { ann, upsert, execute, executeV1 } = await start(true);
  for (const got of [
    await upsert({ connected_account_id: ann.id }),
    await execute({ connected_account_id: ann.id }),
  ]) {
    expect(got.status).toBe(400);
    expect(got.json.error.message).toContain("`user_id` is missing");
    expect(got.json.error.suggested_fix).toContain("user_id");
  }
  const older = await executeV1({ connectedAccountId: ann.deprecated.uuid });
  expect(older.json).toMatchObject({
    status: 400,
    message: expect.stringContaining("`entityId` is missing"),
  });
});

test("under two-factor, another user's account is rejected with the platform's code, and a shared one is not", async () => {
  const { platform, ann, shared, upsert, execute, executeV1 } = await start(true);
  for (const send of [upsert, execute]) {
    const got = await send({ connected_account_id: ann.id, user_id: "bob" });
    expect([got.status, got.json.error.code]).toEqual([400, 1812]);
    expect((await send({ connected_account_id: ann.id, user_id: "ann" })).status).toBe(200);
    expect((await send({ connected_account_id: shared, user_id: "bob" })).status).toBe(200);
    expect((await send({ user_id: "ann" })).status).toBe(200);
  }
  const account = { connectedAccountId: ann.deprecated.uuid };
  expect((await executeV1({ ...account, entityId: "bob" })).json).toMatchObject({ status: 400 });
  expect((await executeV1({ ...account, entityId: "ann" })).json).toMatchObject({ successful: true });
  // Generation 1 has no user in the call that enables.
  const path = `/api/v1/triggers/enable/${ann.deprecated.uuid}/${STAR}`;
  expect((await call(platform, "POST", path, { body: { triggerConfig: SITE } })).status).toBe(200);
  await enable(platform, "GITHUB_COMMIT_EVENT", SITE, "ann");
});

test("without two-factor, a trigger is enabled for an account whoever the user is", async () => {
  const { ann, upsert, execute, executeV1 } = await start(false);
  expect((await upsert({ connected_account_id: ann.id })).status).toBe(200);
  expect((await upsert({ connected_account_id: ann.id, user_id: "bob" })).status).toBe(200);
  expect((await execute({ connected_account_id: ann.id })).status).toBe(200);
  // Generation 3 compares the two for tools in every project.
  expect((await execute({ connected_account_id: ann.id, user_id: "bob" })).json.error.code).toBe(1812);
  const older = await executeV1({ connectedAccountId: ann.deprecated.uuid, entityId: "bob" });
  expect(older.json).toMatchObject({ successful: true });
});

test.each([true, false])(
  "the project's settings say whether it has two-factor checks: %s",
  async (twoFactor) => {
    const { platform } = await start(twoFactor);
    const { json } = await call(platform, "GET", "/api/v3/org/project/config");
    expect(json).toMatchObject({ is_2FA_enabled: twoFactor, mask_secret_keys_in_connected_account: true });
  },
);
