import type { Commands } from "./commands.js";

/**
 * What must happen in Redis as one step. BullMQ carries the queue; these scripts keep what it does not know:
 * identities, the lines of the order keys, and the order in which records were kept.
 *
 * KEYS[1] begins our keys, KEYS[2] the queue's: the rest of each key is put together here, as BullMQ's own scripts do
 * it, and lies in the same slot where the prefix has a hash tag.
 *
 *   i:<hash of id>, t:<hash of twin>, d:<hash of the twin of a record whose id is a digest>
 *                     sorted sets of jobs; the score is when the job is forgotten, `inf` while that is open
 *   index             sorted set of jobs; the score is a running number, in the order they were kept
 *   line:<hash>       sorted set of the unfinished jobs of an order key, by the same number
 *   holds:<hash>      the job of the line that was let through last
 *
 * A job's hash gets two fields of ours: `earshot`, how its record ended, and `settledBy`, the lease that said so.
 */
const common = `
local base, q, now = KEYS[1], KEYS[2], ARGV[1]
local job, id, twin, digest, line

local function pick(at)
  job, id, twin, digest, line = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
end
pick(2)

local function unfinished(name)
  local f = redis.call('HMGET', q .. name, 'name', 'earshot', 'finishedOn')
  return f[1] and not f[2] and not f[3]
end

local function identities()
  local keys = { base .. 'i:' .. id }
  if twin ~= '' then
    keys[#keys + 1] = base .. 't:' .. twin
    if digest == '1' then keys[#keys + 1] = base .. 'd:' .. twin end
  end
  return keys
end

local function remember()
  for _, key in ipairs(identities()) do
    redis.call('ZADD', key, '+inf', job)
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    redis.call('PERSIST', key)
  end
end

-- The key outlives its scores a little: until then a record that is still there is found by its id.
local function forget(at, slack)
  for _, key in ipairs(identities()) do
    redis.call('ZADD', key, 'XX', at, job)
    local last = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')
    if last[2] and last[2] ~= 'inf' then
      redis.call('PEXPIREAT', key, string.format('%d', tonumber(last[2]) + tonumber(slack)))
    end
  end
end

local function head()
  while true do
    local first = redis.call('ZRANGE', base .. 'line:' .. line, 0, 0)[1]
    if not first or unfinished(first) then return first or '' end
    redis.call('ZREM', base .. 'line:' .. line, first)
  end
end

-- Returns who is first now.
local function leave()
  if line == '' then return '' end
  redis.call('ZREM', base .. 'line:' .. line, job)
  if redis.call('GET', base .. 'holds:' .. line) == job then redis.call('DEL', base .. 'holds:' .. line) end
  return head()
end
`;

/**
 * First of a keep's transaction: decides on every entry of the batch. What is not to be stored gets a placeholder
 * under the job's name, which makes BullMQ's add, the next, do nothing. ARGV, after the time: six for each entry, the
 * sixth being the state of a record that is dead from the start, else empty; the last is maxPending.
 * Returns for each 0 or 1, seen and unfinished or settled; 2, new; 3, full.
 */
const CLAIM = `${common}
local claimed = {}

local function known(key)
  local members = redis.call('ZREVRANGEBYSCORE', key, '+inf', '(' .. now, 'WITHSCORES', 'LIMIT', 0, 20)
  for n = 1, #members, 2 do
    if claimed[members[n]] then return 0 end
    local f = redis.call('HMGET', q .. members[n], 'name', 'earshot', 'finishedOn')
    if f[1] then
      if f[2] or f[3] then return 1 end
      return 0
    end
    -- Without its job, an identity counts where its record had been settled, and never where it had not.
    if members[n + 1] ~= 'inf' then return 1 end
  end
end

local function seen()
  local found = known(base .. 'i:' .. id) or known(base .. 't:' .. id)
  if twin == '' then return found end
  return found or known(base .. 'i:' .. twin) or known(base .. (digest == '1' and 't:' or 'd:') .. twin)
end

local pending = redis.call('LLEN', q .. 'wait') + redis.call('LLEN', q .. 'active')
  + redis.call('ZCARD', q .. 'delayed') + redis.call('LLEN', q .. 'paused') + redis.call('ZCARD', q .. 'prioritized')
local max = tonumber(ARGV[#ARGV])
local verdicts = {}
for at = 2, #ARGV - 1, 6 do
  pick(at)
  local isDead = ARGV[at + 5] ~= ''
  local verdict = seen()
  if not verdict then verdict = (isDead or pending < max) and 2 or 3 end
  verdicts[#verdicts + 1] = verdict
  if verdict == 2 then
    if not isDead then pending = pending + 1 end
    claimed[job] = true
    local number = redis.call('INCR', base .. 'number')
    redis.call('ZADD', base .. 'index', number, job)
    if line ~= '' then redis.call('ZADD', base .. 'line:' .. line, number, job) end
    remember()
  else
    redis.call('HSET', q .. job, 'placeholder', 1)
  end
end
return verdicts
`;

/**
 * Last of a keep's transaction: clears the placeholders, and whatever was stored by halves. ARGV as before.
 * Returns for each whether the record is whole.
 */
const COMPLETE = `${common}
local function unqueue()
  if redis.call('LREM', q .. 'wait', 1, job) == 0 then redis.call('LREM', q .. 'paused', 1, job) end
end

local function complete(dead)
  local isQueued = redis.call('HEXISTS', q .. job, 'name') == 1
  if isQueued and redis.call('ZSCORE', base .. 'i:' .. id, job) then
    if dead ~= '' then
      unqueue()
      redis.call('ZADD', q .. 'failed', now, job)
      redis.call('HSET', q .. job, 'finishedOn', now, 'failedReason', 'it can never run', 'earshot', 'dead', 'progress', dead)
      leave()
    end
    return 1
  end
  if isQueued then unqueue() end
  redis.call('DEL', q .. job)
  for _, key in ipairs(identities()) do redis.call('ZREM', key, job) end
  redis.call('ZREM', base .. 'index', job)
  leave()
  return 0
end

local whole = {}
for at = 2, #ARGV - 1, 6 do
  pick(at)
  whole[#whole + 1] = complete(ARGV[at + 5])
end
return whole
`;

/**
 * Notes how an attempt ended, if the lease still holds: from here on it is so, and moving the job is BullMQ's
 * bookkeeping. ARGV[7]: token, [8]: again, done or dead, [9]: the record's state, [10]: when a done record is
 * forgotten, [11]: slack. Returns whether it is noted, now or by an earlier try whose answer was lost, and who is first
 * in the line now.
 */
const NOTE = `${common}
if redis.call('HGET', q .. job, 'settledBy') == ARGV[7] then
  return { 1, ARGV[8] == 'again' and '' or leave() }
end
if redis.call('GET', q .. job .. ':lock') ~= ARGV[7] then return { 0, '' } end
redis.call('HSET', q .. job, 'progress', ARGV[9], 'settledBy', ARGV[7])
if ARGV[8] == 'again' then return { 1, '' } end
redis.call('HSET', q .. job, 'earshot', ARGV[8])
if ARGV[8] == 'done' then forget(ARGV[10], ARGV[11]) end
return { 1, leave() }
`;

/** Whether a job may run now by the rule of its line: 0, or how many stand before it. */
const GATE = `${common}
local key = base .. 'line:' .. line
if not redis.call('ZSCORE', key, job) then
  redis.call('ZADD', key, redis.call('ZSCORE', base .. 'index', job) or 0, job)
end
local holds = redis.call('GET', base .. 'holds:' .. line)
if holds and holds ~= job and unfinished(holds) and redis.call('EXISTS', q .. holds .. ':lock') == 1 then
  return math.max(1, redis.call('ZRANK', key, job))
end
if head() ~= job then return redis.call('ZRANK', key, job) end
redis.call('SET', base .. 'holds:' .. line, job, 'EX', 2592000)
return 0
`;

/** Makes a settled record unfinished again. ARGV[7]: its state. Returns the set of BullMQ's that it stands in. */
const REVIVE = `${common}
local set = (redis.call('ZSCORE', q .. 'completed', job) and 'completed') or (redis.call('ZSCORE', q .. 'failed', job) and 'failed')
if not set or redis.call('HEXISTS', q .. job, 'name') == 0 then return '' end
redis.call('HSET', q .. job, 'progress', ARGV[7])
redis.call('HDEL', q .. job, 'earshot', 'settledBy')
if line ~= '' then redis.call('ZADD', base .. 'line:' .. line, redis.call('ZSCORE', base .. 'index', job) or 0, job) end
remember()
return set
`;

/** After a job was removed: its identity goes in time, its place at once. ARGV[7]: when, [8]: slack. */
const FORGET = `${common}
redis.call('ZREM', base .. 'index', job)
forget(ARGV[7], ARGV[8])
return leave()
`;

const scripts = {
  earshotClaim: CLAIM,
  earshotComplete: COMPLETE,
  earshotNote: NOTE,
  earshotGate: GATE,
  earshotRevive: REVIVE,
  earshotForget: FORGET,
};

export type ScriptName = keyof typeof scripts;

/** What Redis 7 lets a script do that must not fail where memory is short: what ran would else run again. */
const ALLOW_OOM = "#!lua flags=allow-oom\n";

/** Makes the scripts known to a client. @param redisVersion `7.0.15` */
export function defineScripts(commands: Commands, redisVersion: string): void {
  const knowsFlags = Number.parseInt(redisVersion, 10) >= 7;
  for (const [name, script] of Object.entries(scripts)) {
    const lua = knowsFlags && name === "earshotNote" ? ALLOW_OOM + script : script;
    commands.defineCommand(name, { numberOfKeys: 2, lua });
  }
}
