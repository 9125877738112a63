/**
 * What every script begins with.
 *
 * KEYS[1] begins our keys, KEYS[2] the queue's: the rest of each key is put together here, as BullMQ's own scripts do
 * it, and lies in the same slot where the prefix has a hash tag.
 *
 *   i:<hash>          sorted set of the jobs that have this id or deduplication key; the score is when the job is
 *                     forgotten, `inf` while that is open
 *   t:<hash>, d:<hash> the same, as an earlier version wrote them for a copy's content
 *   c:<hash>          set of the groups of a content hash: `<has an id>|<channels>`
 *   c:<hash>:<group>  sorted set of `<number>:<job>:<hash of id>:<content hashes>`; the score is when the
 *                     event happened
 *   index             sorted set of jobs; the score is a running number, in the order they were stored
 *   line:<hash>       sorted set of the unfinished jobs of an order key, by the same number
 *   holds:<hash>      the job of the line that was let through last
 *   unmatched         sorted set of unmatched jobs; the score is a running number, in the order they became so
 *   once:<hash>       a key of a callback: `=` and the job that has claimed it, or `done`
 *   batch:<hash>, batches  open batches: see scripts-batch.ts
 *   bytes             bytes of the bodies of waiting and running jobs
 *
 * A job's hash gets fields of ours: `earshot`, how its record ended or that it is unmatched; `settledBy`, the lease
 * that said so; `keys`, hashes of its deduplication keys; `size`, bytes of its body; `unmatchedAt`.
 */
export const common = `
local base, q, now = KEYS[1], KEYS[2], ARGV[1]
local job, id, line, extra

local function pick(at)
  job, id, line, extra = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
end
pick(2)

local function unfinished(name)
  local f = redis.call('HMGET', q .. name, 'name', 'earshot', 'finishedOn')
  return f[1] and not f[2] and not f[3]
end

local function identities(keys)
  local all = { base .. 'i:' .. id }
  if extra ~= '' then
    for key in string.gmatch(extra, '%S+') do all[#all + 1] = base .. key end
  end
  if keys and keys ~= '' then
    for key in string.gmatch(keys, '%S+') do all[#all + 1] = base .. 'i:' .. key end
  end
  return all
end

local function remember(keys)
  for _, key in ipairs(identities(keys)) do
    redis.call('ZADD', key, '+inf', job)
    redis.call('PERSIST', key)
  end
end

-- The key outlives its scores a little: until then a record that is still there is found by its id.
local function expire(key, slack)
  local last = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')
  if last[2] and last[2] ~= 'inf' then
    redis.call('PEXPIREAT', key, string.format('%d', tonumber(last[2]) + tonumber(slack)))
  end
end

local function forget(at, slack, keys)
  for _, key in ipairs(identities(keys)) do
    redis.call('ZADD', key, 'XX', at, job)
    expire(key, slack)
  end
end

local function count(size, sign)
  if size and size ~= '0' then redis.call('INCRBY', base .. 'bytes', sign .. size) end
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

-- 0 where the job may run now by the rule of its line, else how many stand before it.
local function gate()
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
end

local function enqueue()
  if redis.call('HEXISTS', q .. 'meta', 'paused') == 1 then
    redis.call('LPUSH', q .. 'paused', job)
  else
    redis.call('LPUSH', q .. 'wait', job)
    redis.call('ZADD', q .. 'marker', 0, '0')
  end
end

-- Takes a job out of BullMQ's hands. Returns whether it was there.
local function deactivate()
  local removed = redis.call('LREM', q .. 'active', -1, job)
  redis.call('DEL', q .. job .. ':lock')
  redis.call('SREM', q .. 'stalled', job)
  return removed > 0
end

local function erase()
  local key = q .. job
  redis.call('UNLINK', key, key .. ':logs', key .. ':lock', key .. ':dependencies', key .. ':processed',
    key .. ':failed', key .. ':unsuccessful')
  redis.call('ZREM', base .. 'index', job)
  redis.call('ZREM', base .. 'batches', job)
end
`;
