import { CLOSE, JOIN } from "./scripts-batch.js";
import { common } from "./scripts-common.js";
import { READY_CHECK, RECOUNT, STORE_BEGIN, STORE_END } from "./scripts-store.js";

/*
 * What must happen in Redis as one step. BullMQ carries the queue; these scripts store what it does not know:
 * deduplication keys, the queues of the order keys, unmatched records, and the order in which records were stored.
 * A script on one record is told, after the time, its job, the hashes of its id and order key, and the further keys
 * that an earlier version wrote for it; its own arguments begin at ARGV[6].
 */

/**
 * Notes how an attempt ended, if the lease still holds: from here on it is so, and moving the job is BullMQ's
 * bookkeeping. ARGV[6]: token, [7]: again, done, dead or unmatched, [8]: the record's state, [9]: when a done record is
 * forgotten, [10]: slack, [11]: keys whose work is done, each with its time. Returns whether it is noted, now or by an earlier try whose answer was lost, and who is first
 * in the line now. An unmatched record is moved here, whole: BullMQ has no such place.
 */
const SETTLE = `${common}
local f = redis.call('HMGET', q .. job, 'settledBy', 'keys', 'size', 'unmatchedAt')
local ended = ARGV[7]
local function finishKeys()
  for key, untilAt in string.gmatch(ARGV[11], '(%S+) (%S+)') do
    redis.call('SET', base .. 'once:' .. key, 'done', 'PXAT', untilAt)
  end
end
if f[1] == ARGV[6] then
  return { 1, ended == 'retry' and '' or leave() }
end
if redis.call('GET', q .. job .. ':lock') ~= ARGV[6] then return { 0, '' } end
finishKeys()
if ended == 'retry' then
  redis.call('HSET', q .. job, 'progress', ARGV[8], 'settledBy', ARGV[6])
  if f[4] then redis.call('HDEL', q .. job, 'unmatchedAt') end
  return { 1, '' }
end
redis.call('HSET', q .. job, 'progress', ARGV[8], 'settledBy', ARGV[6], 'earshot', ended)
count(f[3], '-')
if ended == 'done' then forget(ARGV[9], ARGV[10], f[2]) end
if ended == 'unmatched' then
  deactivate()
  if not f[4] then redis.call('HSET', q .. job, 'unmatchedAt', now) end
  redis.call('ZADD', base .. 'unmatched', redis.call('INCR', base .. 'unmatchedNumber'), job)
end
return { 1, leave() }
`;

/**
 * Notes what a step returned, if the lease still holds and its attempt is not settled. ARGV[6]: token, [7]: the record's
 * state with it. Returns whether it is noted.
 */
const STEP = `${common}
if redis.call('GET', q .. job .. ':lock') ~= ARGV[6] then return 0 end
if redis.call('HGET', q .. job, 'settledBy') == ARGV[6] then return 0 end
redis.call('HSET', q .. job, 'progress', ARGV[7])
return 1
`;

/** Claims a key for a record. ARGV[6]: token, [7]: key, [8]: for how long at the most. Returns claimed, busy or done. */
const CLAIM_KEY = `${common}
if redis.call('GET', q .. job .. ':lock') ~= ARGV[6] then return 'busy' end
if redis.call('HGET', q .. job, 'settledBy') == ARGV[6] then return 'busy' end
local key = base .. 'once:' .. ARGV[7]
local held = redis.call('GET', key)
if held == 'done' then return 'done' end
if held and held ~= '=' .. job then
  local f = redis.call('HMGET', q .. string.sub(held, 2), 'name', 'earshot', 'finishedOn')
  if f[1] and (f[2] == 'unmatched' or not (f[2] or f[3])) then return 'busy' end
end
redis.call('SET', key, '=' .. job, 'PX', ARGV[8])
return 'claimed'
`;

/** Whether a job may run now by the rule of its line: 0, or how many stand before it. */
const GATE = `${common}
return gate()
`;

/**
 * Gives a lease that ran out to its last holder again, where no other has got the record: after the sleep of a machine
 * both go on. ARGV[6]: token, [7]: leaseMs, [8]: which claim of the record it was. Returns whether it is leased.
 */
const LEASE_AGAIN = `${common}
local lock = q .. job .. ':lock'
if redis.call('EXISTS', lock) == 1 or not unfinished(job) or redis.call('HGET', q .. job, 'ats') ~= ARGV[8] then return 0 end
if not redis.call('LPOS', q .. 'active', job) then return 0 end
redis.call('SET', lock, ARGV[6], 'PX', ARGV[7])
redis.call('SREM', q .. 'stalled', job)
return 1
`;

/**
 * Makes a settled or unmatched record unfinished again, and due. ARGV[6]: its state, [7]: where only a dead one may be,
 * `dead`. Returns 1, or 0 where it is not there.
 */
const REVIVE = `${common}
local f = redis.call('HMGET', q .. job, 'name', 'keys', 'size', 'earshot')
if not f[1] then return 0 end
local isThere = redis.call('ZREM', q .. 'failed', job) == 1
if not isThere and ARGV[7] ~= 'dead' then
  isThere = redis.call('ZREM', q .. 'completed', job) == 1 or redis.call('ZREM', base .. 'unmatched', job) == 1
end
-- It is noted, and the process that noted it has not moved it yet: it need not any more.
if not isThere and (f[4] == 'dead' or (f[4] == 'done' and ARGV[7] ~= 'dead')) then isThere = deactivate() end
if not isThere then return 0 end
redis.call('HSET', q .. job, 'progress', ARGV[6])
-- A replayed event joins the batches of its callbacks anew; one that is delivered again is in them.
if ARGV[7] ~= 'dead' then redis.call('HDEL', q .. job, 'joined') end
redis.call('HDEL', q .. job, 'earshot', 'settledBy', 'finishedOn', 'processedOn', 'failedReason', 'returnvalue', 'stc',
  'unmatchedAt')
if line ~= '' then redis.call('ZADD', base .. 'line:' .. line, redis.call('ZSCORE', base .. 'index', job) or 0, job) end
remember(f[2])
count(f[3], '')
enqueue()
return 1
`;

/**
 * Removes a record that is not leased: its place at once, its identity in time. ARGV[6]: when, [7]: slack.
 * Returns whether it was removed, and who is first in the line now.
 */
const REMOVE = `${common}
local f = redis.call('HMGET', q .. job, 'name', 'keys', 'size', 'earshot', 'finishedOn')
if not f[1] or redis.call('EXISTS', q .. job .. ':lock') == 1 then return { 0, '' } end
if redis.call('ZREM', q .. 'completed', job) + redis.call('ZREM', q .. 'failed', job)
  + redis.call('ZREM', q .. 'delayed', job) + redis.call('ZREM', base .. 'unmatched', job) == 0 then
  for _, list in ipairs({ 'wait', 'paused', 'active' }) do
    if redis.call('LREM', q .. list, 1, job) == 1 then break end
  end
  redis.call('SREM', q .. 'stalled', job)
end
erase()
forget(ARGV[6], ARGV[7], f[2])
if not f[4] and not f[5] then count(f[3], '-') end
return { 1, leave() }
`;

/**
 * Leases an unmatched record. ARGV[6]: token, [7]: for how long. Returns the job's hash, or nothing: where it is
 * unmatched no more, and where its order key has another first, behind which it now waits.
 */
const CLAIM_UNMATCHED = `${common}
if redis.call('ZREM', base .. 'unmatched', job) == 0 then return {} end
local f = redis.call('HMGET', q .. job, 'name', 'size')
if not f[1] then return {} end
redis.call('HDEL', q .. job, 'earshot', 'settledBy')
count(f[2], '')
if line ~= '' and gate() > 0 then
  enqueue()
  return {}
end
redis.call('LPUSH', q .. 'active', job)
redis.call('SET', q .. job .. ':lock', ARGV[6], 'PX', ARGV[7])
redis.call('HSET', q .. job, 'processedOn', now)
redis.call('HINCRBY', q .. job, 'ats', 1)
return redis.call('HGETALL', q .. job)
`;

/** Settles an unmatched record as done. ARGV[6]: its state, [7]: when it is forgotten, [8]: slack. */
const EXPIRE_UNMATCHED = `${common}
if redis.call('ZREM', base .. 'unmatched', job) == 0 then return 0 end
local f = redis.call('HMGET', q .. job, 'name', 'keys')
if not f[1] then return 0 end
redis.call('HSET', q .. job, 'progress', ARGV[6], 'earshot', 'done', 'finishedOn', now, 'returnvalue', 'null')
redis.call('ZADD', q .. 'completed', now, job)
forget(ARGV[7], ARGV[8], f[2])
return 1
`;

/**
 * One record that has crashed is leased at a time. ARGV[6]: token, [7]: for how long, [8]: enter, renew or leave.
 * `enter` and `renew` return whether it is this one; `leave` returns the job that is to try next.
 */
const SUSPECT = `${common}
local key, parked = base .. 'suspect', base .. 'suspects'
local holder = redis.call('GET', key)
if ARGV[8] == 'leave' then
  if holder ~= ARGV[6] then return '' end
  redis.call('DEL', key)
  return redis.call('ZPOPMIN', parked)[1] or ''
end
if holder and holder ~= ARGV[6] then
  redis.call('ZADD', parked, redis.call('ZSCORE', base .. 'index', job) or 0, job)
  return 0
end
redis.call('SET', key, ARGV[6], 'PX', ARGV[7])
redis.call('ZREM', parked, job)
return 1
`;

/** Takes away the oldest done records. Needs no memory. ARGV[2]: at most so many. Returns how many there were. */
const FREE = `
local base, q = KEYS[1], KEYS[2]
local oldest = redis.call('ZRANGE', q .. 'completed', 0, tonumber(ARGV[2]) - 1)
for _, job in ipairs(oldest) do
  redis.call('UNLINK', q .. job, q .. job .. ':logs')
  redis.call('ZREM', base .. 'index', job)
  redis.call('ZREM', q .. 'completed', job)
end
return #oldest
`;

/** Takes away a job without its data. */
const DISCARD = `${common}
if redis.call('HEXISTS', q .. job, 'data') == 1 then return 0 end
deactivate()
erase()
return 1
`;

/** Puts a record that stands nowhere into the queue again. Returns whether it was so. */
const RESTORE = `${common}
if not unfinished(job) or redis.call('EXISTS', q .. job .. ':lock') == 1 then return 0 end
if redis.call('ZSCORE', q .. 'delayed', job) then return 0 end
for _, list in ipairs({ 'wait', 'paused', 'active' }) do
  if redis.call('LPOS', q .. list, job) then return 0 end
end
count(redis.call('HGET', q .. job, 'size'), '')
enqueue()
return 1
`;

/**
 * Counts a run against a limit, as BullMQ's limiter counts jobs: so many from the first one of a period on. BullMQ has
 * one limiter for a queue; callbacks share a queue, so each has a key here. ARGV[1]: the key's name, [2]: runs,
 * [3]: milliseconds. Returns 0, or when the period ends.
 */
const ADMIT = `
local key = KEYS[1] .. 'limit:' .. ARGV[1]
local runs = tonumber(redis.call('GET', key) or '0')
if runs < tonumber(ARGV[2]) then
  redis.call('SET', key, runs + 1, 'PX', runs == 0 and ARGV[3] or math.max(1, redis.call('PTTL', key)))
  return 0
end
return math.max(1, redis.call('PTTL', key))
`;

/**
 * Stores metadata where the present value is the expected one. ARGV[1]: the name, [2]: the value, [3]: the expected one,
 * [4]: `1` where none is expected. Returns 1 where it stored the value.
 */
const REPLACE = `
local present = redis.call('HGET', KEYS[1] .. 'marks', ARGV[1])
if ARGV[4] == '1' then
  if present then return 0 end
elseif present ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1] .. 'marks', ARGV[1], ARGV[2])
return 1
`;

const scripts = {
  earshotStoreBegin: STORE_BEGIN,
  earshotStoreEnd: STORE_END,
  earshotReady: READY_CHECK,
  earshotRecount: RECOUNT,
  earshotSettle: SETTLE,
  earshotStep: STEP,
  earshotClaimKey: CLAIM_KEY,
  earshotGate: GATE,
  earshotLeaseAgain: LEASE_AGAIN,
  earshotRevive: REVIVE,
  earshotRemove: REMOVE,
  earshotClaimUnmatched: CLAIM_UNMATCHED,
  earshotExpireUnmatched: EXPIRE_UNMATCHED,
  earshotSuspect: SUSPECT,
  earshotFree: FREE,
  earshotDiscard: DISCARD,
  earshotRestore: RESTORE,
  earshotAdmit: ADMIT,
  earshotReplace: REPLACE,
  earshotJoin: JOIN,
  earshotCloseBatch: CLOSE,
};

export type ScriptName = keyof typeof scripts;

/** What Redis 7 lets a script do that must not fail where memory is short: what ran would else run again. */
const ALLOW_OOM = "#!lua flags=allow-oom\n";

/** Those that make a new record, or ask whether one could be made. */
const needMemory = new Set<string>(["earshotStoreBegin", "earshotReady"]);

/** BullMQ's scripts that a record needs, from stored to settled. */
const ofBullMq = new Set([
  "moveToActive",
  "moveToFinished",
  "moveToDelayed",
  "moveJobFromActiveToWait",
  "moveStalledJobsToWait",
  "extendLock",
  "extendLocks",
  "promote",
]);

function knowsFlags(redisVersion: string): boolean {
  return Number.parseInt(redisVersion, 10) >= 7;
}

interface Script {
  readonly lua: string;
  readonly numberOfKeys: number;
}

/** The part of ioredis that holds the scripts which were defined. */
export interface ScriptStore {
  defineCommand(name: string, script: Script): void;
  readonly scriptsSet?: Readonly<Record<string, Script>>;
}

/** Makes the scripts known to a client. @param redisVersion `7.0.15` */
export function defineScripts(commands: ScriptStore, redisVersion: string): void {
  for (const [name, script] of Object.entries(scripts)) {
    const lua = knowsFlags(redisVersion) && !needMemory.has(name) ? ALLOW_OOM + script : script;
    commands.defineCommand(name, { numberOfKeys: 2, lua });
  }
}

/**
 * Lets the scripts of BullMQ that bring a stored record to its end run where Redis has no memory left: each makes it
 * no fuller than some bytes, and only so does it empty again. Redis before 7 cannot be told.
 */
export function allowWithoutMemory(clients: readonly ScriptStore[], redisVersion: string): void {
  if (!knowsFlags(redisVersion)) return;
  for (const client of clients) {
    for (const [name, { lua, numberOfKeys }] of Object.entries(client.scriptsSet ?? {})) {
      // BullMQ's names have its version behind them.
      if (!ofBullMq.has(name.split(":")[0] ?? "") || lua.startsWith("#!")) continue;
      client.defineCommand(name, { lua: ALLOW_OOM + lua, numberOfKeys });
    }
  }
}

/** Scripts, once they are defined: ioredis sends each whole the first time on a connection, then by its digest. */
type Scripted = Readonly<
  Record<ScriptName, (base: string, queue: string, ...args: readonly string[]) => Promise<unknown>>
>;

interface Script {
  readonly lua: string;
  readonly numberOfKeys: number;
}

/** Commands sent as one; ioredis answers each with its error or its result. */
export interface CommandBatch extends Scripted {
  hgetall(key: string): unknown;
  hmget(key: string, ...fields: readonly string[]): unknown;
  hget(key: string, field: string): unknown;
  hstrlen(key: string, field: string): unknown;
  zscore(key: string, member: string): unknown;
  get(key: string): unknown;
  pttl(key: string): unknown;
  exec(): Promise<readonly (readonly [Error | null, unknown])[] | null>;
}

/** What we use of ioredis, beside what BullMQ does with it. */
export interface Commands extends Scripted {
  readonly status: string;
  defineCommand(name: string, script: Script): void;
  /** ioredis's own table of what was defined. */
  readonly scriptsSet?: Readonly<Record<string, Script>>;
  multi(): CommandBatch;
  pipeline(): CommandBatch;
  zrevrangebyscore(
    key: string,
    max: string,
    min: string,
    ...rest: readonly (string | number)[]
  ): Promise<string[]>;
  zrange(key: string, from: number, to: number, withScores?: "WITHSCORES"): Promise<string[]>;
  zrangebyscore(
    key: string,
    min: string,
    max: string,
    ...rest: readonly (string | number)[]
  ): Promise<string[]>;
  zadd(key: string, score: number, member: string): Promise<number>;
  zcard(key: string): Promise<number>;
  get(key: string): Promise<string | null>;
  zscore(key: string, member: string): Promise<string | null>;
  zrem(key: string, ...members: readonly string[]): Promise<number>;
  hget(key: string, field: string): Promise<string | null>;
  hset(key: string, field: string, value: string): Promise<number>;
  hdel(key: string, ...fields: readonly string[]): Promise<number>;
  hgetall(key: string): Promise<Record<string, string>>;
  config(get: "GET", name: string): Promise<string[]>;
  ping(): Promise<string>;
  info(section: string): Promise<string>;
  on(event: "close" | "ready", listener: () => void): unknown;
  disconnect(reconnect?: boolean): void;
}
