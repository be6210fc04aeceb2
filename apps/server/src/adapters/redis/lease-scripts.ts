// Leases kept by Redis, by its own time: renewals, deaths, removals, and which hubs are there.

import { LIBRARY } from './library-script.ts'

/**
 * Keeps when agents were last heard. ARGV: settings, JSON of [id, incarnation, age in ms] each.
 * Answers JSON: the agents among them that are dead in this incarnation.
 */
export const RENEW_SCRIPT = `${LIBRARY}
local dead, heard = {}, {}
for _, sign in ipairs(cjson.decode(ARGV[2])) do
  local id, incarnation, at = sign[1], sign[2], NOW - sign[3]
  local a = agent(id)
  if a and a.incarnation == incarnation then
    if a.status == 'dead' then
      dead[#dead + 1] = '{"id":' .. q(id) .. ',"incarnation":' .. int(incarnation) .. '}'
    elseif at > a.seenAt then
      redis.call('HSET', P .. ':agent:' .. id, 'seen', int(at), 'hub', S.hub)
      redis.call('ZADD', LEASES, 'XX', 'GT', int(at + S.timeout), id)
      redis.call('SREM', SPARED, id)
      heard[#heard + 1] = '[' .. q(id) .. ',' .. int(at) .. ']'
    end
  end
end
-- A hub alone has nobody to tell.
if #heard > 0 and redis.call('ZCARD', HUBS) > 1 then
  redis.call('PUBLISH', CHANNEL, '{"hub":' .. q(S.hub) .. ',"seen":[' .. table.concat(heard, ',') .. ']}')
end
return '[' .. table.concat(dead, ',') .. ']'
`

/**
 * A hub says that it is there, hears itself on the channel, and learns the head. ARGV: settings, for how long in ms.
 * A hub that was away has not listened: leases that name it count from its return (SWEEP_SCRIPT).
 */
export const BEAT_SCRIPT = `${LIBRARY}
-- Nobody was there, so nobody was heard: every lease counts from now.
if redis.call('ZCOUNT', HUBS, int(NOW), '+inf') == 0 then redis.call('HSET', META, 'since', int(NOW)) end
local present = redis.call('ZSCORE', HUBS, S.hub)
if not present or tonumber(present) < NOW then redis.call('HSET', SINCE, S.hub, int(NOW)) end
redis.call('ZADD', HUBS, int(NOW + tonumber(ARGV[2])), S.hub)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', HUBS, '-inf', int(NOW - math.max(S.removal, 86400000)))) do
  redis.call('ZREM', HUBS, gone)
  redis.call('HDEL', SINCE, gone)
end
redis.call('PUBLISH', CHANNEL, '{"hub":' .. q(S.hub) .. ',"beat":true}')
return { EPOCH, int(offset), redis.call('ZRANGEBYSCORE', HUBS, int(NOW), '+inf') }
`

/**
 * A hub is about to join. ARGV: settings, then name and fingerprint of each setting that all hubs share. Answers the
 * names that differ from those of hubs that are there; where nobody is, the settings of this one count from now on.
 */
export const JOIN_SCRIPT = `${LIBRARY}
local others = redis.call('ZCOUNT', HUBS, int(NOW), '+inf') > 0
local differing = {}
for at = 2, #ARGV, 2 do
  local known = others and redis.call('HGET', P .. ':settings', ARGV[at]) or nil
  if known and known ~= ARGV[at + 1] then
    differing[#differing + 1] = ARGV[at]
  elseif not known then
    redis.call('HSET', P .. ':settings', ARGV[at], ARGV[at + 1])
  end
end
return differing
`

/** A hub leaves: its agents have one timeout from now, as when it is lost. ARGV: settings. */
export const LEAVE_SCRIPT = `${LIBRARY}
redis.call('ZADD', HUBS, int(NOW - 1), S.hub)
return 1
`

/**
 * Ends what is overdue: at most ARGV[4] deaths and removals a call. ARGV: settings, slack in ms, share of agents above
 * which a loss is braked, limit. Answers JSON: how many died, were removed, were spared, and whether more wait.
 *
 * A lease ends at the latest of: its own deadline; one timeout after its hub was last present, when that hub is gone;
 * one timeout after its hub came (back); one timeout after the first hub came (back), when none was there. So nobody
 * dies because a hub, all of them, or Redis itself was away.
 */
export const SWEEP_SCRIPT = `${LIBRARY}
local slack, ratio, limit = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
forget()

local since = tonumber(redis.call('HGET', META, 'since') or 0)

local function deadline(a, kept)
  local latest = math.max(kept, since + S.timeout)
  if a.hub then
    local till = tonumber(redis.call('ZSCORE', HUBS, a.hub) or 0)
    if till < NOW then latest = math.max(latest, till + S.timeout) end
    latest = math.max(latest, tonumber(redis.call('HGET', SINCE, a.hub) or 0) + S.timeout)
  end
  return latest
end

local due, fresh = {}, {}
local overdue = redis.call('ZRANGEBYSCORE', LEASES, '-inf', int(NOW - slack), 'WITHSCORES')
for at = 1, #overdue, 2 do
  local id, kept = overdue[at], tonumber(overdue[at + 1])
  local a = agent(id)
  if not a then
    redis.call('ZREM', LEASES, id)
  else
    local latest = deadline(a, kept)
    if latest > NOW - slack then
      redis.call('ZADD', LEASES, int(latest), id)
    else
      due[#due + 1] = a
      if redis.call('SISMEMBER', SPARED, id) == 0 then fresh[#fresh + 1] = a end
    end
  end
end

local spared = 0
local total = redis.call('ZCARD', LEASES)
if total >= S.massLossMinimum and #fresh > ratio * total then
  for _, a in ipairs(fresh) do
    redis.call('ZADD', LEASES, int(NOW + S.timeout), a.id)
    redis.call('SADD', SPARED, a.id)
  end
  spared = #fresh
  local again = {}
  for _, a in ipairs(due) do
    if tonumber(redis.call('ZSCORE', LEASES, a.id)) <= NOW - slack then again[#again + 1] = a end
  end
  due = again
end

local died = math.min(#due, limit)
for at = 1, died do turn(due[at], 'dead', due[at].seenAt) end

local removed = 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', DEAD, '-inf', int(NOW), 'LIMIT', 0, limit)) do
  local a = agent(id)
  if a then
    bury(a, 'expired')
    removed = removed + 1
  else
    redis.call('ZREM', DEAD, id)
  end
end

return '{"died":' .. died .. ',"removed":' .. removed .. ',"spared":' .. spared .. ',"agents":' .. total
  .. ',"more":' .. ((#due > died or removed == limit) and 'true' or 'false') .. ',' .. finish() .. '}'
`

/** Everything at one position. Answers [epoch, offset, [id, inc, epoch, key, status, registered, seen, card], ...]. */
export const LOAD_SCRIPT = `${LIBRARY}
local rows = { EPOCH, int(offset) }
for _, set in ipairs({ LEASES, DEAD }) do
  for _, id in ipairs(redis.call('ZRANGE', set, 0, -1)) do
    local r = redis.call('HMGET', P .. ':agent:' .. id, 'inc', 'epoch', 'key', 'status', 'registered', 'seen', 'card')
    table.insert(r, 1, id)
    rows[#rows + 1] = r
  end
end
return rows
`
