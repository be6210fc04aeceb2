// The Lua that every script begins with: the keys, the time, reading and writing an agent, the history. Decisions are
// those of domain/transition.ts, held equal to it by the contract and by random sequences on all stores.
//
// Keys, all under one hash tag P:
//   P:meta          hash    schema, epoch, offset (head), first (oldest kept), bytes (of the history), forgotten,
//                           since (when the first of the hubs came that are there)
//   P:agent:<id>    hash    inc epoch key status registered seen hub card, metrics as JSON with their revision
//   P:leases        zset    alive agents by deadline          P:dead  zset  dead agents by time of removal
//   P:ids           zset    all agents, by id           P:spared  zset  agents the brake has spared once, by deadline
//   P:tomb, P:tombs hash of JSON, zset by offset of the removal: removed ids
//   P:answer:<jti>  string  first answer to a token, as JSON  P:keys  hash  agents alive by key
//   P:history       stream  <offset>-0 -> c = change as JSON
//   P:hubs, P:hubs:since    zset until when a hub is present, hash since when
//   P:hubs:about    hash    what each hub says of itself, as JSON
//   P:hubs:asked:<hub>      list of what a hub is asked to do, as JSON
//   P:settings      hash    fingerprints of what all hubs must have the same
//   P:changes       channel

const SCHEMA = 1

export const LIBRARY = `
local P = KEYS[1]
local S = cjson.decode(ARGV[1])
local META, IDS = P .. ':meta', P .. ':ids'
local LEASES, DEAD, SPARED = P .. ':leases', P .. ':dead', P .. ':spared'
local TOMB, TOMBS, HISTORY, ALIVE = P .. ':tomb', P .. ':tombs', P .. ':history', P .. ':keys'
local HUBS, SINCE, CHANNEL = P .. ':hubs', P .. ':hubs:since', P .. ':changes'
local ABOUT = P .. ':hubs:about'

local NOW = S.now
if not NOW then
  local t = redis.call('TIME')
  NOW = t[1] * 1000 + math.floor(t[2] / 1000)
end

local function int(n) return string.format('%.0f', n) end
local function q(s) return cjson.encode(s) end

if redis.call('HSETNX', META, 'epoch', S.epoch) == 1 then
  redis.call('HSET', META, 'schema', ${SCHEMA}, 'offset', 0, 'first', 1, 'bytes', 0, 'forgotten', 0)
end
local stored = redis.call('HMGET', META, 'epoch', 'offset', 'first', 'bytes', 'forgotten', 'schema')
if stored[6] ~= '${SCHEMA}' then return redis.error_reply('ARCPSCHEMA ' .. tostring(stored[6])) end
local EPOCH = stored[1]
local offset, first, bytes = tonumber(stored[2]), tonumber(stored[3]), tonumber(stored[4])
local forgotten = tonumber(stored[5])

-- This hub has seen more than is there: Redis came back behind what it had acknowledged. Its numbers will be given
-- again, so from here on they belong to another history.
if EPOCH == S.seen.epoch and offset < S.seen.offset then
  EPOCH, first, bytes = S.epoch, offset + 1, 0
  redis.call('DEL', HISTORY)
  redis.call('HSET', META, 'epoch', EPOCH, 'first', int(first), 'bytes', 0)
end
local before, texts = offset, {}

-- A record that is not as it was written counts as none: one must not stop the others.
local function agent(id)
  local r = redis.pcall('HMGET', P .. ':agent:' .. id, 'inc', 'epoch', 'key', 'status', 'registered', 'seen', 'hub')
  if r.err or not (tonumber(r[1]) and r[2] and r[3] and r[4] and tonumber(r[5]) and tonumber(r[6])) then return nil end
  return {
    id = id, incarnation = tonumber(r[1]), epoch = r[2], keyId = r[3], status = r[4],
    registeredAt = tonumber(r[5]), seenAt = tonumber(r[6]), hub = r[7],
  }
end

local function tombstone(id)
  local text = redis.call('HGET', TOMB, id)
  local sound, found = pcall(cjson.decode, text or '')
  if not sound or type(found) ~= 'table' or not (tonumber(found.incarnation) and tonumber(found.endedAt)) then return nil end
  return found
end

local function drop_oldest()
  local oldest = redis.call('XRANGE', HISTORY, int(first) .. '-0', int(first) .. '-0')
  if oldest[1] then bytes = bytes - #oldest[1][2][2] end
  first = first + 1
end

local function change(text)
  while offset - first + 1 >= S.history or (offset >= first and bytes + #text > S.historyBytes) do drop_oldest() end
  offset = offset + 1
  bytes = bytes + #text
  redis.call('XADD', HISTORY, int(offset) .. '-0', 'c', text)
  -- At once: were it to fail below, the next number must not be given twice.
  redis.call('HSET', META, 'offset', int(offset), 'first', int(first), 'bytes', int(bytes))
  texts[#texts + 1] = text
end

local function counted(a, by)
  if a and a.status == 'alive' and redis.call('HINCRBY', ALIVE, a.keyId, by) <= 0 then
    redis.call('HDEL', ALIVE, a.keyId)
  end
end

local function leased(id, status)
  redis.call('ZREM', SPARED, id)
  if status == 'alive' then
    redis.call('ZADD', LEASES, int(NOW + S.timeout), id)
    redis.call('ZREM', DEAD, id)
  else
    redis.call('ZREM', LEASES, id)
    redis.call('ZADD', DEAD, int(NOW + S.removal), id)
  end
end

local function put(a, card)
  local was = agent(a.id)
  counted(was, -1)
  counted(a, 1)
  -- Metrics end with the life they are of.
  local goes_on = was and was.incarnation == a.incarnation and was.epoch == a.epoch
  local metrics = goes_on and redis.call('HGET', P .. ':agent:' .. a.id, 'metrics') or nil
  redis.call('DEL', P .. ':agent:' .. a.id)
  redis.call('ZADD', IDS, 0, a.id)
  redis.call('HSET', P .. ':agent:' .. a.id, 'inc', int(a.incarnation), 'epoch', a.epoch, 'key', a.keyId,
    'status', a.status, 'registered', int(a.registeredAt), 'seen', int(a.seenAt), 'hub', S.hub, 'card', card)
  if metrics then redis.call('HSET', P .. ':agent:' .. a.id, 'metrics', metrics) end
  leased(a.id, a.status)
  change('{"op":"put","agent":{"id":' .. q(a.id) .. ',"incarnation":' .. int(a.incarnation) .. ',"epoch":' .. q(a.epoch)
    .. ',"card":' .. card .. ',"keyId":' .. q(a.keyId) .. ',"status":' .. q(a.status)
    .. ',"registeredAt":' .. int(a.registeredAt) .. ',"seenAt":' .. int(a.seenAt) .. '}}')
end

local function turn(a, status, seen)
  counted(a, -1)
  a.status = status
  counted(a, 1)
  redis.call('HSET', P .. ':agent:' .. a.id, 'status', status, 'seen', int(seen), 'hub', S.hub)
  leased(a.id, status)
  change('{"op":"status","id":' .. q(a.id) .. ',"incarnation":' .. int(a.incarnation)
    .. ',"status":' .. q(status) .. ',"seenAt":' .. int(seen) .. '}')
end

local function bury(a, reason)
  counted(a, -1)
  redis.call('DEL', P .. ':agent:' .. a.id)
  redis.call('ZREM', LEASES, a.id)
  redis.call('ZREM', DEAD, a.id)
  redis.call('ZREM', SPARED, a.id)
  redis.call('ZREM', IDS, a.id)
  local text = '{"id":' .. q(a.id) .. ',"incarnation":' .. int(a.incarnation) .. ',"epoch":' .. q(a.epoch)
    .. ',"keyId":' .. q(a.keyId) .. ',"reason":' .. q(reason) .. ',"endedAt":' .. int(NOW) .. '}'
  redis.call('HSET', TOMB, a.id, text)
  change('{"op":"remove","tombstone":' .. text .. '}')
  redis.call('ZADD', TOMBS, int(offset), a.id)
end

-- From the oldest, and stopping at the first that is still needed. Bounded, so that no call pays for many.
local function forget()
  for _ = 1, 1000 do
    local oldest = redis.call('ZRANGE', TOMBS, 0, 0)[1]
    if not oldest then return end
    local gone = tombstone(oldest)
    local young = gone and NOW - gone.endedAt < S.remember
    if young and redis.call('ZCARD', TOMBS) <= S.tombstones then return end
    if gone and gone.incarnation > forgotten then
      forgotten = gone.incarnation
      redis.call('HSET', META, 'forgotten', int(forgotten))
    end
    redis.call('HDEL', TOMB, oldest)
    redis.call('ZREM', TOMBS, oldest)
  end
end

-- Trims what is too old and tells every hub; the text is both the message and the end of the answer.
local function finish()
  local batch = '"epoch":' .. q(EPOCH) .. ',"offset":' .. int(offset) .. ',"from":' .. int(before + 1)
    .. ',"changes":[' .. table.concat(texts, ',') .. ']'
  if offset > before then
    redis.call('XTRIM', HISTORY, 'MINID', int(first) .. '-0')
    redis.call('PUBLISH', CHANNEL, '{' .. batch .. '}')
  end
  return batch
end
`
