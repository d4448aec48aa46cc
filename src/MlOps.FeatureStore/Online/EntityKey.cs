using System.Buffers.Binary;
using System.Text;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Writes the values of join keys as bytes: for each its type, then eight bytes, or the length and the UTF-8 of a text. Two different lists of values never have the same bytes.</summary>
internal static class EntityKey
{
    /// <summary>Writes a key.</summary>
    /// <param name="keys">The join keys.</param>
    /// <param name="values">Their values, in order.</param>
    /// <returns>The bytes; null when a value is missing, since such a row belongs to no entity.</returns>
    /// <exception cref="DataException">A value has another type than its key.</exception>
    public static byte[]? Write(ReadOnlySpan<Column> keys, ReadOnlySpan<FeatureValue> values)
    {
        var length = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            if (values[i].IsMissing) return null;
            if (values[i].Type != keys[i].Type)
                throw new DataException($"Join key '{keys[i].Name}' is of type {keys[i].Type}, and a value of type {values[i].Type} was given.") { Column = keys[i].Name };
            length += keys[i].Type == ColumnType.String ? 5 + Encoding.UTF8.GetByteCount((string)values[i].Object!) : 9;
        }

        var bytes = new byte[length];
        var rest = bytes.AsSpan();
        for (var i = 0; i < keys.Length; i++)
        {
            rest[0] = (byte)keys[i].Type;
            if (keys[i].Type == ColumnType.String)
            {
                var written = Encoding.UTF8.GetBytes((string)values[i].Object!, rest[5..]);
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
}
