/** Before each key. All keys are of one slot, so that a script may touch several where there are slots. */
const PREFIX = '{mcp-whoami}:';
export const RECORD_PREFIX = `${PREFIX}record:`;

/**
 * A record is a hash. `group` and `owner` are sorted sets of the keys of records by their expiry, which end with the
 * last of them. Time is the server's, one for all processes.
 */
const prelude = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)

  local function indexes_of(key)
    local found = {}
    for _, field in ipairs({ 'group', 'owner' }) do
      local name = redis.call('HGET', key, field)
      if name then found[#found + 1] = '${PREFIX}' .. field .. ':' .. name end
    end
    return found
  end

  local function end_with_the_last(index)
    redis.call('ZREMRANGEBYSCORE', index, '-inf', now)
    local last = redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')[2]
    if last == 'inf' then redis.call('PERSIST', index)
    elseif last then redis.call('PEXPIREAT', index, last) end
  end

  local function remove(key)
    for _, index in ipairs(indexes_of(key)) do
      redis.call('ZREM', index, key)
      end_with_the_last(index)
    end
    redis.call('DEL', key)
  end

  local function read(key)
    return redis.call('HMGET', key, 'value', 'group', 'owner', 'usedAt')
  end
`;

/** KEYS: the record. ARGV: put or insert, value, lifetime in ms, and each twice: group, owner. */
export const writeScript = `${prelude}
  local key, mode, value, lifetime = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
  if mode == 'insert' and redis.call('EXISTS', key) == 1 then return 0 end
  local used = redis.call('HMGET', key, 'usedAt', 'uses')
  remove(key)
  redis.call('HSET', key, 'value', value)
  for argument = 4, #ARGV, 2 do redis.call('HSET', key, ARGV[argument], ARGV[argument + 1]) end
  if used[1] then redis.call('HSET', key, 'usedAt', used[1], 'uses', used[2]) end

  local expiry = '+inf'
  if lifetime ~= '' then expiry = string.format('%.0f', now + lifetime) end
  for _, index in ipairs(indexes_of(key)) do
    redis.call('ZADD', index, expiry, key)
    end_with_the_last(index)
  end
  if lifetime ~= '' then redis.call('PEXPIREAT', key, expiry) end
  return 1`;

/** KEYS: the record. ARGV: what the value was, the value that it shall be. */
export const replaceScript = `
  if redis.call('HGET', KEYS[1], 'value') ~= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], 'value', ARGV[2])
  return 1`;

/** KEYS: the record. ARGV: what the value was, if that matters. Returns what it deleted. */
export const deleteScript = `${prelude}
  local fields = read(KEYS[1])
  if not fields[1] or (ARGV[1] and fields[1] ~= ARGV[1]) then return false end
  remove(KEYS[1])
  return fields`;

/** KEYS: the record. Returns the number of uses, and the ms since the first one. */
export const useScript = `${prelude}
  if redis.call('EXISTS', KEYS[1]) == 0 then return false end
  redis.call('HSETNX', KEYS[1], 'usedAt', now)
  return { redis.call('HINCRBY', KEYS[1], 'uses', 1), now - redis.call('HGET', KEYS[1], 'usedAt') }`;

/** ARGV: the group. */
export const deleteGroupScript = `${prelude}
  local index = '${PREFIX}group:' .. ARGV[1]
  for _, key in ipairs(redis.call('ZRANGE', index, 0, -1)) do remove(key) end
  redis.call('DEL', index)`;

/** ARGV: the owner. Returns key and fields of each record. */
export const listScript = `${prelude}
  local found = {}
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', '${PREFIX}owner:' .. ARGV[1], now, '+inf')) do
    local fields = read(key)
    if fields[1] then found[#found + 1] = { key, fields } end
  end
  return found`;
