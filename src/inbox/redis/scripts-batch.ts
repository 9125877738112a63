import { common } from "./scripts-common.js";

/*
 * The batches of coalescing callbacks. A batch is a job that BullMQ delays; its hash has, beside the fields of
 * scripts-common.ts:
 *
 *   group, batchId          the group's hash, and the batch's id
 *   openedAt, lastAt        when its first and its last event joined
 *   events, bodies          how many joined, and the bytes of the bodies that it holds
 *   batchDueAt              when it may be claimed: BullMQ may wake it earlier
 *   closed                  it was claimed, or is full: no event joins any more
 *   kept                    the place of the event that is kept, where only one is
 *   member:<place>          an event: the job's data, with its body
 *   superseded:<place>      an event that its callback does not get, without its body
 *
 * `batch:<group>` is the open batch of a group; `batches` are those that are open, by when they were opened. An event's
 * hash gets `joined`: the callbacks in whose batches it is.
 */

/**
 * Adds an event to the open batch of a group. ARGV[6]: token, [7]: group, [8]: hash of the callback, [9]: a job that
 * becomes the open batch where there is none, or nothing, [10]: quietMs, [11]: maxWaitMs, [12]: maxEvents,
 * [13]: maxBytes, [14]: all, latest or first, [15]: the event without its body, [16]: the id of [9]. Returns lost, known, none where there is
 * no batch; or joined with the job, the batch's id, how many events it has, when it is due, and when BullMQ wakes it.
 */
export const JOIN = `${common}
if redis.call('GET', q .. job .. ':lock') ~= ARGV[6] then return { 'lost' } end
local e = redis.call('HMGET', q .. job, 'settledBy', 'joined', 'data', 'size')
if e[1] == ARGV[6] or not e[3] then return { 'lost' } end
local mark = ' ' .. ARGV[8] .. ' '
local joined = e[2] or ''
if string.find(joined, mark, 1, true) then return { 'known' } end

local function isOpen(name)
  if not name or name == '' then return false end
  local f = redis.call('HMGET', q .. name, 'name', 'earshot', 'finishedOn', 'closed')
  return f[1] and not f[2] and not f[3] and not f[4]
end

local pointer = base .. 'batch:' .. ARGV[7]
local batch = redis.call('GET', pointer)
if not isOpen(batch) then
  batch = ARGV[9]
  if not isOpen(batch) then return { 'none' } end
  redis.call('SET', pointer, batch)
  redis.call('ZADD', base .. 'batches', now, batch)
  redis.call('HSET', q .. batch, 'group', ARGV[7], 'batchId', ARGV[16], 'openedAt', now, 'lastAt', now)
end

local key = q .. batch
local place = string.format('%016d', redis.call('ZSCORE', base .. 'index', job) or 0)
-- A replayed event joins once more.
while redis.call('HEXISTS', key, 'member:' .. place) + redis.call('HEXISTS', key, 'superseded:' .. place) > 0 do
  place = place .. '+'
end
local size = tonumber(e[4] or 0)
local grown = size
if ARGV[14] == 'all' then
  redis.call('HSET', key, 'member:' .. place, e[3])
else
  local kept = redis.call('HGET', key, 'kept')
  local isKept = not kept or (ARGV[14] == 'latest' and place > kept) or (ARGV[14] == 'first' and place < kept)
  if isKept then
    if kept then redis.call('HDEL', key, 'member:' .. kept) end
    redis.call('HSET', key, 'member:' .. place, e[3], 'kept', place)
    grown = size - tonumber(redis.call('HGET', key, 'bodies') or 0)
  else
    grown = 0
  end
  redis.call('HSET', key, 'superseded:' .. place, ARGV[15])
end
local events = redis.call('HINCRBY', key, 'events', 1)
local bodies = redis.call('HINCRBY', key, 'bodies', string.format('%d', grown))
redis.call('HINCRBY', key, 'size', string.format('%d', grown))
redis.call('INCRBY', base .. 'bytes', string.format('%d', grown))
redis.call('HSET', q .. job, 'joined', joined .. mark)

local times = redis.call('HMGET', key, 'openedAt', 'lastAt')
local lastAt = math.max(tonumber(times[2]), tonumber(now))
local dueAt = math.min(lastAt + tonumber(ARGV[10]), tonumber(times[1]) + tonumber(ARGV[11]))
if events >= tonumber(ARGV[12]) or bodies >= tonumber(ARGV[13]) then
  dueAt = lastAt
  redis.call('DEL', pointer)
  redis.call('ZREM', base .. 'batches', batch)
  redis.call('HSET', key, 'closed', 1)
end
redis.call('HSET', key, 'lastAt', string.format('%d', lastAt), 'batchDueAt', string.format('%d', dueAt))
-- BullMQ's score of a delayed job is its time and a counter.
local score = redis.call('ZSCORE', q .. 'delayed', batch)
local wakesAt = score and string.format('%d', math.floor(tonumber(score) / 4096)) or '0'
return { 'joined', batch, redis.call('HGET', key, 'batchId'), events, string.format('%d', dueAt), wakesAt }
`;

/**
 * Closes a batch that is leased. ARGV[6]: token. Returns its hash; or when it is due, where an event has put that off; or
 * nothing, where the lease was lost.
 */
export const CLOSE = `${common}
if redis.call('GET', q .. job .. ':lock') ~= ARGV[6] then return '' end
local f = redis.call('HMGET', q .. job, 'closed', 'batchDueAt', 'group')
if not f[1] then
  if f[2] and tonumber(f[2]) > tonumber(now) then return f[2] end
  redis.call('HSET', q .. job, 'closed', 1)
  redis.call('ZREM', base .. 'batches', job)
  if f[3] and redis.call('GET', base .. 'batch:' .. f[3]) == job then redis.call('DEL', base .. 'batch:' .. f[3]) end
end
return redis.call('HGETALL', q .. job)
`;
