import { common } from "./scripts-common.js";

/** Arguments of each entry: the record's four, keys, content, size, state where dead from the start, `1` where it redelivers and `always` where no limit counts. */
export const ARGUMENTS_PER_ENTRY = 9;

/**
 * First of the transaction that stores: decides on every entry of the batch. What is not to be stored gets a placeholder
 * under the job's name, which makes BullMQ's add, the next, do nothing. ARGV, after the time: nine for each entry; the
 * last three are maxPending, maxPendingBytes (or nothing), and when content is forgotten (or nothing).
 * Returns for each 0 or 1, a duplicate, unfinished or settled; 2, new; 3, too many; 4 or 5, a duplicate by content; 6, too many
 * bytes; or the job of the dead record that is to be due again. Then the newest running number, or 0; and 1 where
 * bytes were counted though nothing waits or runs, so that records may stand in no list.
 */
export const STORE_BEGIN = `${common}
local claimed, added = {}, {}
local last = #ARGV
local forgetAt = ARGV[last]

local function standing(name)
  if claimed[name] then return 0 end
  local f = redis.call('HMGET', q .. name, 'name', 'earshot', 'finishedOn')
  if not f[1] then return nil end
  if f[2] == 'unmatched' then return 0 end
  if f[2] or f[3] then return 1, f[2] == 'dead' end
  return 0
end

local function known(key, redelivers)
  local members = redis.call('ZREVRANGEBYSCORE', key, '+inf', '(' .. now, 'WITHSCORES', 'LIMIT', 0, 20)
  for n = 1, #members, 2 do
    local found, isDead = standing(members[n])
    if found then
      if isDead and redelivers then return members[n] end
      return found
    end
    -- Without its job, an identity counts where its record had been settled, and never where it had not.
    if members[n + 1] ~= 'inf' then return 1 end
  end
end

local function duplicate(keys, redelivers)
  local found = known(base .. 'i:' .. id, redelivers)
  if keys == '' then return found end
  for key in string.gmatch(keys, '%S+') do
    if type(found) == 'string' then return found end
    found = found or known(base .. 'i:' .. key, redelivers)
  end
  return found
end

local function parse(content)
  local hasId, since, untilAt, happenedAt, channel, hashes = string.match(content, '^(%S+) (%S+) (%S+) (%S+) (%S+) (.+)$')
  return { hasId = hasId, since = since, untilAt = untilAt, happenedAt = happenedAt, channel = channel, hashes = hashes }
end

local function put(hashes, group, happenedAt, member)
  for hash in string.gmatch(hashes, '[^,]+') do
    local set = base .. 'c:' .. hash
    redis.call('SADD', set, group)
    redis.call('ZADD', set .. ':' .. group, happenedAt, member)
    if forgetAt ~= '' then
      redis.call('PEXPIREAT', set, forgetAt)
      redis.call('PEXPIREAT', set .. ':' .. group, forgetAt)
    end
  end
end

local function takeOut(hashes, group, member)
  for hash in string.gmatch(hashes, '[^,]+') do
    local set = base .. 'c:' .. hash
    redis.call('ZREM', set .. ':' .. group, member)
    if redis.call('EXISTS', set .. ':' .. group) == 0 then redis.call('SREM', set, group) end
  end
end

-- The oldest of a group that is remembered. What is not goes.
local function oldest(set, group, c)
  local key = set .. ':' .. group
  while true do
    local first = redis.call('ZRANGEBYSCORE', key, c.since, c.untilAt, 'WITHSCORES', 'LIMIT', 0, 1)
    if not first[1] then
      if redis.call('EXISTS', key) == 0 then redis.call('SREM', set, group) end
      return nil
    end
    local number, name, idHash, hashes = string.match(first[1], '^(%d+):([^:]+):([^:]+):(.+)$')
    local state = standing(name)
    local score = redis.call('ZSCORE', base .. 'i:' .. idHash, name)
    if not state and score and score ~= 'inf' then state = 1 end
    if state and score and (score == 'inf' or tonumber(score) > tonumber(now)) then
      return { number = number, name = name, id = idHash, hashes = hashes, member = first[1], happenedAt = first[2],
        at = tonumber(first[2]), group = group, state = state, score = score }
    end
    redis.call('ZREM', key, first[1])
  end
end

local function copyOf(c)
  local best
  for hash in string.gmatch(c.hashes, '[^,]+') do
    local set = base .. 'c:' .. hash
    for _, group in ipairs(redis.call('SMEMBERS', set)) do
      local isOpen = not string.find(',' .. string.sub(group, 3) .. ',', ',' .. c.channel .. ',', 1, true)
      if isOpen and not (c.hasId == '1' and string.sub(group, 1, 1) == '1') then
        local found = oldest(set, group, c)
        if found and (not best or found.at < best.at
          or (found.at == best.at and found.number < best.number)) then best = found end
      end
    end
  end
  return best
end

local function match(found, c, keys)
  takeOut(found.hashes, found.group, found.member)
  local hasId = (c.hasId == '1' or string.sub(found.group, 1, 1) == '1') and '1' or '0'
  put(found.hashes, hasId .. '|' .. string.sub(found.group, 3) .. ',' .. c.channel, found.happenedAt, found.member)
  local more = c.hasId == '1' and (id .. ' ' .. keys) or keys
  if more == '' then return end
  for key in string.gmatch(more, '%S+') do
    redis.call('ZADD', base .. 'i:' .. key, found.score, found.name)
    if found.score == 'inf' then redis.call('PERSIST', base .. 'i:' .. key) else expire(base .. 'i:' .. key, 0) end
  end
  if claimed[found.name] then
    -- Its hash is not there yet; the last script of the transaction puts them in.
    redis.call('HSET', base .. 'added', found.name, (added[found.name] or '') .. ' ' .. more)
    added[found.name] = (added[found.name] or '') .. ' ' .. more
  elseif redis.call('HEXISTS', q .. found.name, 'name') == 1 then
    redis.call('HSET', q .. found.name, 'keys', (redis.call('HGET', q .. found.name, 'keys') or '') .. ' ' .. more)
  end
end

local pending = redis.call('LLEN', q .. 'wait') + redis.call('LLEN', q .. 'active')
  + redis.call('ZCARD', q .. 'delayed') + redis.call('LLEN', q .. 'paused') + redis.call('ZCARD', q .. 'prioritized')
local max, maxBytes = tonumber(ARGV[last - 2]), tonumber(ARGV[last - 1])
local bytes = 0
local stray = 0
if pending == 0 or maxBytes then bytes = tonumber(redis.call('GET', base .. 'bytes') or 0) end
if pending == 0 and bytes ~= 0 then
  redis.call('DEL', base .. 'bytes')
  stray, bytes = bytes, 0
end
local decisions = {}
local number = 0
for at = 2, last - 3, ${ARGUMENTS_PER_ENTRY} do
  pick(at)
  local keys, content, size, isDead = ARGV[at + 4], ARGV[at + 5], ARGV[at + 6], ARGV[at + 7] ~= ''
  local c = content ~= '' and parse(content)
  local decision = duplicate(keys, ARGV[at + 8] == '1')
  if not decision and c then
    local found = copyOf(c)
    if found then
      match(found, c, keys)
      decision = 4 + found.state
    end
  end
  if not decision then
    decision = 2
    if not isDead and ARGV[at + 8] ~= 'always' then
      if pending >= max then decision = 3 elseif maxBytes and bytes >= maxBytes then decision = 6 end
    end
  end
  decisions[#decisions + 1] = decision
  if decision == 2 then
    if not isDead then
      pending = pending + 1
      bytes = bytes + tonumber(size)
    end
    claimed[job] = true
    number = redis.call('INCR', base .. 'number')
    redis.call('ZADD', base .. 'index', number, job)
    if line ~= '' then redis.call('ZADD', base .. 'line:' .. line, number, job) end
    for _, key in ipairs(identities(keys)) do
      redis.call('ZADD', key, '+inf', job)
      if redis.call('ZCARD', key) > 1 then
        redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
        redis.call('PERSIST', key)
      end
    end
    if c then
      local member = string.format('%016d', number) .. ':' .. job .. ':' .. id .. ':' .. c.hashes
      put(c.hashes, c.hasId .. '|' .. c.channel, c.happenedAt, member)
    end
  else
    redis.call('HSET', q .. job, 'placeholder', 1)
  end
end
decisions[#decisions + 1] = number
decisions[#decisions + 1] = stray > 0 and 1 or 0
return decisions
`;

/**
 * Last of the transaction that stores: clears the placeholders, and whatever was stored by halves. ARGV as before.
 * Returns for each whether the record is whole.
 */
export const STORE_END = `${common}
local bytes = 0

-- BullMQ's add may have failed between the job's hash and its list. What it has added stands at the front.
local queued = {}
for _, list in ipairs({ 'wait', 'paused' }) do
  local front = redis.call('LRANGE', q .. list, 0, (#ARGV - 4) / ${ARGUMENTS_PER_ENTRY} - 1)
  for _, name in ipairs(front) do queued[name] = true end
end

local function unqueue()
  if redis.call('LREM', q .. 'wait', 1, job) + redis.call('ZREM', q .. 'delayed', job) == 0 then
    redis.call('LREM', q .. 'paused', 1, job)
  end
end

local function addedTo(content)
  if content == '' then return '' end
  local added = redis.call('HGET', base .. 'added', job)
  if added then redis.call('HDEL', base .. 'added', job) end
  return added or ''
end

local function complete(keys, content, size, dead)
  local isQueued = redis.call('HEXISTS', q .. job, 'name') == 1
    and (queued[job] or redis.call('ZSCORE', q .. 'delayed', job))
  if isQueued and redis.call('ZSCORE', base .. 'i:' .. id, job) then
    local all = keys .. addedTo(content)
    if all ~= '' then
      redis.call('HSET', q .. job, 'size', size, 'keys', all)
    else
      redis.call('HSET', q .. job, 'size', size)
    end
    if dead ~= '' then
      unqueue()
      redis.call('ZADD', q .. 'failed', now, job)
      redis.call('HSET', q .. job, 'finishedOn', now, 'failedReason', 'it can never run', 'earshot', 'dead', 'progress', dead)
      leave()
    else
      bytes = bytes + tonumber(size)
    end
    return 1
  end
  if isQueued then unqueue() end
  redis.call('DEL', q .. job)
  for _, key in ipairs(identities(keys .. addedTo(content))) do redis.call('ZREM', key, job) end
  redis.call('ZREM', base .. 'index', job)
  leave()
  return 0
end

local whole = {}
for at = 2, #ARGV - 3, ${ARGUMENTS_PER_ENTRY} do
  pick(at)
  whole[#whole + 1] = complete(ARGV[at + 4], ARGV[at + 5], ARGV[at + 6], ARGV[at + 7])
end
if bytes > 0 then redis.call('INCRBY', base .. 'bytes', string.format('%d', bytes)) end
return whole
`;

/** Whether the next entry would be stored: an empty text, or why not. ARGV[6]: maxPending, [7]: maxPendingBytes. */
export const READY_CHECK = `${common}
redis.call('SET', base .. 'probe', now, 'PX', 1000)
-- What every store writes, and an operator may have replaced. The lists are looked at below.
local kinds = { [base .. 'index'] = 'zset', [base .. 'number'] = 'string', [base .. 'bytes'] = 'string',
  [q .. 'id'] = 'string', [q .. 'meta'] = 'hash', [q .. 'events'] = 'stream' }
for key, kind in pairs(kinds) do
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= kind then
    return 'the key ' .. key .. ' is not of the type ' .. kind .. ', but ' .. found
  end
  -- INCR takes no zeros in front.
  local value = found == 'string' and redis.call('GETRANGE', key, 0, 19) or '0'
  if #value > 18 or (value ~= '0' and not string.match(value, '^-?[1-9]%d*$')) then
    return 'the key ' .. key .. ' is not a number that can be counted up'
  end
end
-- What every store runs, here and in BullMQ. Redis 7 says whether the user may; an older one says it at the store.
local steps = { { 'MULTI' }, { 'EXEC' }, { 'HMGET', q .. 'meta', 'f' }, { 'HSET', q .. 'probe', 'f', 'v' },
  { 'HMSET', q .. 'probe', 'f', 'v' }, { 'INCR', q .. 'id' }, { 'XADD', q .. 'events', '*', 'f', 'v' },
  { 'LPUSH', q .. 'wait', 'v' }, { 'ZADD', base .. 'index', 1, 'v' } }
for _, step in ipairs(redis.acl_check_cmd and steps or {}) do
  if not redis.acl_check_cmd(unpack(step)) then
    return 'the user of Redis has no permission to run ' .. step[1] .. (step[2] and ' on ' .. step[2] or '')
  end
end
local pending = redis.call('LLEN', q .. 'wait') + redis.call('LLEN', q .. 'active')
  + redis.call('ZCARD', q .. 'delayed') + redis.call('LLEN', q .. 'paused') + redis.call('ZCARD', q .. 'prioritized')
if pending >= tonumber(ARGV[6]) then return pending .. ' events wait or run, as many as may' end
local maxBytes = tonumber(ARGV[7])
local bytes = tonumber(redis.call('GET', base .. 'bytes') or 0)
if maxBytes and pending > 0 and bytes >= maxBytes then
  return 'the events that wait or run have ' .. bytes .. ' bytes, as many as may'
end
return ''
`;

/** Counts the bytes of the waiting and running anew. */
export const RECOUNT = `${common}
local bytes = 0
local function add(names)
  for _, name in ipairs(names) do
    bytes = bytes + tonumber(redis.call('HGET', q .. name, 'size') or redis.call('HSTRLEN', q .. name, 'data'))
  end
end
add(redis.call('LRANGE', q .. 'wait', 0, -1))
add(redis.call('LRANGE', q .. 'paused', 0, -1))
add(redis.call('LRANGE', q .. 'active', 0, -1))
add(redis.call('ZRANGE', q .. 'delayed', 0, -1))
redis.call('SET', base .. 'bytes', string.format('%d', bytes))
return bytes
`;
