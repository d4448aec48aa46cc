using System.Buffers.Binary;
using System.Text;
using MlOps.Core;
using StackExchange.Redis;

namespace MlOps.Redis;

/// <summary>The form of keys and values in Redis.</summary>
/// <remarks>
/// A key is the prefix, the table (with % and { written as %25 and %7B), and the bytes of the entity in braces: they are the hash tag, so that all views of one entity lie on one node of a cluster. A value is one string, its numbers
/// little-endian: the revision (8 bytes), the format (1), flags (1; the lowest bit is a deletion), the event time, the created time, the expiry (8 each; the largest for never), and the values.
/// </remarks>
internal static class RedisRows
{
    /// <summary>The error that the script gives for a key that is not of this form.</summary>
    public const string ForeignCode = "MLOPSFOREIGN";

    private const byte Format = 1;
    private const int FormatAt = 8;
    private const int FlagsAt = 9;
    private const int EventAt = 10;
    private const int CreatedAt = 18;
    private const int ExpiresAt = 26;
    private const int ValuesAt = 34;

    // Larger arrays are collected only with all others.
    private const int RowsTogether = 64 * 1024;

    /// <summary>Writes what the keys of a table begin with, up to the brace.</summary>
    public static byte[] Table(string prefix, string table) =>
        Encoding.UTF8.GetBytes($"{prefix}{(table.AsSpan().ContainsAny('%', '{') ? table.Replace("%", "%25", StringComparison.Ordinal).Replace("{", "%7B", StringComparison.Ordinal) : table)}{{");

    /// <summary>Writes a pattern that only the keys of a table have.</summary>
    public static byte[] Pattern(byte[] table)
    {
        var pattern = new List<byte>(table.Length + 1);
        foreach (var b in table)
        {
            if (b is (byte)'*' or (byte)'?' or (byte)'[' or (byte)']' or (byte)'\\' or (byte)'^') pattern.Add((byte)'\\');
            pattern.Add(b);
        }

        pattern.Add((byte)'*');
        return [.. pattern];
    }

    public static RedisKey Key(byte[] table, byte[] entity)
    {
        var key = new byte[KeyLength(table, entity)];
        WriteKey(table, entity, key);
        return key;
    }

    public static int KeyLength(byte[] table, byte[] entity) => table.Length + entity.Length + 1;

    public static void WriteKey(byte[] table, byte[] entity, Span<byte> key)
    {
        table.CopyTo(key);
        entity.CopyTo(key[table.Length..]);
        key[table.Length + entity.Length] = (byte)'}';
    }

    /// <summary>Writes a row as the script takes it: without the revision, which the script puts in front.</summary>
    public static RedisValue Encode(OnlineRow row)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(ValuesAt - FormatAt + row.Values.Length);
        bytes[0] = Format;
        bytes[FlagsAt - FormatAt] = row.IsDeleted ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(EventAt - FormatAt), row.EventTime);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(CreatedAt - FormatAt), row.CreatedTime);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(ExpiresAt - FormatAt), row.ExpiresAt ?? long.MaxValue);
        row.Values.Span.CopyTo(bytes.AsSpan(ValuesAt - FormatAt));
        return bytes;
    }

    /// <summary>Reads a row.</summary>
    /// <exception cref="StoreException">The bytes have another form.</exception>
    public static OnlineRow? Decode(RedisValue value, string store) => value.IsNull ? null : RowOf(value, store);

    /// <summary>Reads the rows of an answer to MGET. Many lie in one array, which lives as long as one of them.</summary>
    /// <exception cref="StoreException">The bytes have another form.</exception>
    public static void Decode(RespResult answer, Span<OnlineRow?> rows, string store)
    {
        var reader = answer.Read();
        var room = Memory<byte>.Empty;
        for (var i = 0; i < rows.Length; i++)
        {
            reader.MoveNext();
            if (reader.IsNull)
            {
                rows[i] = null;
                continue;
            }

            var length = reader.ScalarLength();
            if (length > room.Length) room = GC.AllocateUninitializedArray<byte>((int)Math.Max(length, Math.Min(reader.ProtocolBytesRemaining, RowsTogether)));
            reader.CopyTo(room.Span);
            rows[i] = RowOf(room[..length], store);
            room = room[length..];
        }
    }

    private static OnlineRow RowOf(ReadOnlyMemory<byte> memory, string store)
    {
        var bytes = memory.Span;
        if (bytes.Length < ValuesAt || bytes[FormatAt] != Format) throw IsForeign(store);
        var expires = BinaryPrimitives.ReadInt64LittleEndian(bytes[ExpiresAt..]);
        return new(BinaryPrimitives.ReadInt64LittleEndian(bytes[EventAt..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[CreatedAt..]), memory[ValuesAt..])
        {
            IsDeleted = (bytes[FlagsAt] & 1) != 0,
            ExpiresAt = expires == long.MaxValue ? null : expires,
            Revision = BinaryPrimitives.ReadInt64LittleEndian(bytes),
        };
    }

    /// <summary>Writes when Redis is to forget a key: in milliseconds, not before the moment itself; empty for never.</summary>
    public static RedisValue Expiry(OnlineRow row) => row.ExpiresAt switch
    {
        null => RedisValue.EmptyString,
        <= 1_000 => 1,
        { } micros => ((micros - 1) / 1_000) + 1,
    };

    public static StoreException IsForeign(string store) =>
        new($"The store '{store}' holds something under a key of ours that no version of MlOps.Sdk known here has written. Choose another MlOps:Redis:KeyPrefix, or drop the table.");
}
