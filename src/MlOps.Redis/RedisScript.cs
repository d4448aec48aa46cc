namespace MlOps.Redis;

/// <summary>The guarded write. It runs on the server as one step.</summary>
/// <remarks>Times are compared in two halves of 32 bits, since the numbers of Lua are doubles and hold no 64.</remarks>
internal static class RedisScript
{
    /// <summary>Takes keys, and for each the row, the expected revision or nothing, and the expiry in milliseconds or nothing. Gives for each 0 (written), 1 (superseded) or 2 (conflict).</summary>
    public const string Write = """
        local function older(new, old, at)
          local nl, nh = struct.unpack('<I4i4', new, at - 8)
          local ol, oh = struct.unpack('<I4i4', old, at)
          if nh ~= oh then return nh < oh, false end
          return nl < ol, nl == ol
        end
        local results = {}
        for i = 1, #KEYS do
          local row, expected, expires = ARGV[3 * i - 2], ARGV[3 * i - 1], ARGV[3 * i]
          local old = redis.call('GETRANGE', KEYS[i], 0, 25)
          local revision, result = 0, 0
          if #old > 0 then
            if #old < 26 or string.byte(old, 9) ~= 1 then return redis.error_reply('MLOPSFOREIGN no row') end
            revision = struct.unpack('<I8', old, 1)
          end
          if expected ~= '' then
            if tonumber(expected) ~= revision then result = 2 end
          elseif revision > 0 then
            local is_older, is_equal = older(row, old, 11)
            if is_equal then is_older = older(row, old, 19) end
            if is_older then result = 1 end
          end
          if result == 0 then
            local value = struct.pack('<I8', revision + 1) .. row
            if expires == '' then redis.call('SET', KEYS[i], value) else redis.call('SET', KEYS[i], value, 'PXAT', expires) end
          end
          results[i] = result
        end
        return results
        """;
}
