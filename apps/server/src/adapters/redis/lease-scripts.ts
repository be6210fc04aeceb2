// Leases kept by Redis, by its own time: renewals, deaths, removals, and which hubs are there.

import { LIBRARY } from './library-script.ts'

/** A hub beats once a second. After a gap like this it was away: it heard nobody, and must not judge. */
const GAP_MS = 2000
/** What a hub may be asked between two of its beats. */
const ASKED_MAX = 1000

/**
 * Keeps when agents were last heard, and their metrics. ARGV: settings, JSON of [id, incarnation, age in ms] each, JSON
 * of [id, incarnation, epoch, revision, metrics as text, whatever is kept] each. Answers JSON: the agents among the
 * first that are dead in this incarnation; what is kept of the others in place of metrics made from an older revision.
 */
export const RENEW_SCRIPT = `${LIBRARY}
local dead, heard = {}, {}
for _, sign in ipairs(cjson.decode(ARGV[2])) do
  local id, incarnation, at = sign[1], sign[2], NOW - sign[3]
  local a = agent(id)
  if a and a.incarnation == incarnation then
    if a.status == 'dead' then
      -- A death that came after the whole timeout stands, whoever was away meanwhile.
      if at + S.timeout > NOW then
        dead[#dead + 1] = '{"id":' .. q(id) .. ',"incarnation":' .. int(incarnation) .. '}'
      end
    elseif at > a.seenAt then
      redis.call('HSET', P .. ':agent:' .. id, 'seen', int(at), 'hub', S.hub)
      redis.call('ZADD', LEASES, 'XX', 'GT', int(at + S.timeout), id)
      redis.call('ZREM', SPARED, id)
      heard[#heard + 1] = '[' .. q(id) .. ',' .. int(at) .. ']'
    end
  end
end
local measured, overtaken = {}, {}
for _, one in ipairs(cjson.decode(ARGV[3])) do
  local key, text, a = P .. ':agent:' .. one[1], one[5], agent(one[1])
  if a and a.incarnation == one[2] and a.epoch == one[3] then
    local kept = redis.call('HGET', key, 'metrics')
    local sound, found = pcall(cjson.decode, kept or '')
    -- Nothing there, or nothing that can be read: whatever comes is put there.
    local revision = sound and type(found) == 'table' and tonumber(found.revision) or one[4] - 1
    if one[6] or revision == one[4] - 1 then
      redis.call('HSET', key, 'metrics', text)
      measured[#measured + 1] = text
    else
      overtaken[#overtaken + 1] = '[' .. q(one[1]) .. ',' .. q(kept or '') .. ']'
    end
  end
end
-- A hub alone has nobody to tell.
if #heard + #measured > 0 and redis.call('ZCARD', HUBS) > 1 then
  redis.call('PUBLISH', CHANNEL, '{"hub":' .. q(S.hub) .. ',"seen":[' .. table.concat(heard, ',') .. '],"measured":['
    .. table.concat(measured, ',') .. ']}')
end
return '{"dead":[' .. table.concat(dead, ',') .. '],"overtaken":[' .. table.concat(overtaken, ',') .. ']}'
`

/**
 * A hub says that it is there, hears itself on the channel, and learns the head. ARGV: settings, for how long in ms.
 * A hub that was away has not listened: leases that name it count from its return (SWEEP_SCRIPT).
 */
export const BEAT_SCRIPT = `${LIBRARY}
-- Nobody was there, so nobody was heard: every lease counts from now.
if redis.call('ZCOUNT', HUBS, int(NOW), '+inf') == 0 then redis.call('HSET', META, 'since', int(NOW)) end
local present = tonumber(redis.call('ZSCORE', HUBS, S.hub) or 0)
-- Two beats were left out: what came in the meantime was not heard either.
if NOW > present - tonumber(ARGV[2]) + ${GAP_MS} then redis.call('HSET', SINCE, S.hub, int(NOW)) end
redis.call('ZADD', HUBS, int(NOW + tonumber(ARGV[2])), S.hub)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', HUBS, '-inf', int(NOW - math.max(S.removal, 86400000)))) do
  redis.call('ZREM', HUBS, gone)
  redis.call('HDEL', SINCE, gone)
  redis.call('HDEL', ABOUT, gone)
end
redis.call('HSET', ABOUT, S.hub, ARGV[3])
local asked = redis.call('LRANGE', P .. ':hubs:asked:' .. S.hub, 0, -1)
if asked[1] then redis.call('DEL', P .. ':hubs:asked:' .. S.hub) end
redis.call('PUBLISH', CHANNEL, '{"hub":' .. q(S.hub) .. ',"beat":true}')
return { EPOCH, int(offset), redis.call('ZRANGEBYSCORE', HUBS, int(NOW), '+inf'), asked }
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
redis.call('HDEL', ABOUT, S.hub)
return 1
`

/** What each hub that is there says of itself. ARGV: settings. */
export const HUBS_SCRIPT = `${LIBRARY}
local there = redis.call('ZRANGEBYSCORE', HUBS, int(NOW), '+inf')
if not there[1] then return {} end
local said = {}
for _, text in ipairs(redis.call('HMGET', ABOUT, unpack(there))) do if text then said[#said + 1] = text end end
return said
`

/**
 * Asks a hub for something at its next beat, or every other one. ARGV: settings, order, hub where it is for one. Answers how
 * many were asked. What a hub that has just gone was asked is forgotten with its presence.
 */
export const PASS_ON_SCRIPT = `${LIBRARY}
local count = 0
for _, hub in ipairs(redis.call('ZRANGEBYSCORE', HUBS, int(NOW), '+inf')) do
  local asked = P .. ':hubs:asked:' .. hub
  if (hub == ARGV[3] or (not ARGV[3] and hub ~= S.hub)) and redis.call('LLEN', asked) < ${ASKED_MAX} then
    redis.call('RPUSH', asked, ARGV[2])
    redis.call('PEXPIRE', asked, 10000)
    count = count + 1
  end
end
return count
`

/**
 * Ends what is overdue: at most ARGV[5] leases and as many removals a call. ARGV: settings, slack in ms, share of agents
 * above which a loss is braked, for how long a beat says that a hub is there, limit. Answers JSON: how many were spared,
 * and whether more wait.
 *
 * A lease ends at the latest of: its own deadline; one timeout after its hub was last present, when that hub is gone;
 * one timeout after its hub came (back); one timeout after the first hub came (back), when none was there. So nobody
 * dies because a hub, all of them, or Redis itself was away. A hub that has not said itself that it is there does not
 * judge: it would not know yet that it was away.
 */
export const SWEEP_SCRIPT = `${LIBRARY}
local slack, ratio, presence, limit = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

local function answer(spared, agents, more)
  return '{"spared":' .. spared .. ',"agents":' .. agents .. ',"more":' .. (more and 'true' or 'false') .. ','
    .. finish() .. '}'
end

if NOW > tonumber(redis.call('ZSCORE', HUBS, S.hub) or 0) - presence + ${GAP_MS} then return answer(0, 0, false) end
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

local total = redis.call('ZCARD', LEASES)
local past = int(NOW - slack)
local waiting = redis.call('ZCOUNT', LEASES, '-inf', past) - redis.call('ZCOUNT', SPARED, '-inf', past)
local overdue = redis.call('ZRANGEBYSCORE', LEASES, '-inf', past, 'WITHSCORES', 'LIMIT', 0, limit)
local due = {}
for at = 1, #overdue, 2 do
  local id, kept = overdue[at], tonumber(overdue[at + 1])
  local a = agent(id)
  if not a then
    redis.call('ZREM', LEASES, id)
    waiting = waiting - 1
  else
    local latest = deadline(a, kept)
    if latest > NOW - slack then
      redis.call('ZADD', LEASES, int(latest), id)
      redis.call('ZADD', SPARED, 'XX', int(latest), id)
      waiting = waiting - 1
    else
      due[#due + 1] = { agent = a, kept = kept }
    end
  end
end

-- The brake covers everybody who was overdue when it was pulled, in however many calls they are looked at.
if total >= S.massLossMinimum and waiting > ratio * total then redis.call('HSET', META, 'braked', past) end
local braked = tonumber(redis.call('HGET', META, 'braked') or 0)
local spared = 0
for _, one in ipairs(due) do
  local id = one.agent.id
  if one.kept <= braked and not redis.call('ZSCORE', SPARED, id) then
    redis.call('ZADD', LEASES, int(NOW + S.timeout), id)
    redis.call('ZADD', SPARED, int(NOW + S.timeout), id)
    spared = spared + 1
  else
    turn(one.agent, 'dead', one.agent.seenAt)
  end
end

local gone = redis.call('ZRANGEBYSCORE', DEAD, '-inf', int(NOW), 'LIMIT', 0, limit)
for _, id in ipairs(gone) do
  local a = agent(id)
  if a then bury(a, 'expired') else redis.call('ZREM', DEAD, id) end
end

return answer(spared, total, #overdue == 2 * limit or #gone == limit)
`

/**
 * One page of all agents, in the order of their ids. ARGV: settings, the last id of the page before, limit. Answers
 * [epoch, offset, [id, inc, epoch, key, status, registered, seen, card, metrics], ...].
 */
export const LOAD_SCRIPT = `${LIBRARY}
local rows = { EPOCH, int(offset) }
local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
for _, id in ipairs(redis.call('ZRANGEBYLEX', IDS, from, '+', 'LIMIT', 0, tonumber(ARGV[3]))) do
  local r = redis.pcall('HMGET', P .. ':agent:' .. id, 'inc', 'epoch', 'key', 'status', 'registered', 'seen', 'card',
    'metrics')
  if r.err then r = {} end
  rows[#rows + 1] = { id, r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8] }
end
return rows
`
