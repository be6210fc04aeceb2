// One command, decided and committed: domain/transition.ts in Lua, case by case and in the same order.
// ARGV: settings, command without its card, card. Answers JSON.

import { LIBRARY } from './library-script.ts'

export const COMMIT_SCRIPT = `${LIBRARY}
local cmd, card = cjson.decode(ARGV[2]), ARGV[3]
forget()

local function done() return '{"ok":true,"answer":{"kind":"done"},' .. finish() .. '}' end

local function refuse(fields) return '{"ok":false,"error":{' .. fields .. '}}' end

local function refuse_id(kind, id) return refuse('"kind":' .. q(kind) .. ',"id":' .. q(id)) end

local function registered(a, how, at_offset)
  local last = at_offset and ',"offset":' .. int(at_offset) or ''
  return '{"ok":true,"answer":{"kind":"registered","id":' .. q(a.id) .. ',"incarnation":' .. int(a.incarnation)
    .. ',"epoch":' .. q(a.epoch) .. ',"registeredAt":' .. int(a.registeredAt) .. ',"how":' .. q(how) .. last .. '},'
    .. finish() .. '}'
end

local function is_life(life, ref) return life.incarnation == ref.incarnation and life.epoch == ref.epoch end

local function end_of(id, ref)
  local last = agent(id) or tombstone(id)
  if not last then return nil end
  if is_life(last, ref) then return last.reason end
  if ref.epoch == last.epoch and ref.incarnation < last.incarnation then return 'replaced' end
  return nil
end

local function missing(id, ref)
  local reason = end_of(id, ref)
  if not reason then return refuse_id('not-found', id) end
  return refuse('"kind":"gone","id":' .. q(id) .. ',"reason":' .. q(reason))
end

local function key_full(current, keyId)
  if cmd.keyMaxAgents <= 0 then return false end
  local counted_now = current and current.status == 'alive' and current.keyId == keyId and 1 or 0
  return tonumber(redis.call('HGET', ALIVE, keyId) or 0) - counted_now >= cmd.keyMaxAgents
end

local function refuse_full(id)
  return refuse('"kind":"key-full","id":' .. q(id) .. ',"limit":' .. int(cmd.keyMaxAgents))
end

local function remembered(jti)
  local text = redis.call('GET', P .. ':answer:' .. jti)
  local first_answer = text and cjson.decode(text) or nil
  return first_answer and first_answer['until'] > NOW and first_answer or nil
end

local function register()
  local id, claim = cmd.id, cmd.claim
  local current = agent(id)
  local known = remembered(claim.jti)
  if known then
    if known.bodyDigest == cmd.bodyDigest and known.id == id and current
        and current.incarnation == known.incarnation then
      known.epoch = current.epoch
      return registered(known, 'replayed', known.offset)
    end
    if claim.via == 'temp' then return refuse('"kind":"token-used"') end
  end
  if claim.via == 'access' then
    if current and is_life(current, claim) and current.keyId == claim.keyId then
      if current.status == 'dead' and key_full(current, current.keyId) then return refuse_full(id) end
      current.status, current.seenAt = 'alive', NOW
      put(current, card)
      return registered(current, 'updated')
    end
    local reason = end_of(id, claim)
    if reason == 'replaced' or reason == 'revoked' then return missing(id, claim) end
  end
  if current and current.status == 'alive' and current.keyId ~= claim.keyId then return refuse_id('duplicate', id) end
  if key_full(current, claim.keyId) then return refuse_full(id) end
  local last = current or tombstone(id)
  local fresh = {
    id = id, incarnation = 1 + (last and last.incarnation or forgotten), epoch = EPOCH, keyId = claim.keyId,
    status = 'alive', registeredAt = NOW, seenAt = NOW,
  }
  put(fresh, card)
  redis.call('SET', P .. ':answer:' .. claim.jti, '{"bodyDigest":' .. q(cmd.bodyDigest) .. ',"id":' .. q(id)
    .. ',"incarnation":' .. int(fresh.incarnation) .. ',"offset":' .. int(offset) .. ',"registeredAt":' .. int(NOW)
    .. ',"until":' .. int(NOW + S.replay) .. '}', 'PX', S.replay)
  return registered(fresh, current and 'replaced' or 'created')
end

local function update()
  local current = agent(cmd.id)
  if not (current and is_life(current, cmd)) then return missing(cmd.id, cmd) end
  if redis.call('HGET', P .. ':agent:' .. cmd.id, 'card') ~= cmd.before then return refuse_id('changed', cmd.id) end
  put(current, card)
  return done()
end

local function unregister()
  local id, claim = cmd.id, cmd.claim
  local current = agent(id)
  if claim.via == 'access' and not (current and is_life(current, claim)) then return missing(id, claim) end
  if not current then return refuse_id('not-found', id) end
  if current.keyId ~= claim.keyId then return refuse_id('wrong-key', id) end
  bury(current, 'unregistered')
  return done()
end

local function revive()
  local current = agent(cmd.id)
  if not (current and is_life(current, cmd)) then return missing(cmd.id, cmd) end
  if current.status == 'alive' then return done() end
  if key_full(current, current.keyId) then return refuse_full(cmd.id) end
  turn(current, 'alive', NOW)
  return done()
end

-- One change an agent at most: what is named twice has changed by then.
local function each(act)
  for _, ref in ipairs(cmd.agents) do
    local current = agent(ref.id)
    if current and current.incarnation == ref.incarnation then act(current, ref) end
  end
  return done()
end

if cmd.kind == 'register' then return register() end
if cmd.kind == 'update' then return update() end
if cmd.kind == 'unregister' then return unregister() end
if cmd.kind == 'revive' then return revive() end
if cmd.kind == 'expire' then
  return each(function(a, ref)
    if a.status == 'alive' then turn(a, 'dead', math.max(a.seenAt, ref.seenAt)) end
  end)
end
if cmd.kind == 'remove-dead' then
  return each(function(a) if a.status == 'dead' then bury(a, 'expired') end end)
end
if cmd.kind == 'revoke' then return each(function(a) bury(a, 'revoked') end) end
return redis.error_reply('ARCPCOMMAND ' .. tostring(cmd.kind))
`
