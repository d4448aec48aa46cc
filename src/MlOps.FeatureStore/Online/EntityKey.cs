using System.Buffers.Binary;
using System.Text;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Writes the values of join keys as bytes: for each its type, then eight bytes, or the length and the UTF-8 of a text. Two different lists of values never have the same bytes.</summary>
internal static class EntityKey
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a key.</summary>
    /// <param name="keys">The join keys.</param>
    /// <param name="values">Their values, in order.</param>
    /// <param name="reused">Bytes of an earlier key that nobody needs any more; they are written over when they have the length.</param>
    /// <returns>The bytes; null when a value is missing, since such a row belongs to no entity.</returns>
    /// <exception cref="DataException">A value has another type than its key, or a text holds half a character.</exception>
    public static byte[]? Write(ReadOnlySpan<Column> keys, ReadOnlySpan<FeatureValue> values, byte[]? reused = null)
    {
        var length = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            if (values[i].IsMissing) return null;
            length += LengthOf(keys[i], values[i]);
        }

        var bytes = reused?.Length == length ? reused : new byte[length];
        var rest = bytes.AsSpan();
        for (var i = 0; i < keys.Length; i++)
        {
            rest[0] = (byte)keys[i].Type;
            if (keys[i].Type == ColumnType.String)
            {
                var written = Utf8.GetBytes((string)values[i].Object!, rest[5..]);
                BinaryPrimitives.WriteInt32LittleEndian(rest[1..], written);
                rest = rest[(5 + written)..];
            }
            else
            {
                BinaryPrimitives.WriteInt64LittleEndian(rest[1..], values[i].Bits);
                rest = rest[9..];
            }
        }

        return bytes;
    }

    private static int LengthOf(Column key, FeatureValue value)
    {
        if (value.Type != key.Type) throw new DataException($"Join key '{key.Name}' is of type {key.Type}, and a value of type {value.Type} was given.") { Column = key.Name };
        if (key.Type != ColumnType.String) return 9;
        try
        {
            return 5 + Utf8.GetByteCount((string)value.Object!);
        }
        catch (EncoderFallbackException e)
        {
            throw new DataException($"A text of join key '{key.Name}' holds half a character (an unpaired surrogate), which names no entity.", e) { Column = key.Name };
        }
    }
}
