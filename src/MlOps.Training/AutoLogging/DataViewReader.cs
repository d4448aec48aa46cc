using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlOps.Training;

/// <summary>Hashes a view of data and counts its label, in one pass.</summary>
internal static class DataViewReader
{
    private const int RowsBetweenChecks = 1024;
    private static readonly MethodInfo Hash = typeof(DataViewReader).GetMethod(nameof(HashValue), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo HashVectors = typeof(DataViewReader).GetMethod(nameof(HashVector), BindingFlags.NonPublic | BindingFlags.Static)!;

    public static DataViewSummary Read(IDataView data, string? label, CancellationToken cancellationToken)
    {
        if (label is not null && data.Schema.GetColumnOrNull(label) is null)
            throw new ArgumentException($"The data has no column '{label}'. It has: {string.Join(", ", data.Schema.Select(c => c.Name))}.", nameof(label));
        DataViewSchema.Column[] columns = [.. data.Schema.Where(c => !c.IsHidden)];
        var schema = string.Join(", ", columns.Select(c => $"{c.Name}: {c.Type}"));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(schema));
        var counts = new LabelCounts();
        using var cursor = data.GetRowCursor(columns);
        List<Action> perRow = [.. columns.Select(c => Hasher(cursor, c, hash)).OfType<Action>()];
        if (label is not null) perRow.Add(Counter(cursor, data.Schema[label], counts));
        long rows = 0;
        while (cursor.MoveNext())
        {
            if (rows++ % RowsBetweenChecks == 0) cancellationToken.ThrowIfCancellationRequested();
            foreach (var take in perRow) take();
        }

        return new(Convert.ToHexStringLower(hash.GetHashAndReset()), rows, schema, label is null ? new Dictionary<string, double>() : counts.ToDistribution());
    }

    // A column of a type that nobody knows how to compare, as an image, counts with its name and type only.
    private static Action? Hasher(DataViewRowCursor cursor, DataViewSchema.Column column, IncrementalHash hash)
    {
        if (column.Type is VectorDataViewType vector)
            return IsPlain(vector.ItemType.RawType) || vector.ItemType is TextDataViewType ? (Action)HashVectors.MakeGenericMethod(vector.ItemType.RawType).Invoke(null, [cursor, column, hash])! : null;
        if (column.Type is TextDataViewType) return HashText(cursor, column, hash);
        return IsPlain(column.Type.RawType) ? (Action)Hash.MakeGenericMethod(column.Type.RawType).Invoke(null, [cursor, column, hash])! : null;
    }

    private static bool IsPlain(Type type) => type.IsPrimitive || type == typeof(DateTime) || type == typeof(TimeSpan) || type == typeof(DataViewRowId) || type == typeof(DateTimeOffset);

    private static Action HashValue<T>(DataViewRowCursor cursor, DataViewSchema.Column column, IncrementalHash hash)
        where T : struct
    {
        var get = cursor.GetGetter<T>(column);
        T value = default;
        if (value is DateTimeOffset)
        {
            return () =>
            {
                get(ref value);
                var time = (DateTimeOffset)(object)value;
                hash.AppendData(MemoryMarshal.AsBytes<long>([time.UtcTicks, time.Offset.Ticks])); // the structure has padding
            };
        }

        return () =>
        {
            get(ref value);
            hash.AppendData(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
        };
    }

    private static Action HashText(DataViewRowCursor cursor, DataViewSchema.Column column, IncrementalHash hash)
    {
        var get = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> value = default;
        return () =>
        {
            get(ref value);
            Append(value, hash);
        };
    }

    private static Action HashVector<T>(DataViewRowCursor cursor, DataViewSchema.Column column, IncrementalHash hash)
    {
        var get = cursor.GetGetter<VBuffer<T>>(column);
        VBuffer<T> value = default;
        return () =>
        {
            get(ref value);
            hash.AppendData(MemoryMarshal.AsBytes<int>([value.Length]));
            foreach (var item in value.DenseValues()) // a sparse vector is the same as a dense one
            {
                if (item is ReadOnlyMemory<char> text) Append(text, hash);
                else AppendPlain(item!, hash);
            }
        };
    }

    private static void Append(ReadOnlyMemory<char> text, IncrementalHash hash)
    {
        hash.AppendData(MemoryMarshal.AsBytes<int>([text.Length]));
        hash.AppendData(MemoryMarshal.AsBytes(text.Span));
    }

    private static void AppendPlain(object item, IncrementalHash hash)
    {
        switch (item)
        {
            case float number:
                hash.AppendData(MemoryMarshal.AsBytes<float>([number]));
                break;
            case double number:
                hash.AppendData(MemoryMarshal.AsBytes<double>([number]));
                break;
            default:
                Append(Convert.ToString(item, CultureInfo.InvariantCulture).AsMemory(), hash);
                break;
        }
    }

    private static Action Counter(DataViewRowCursor cursor, DataViewSchema.Column label, LabelCounts counts)
    {
        var type = label.Type;
        if (type is TextDataViewType) return Count<ReadOnlyMemory<char>>(text => counts.AddClass(text.IsEmpty ? null : text.ToString()));
        if (type is KeyDataViewType)
        {
            var names = label.Annotations.Schema.GetColumnOrNull("KeyValues") is { Type: VectorDataViewType { ItemType: TextDataViewType } } ? KeyNames(label) : null;
            Action<ulong> add = key => counts.AddClass(key == 0 ? null : names is not null && key <= (ulong)names.Length ? names[key - 1] : key.ToString(CultureInfo.InvariantCulture));
            return type.RawType == typeof(byte) ? Count<byte>(k => add(k)) : type.RawType == typeof(ushort) ? Count<ushort>(k => add(k)) : type.RawType == typeof(ulong) ? Count(add) : Count<uint>(k => add(k));
        }

        if (type is BooleanDataViewType) return Count<bool>(value => counts.AddClass(value ? "true" : "false"));
        if (type is not NumberDataViewType) throw new ArgumentException($"The label '{label.Name}' is {type}; a distribution needs a number, text, a key or truth values.", nameof(label));
        return Type.GetTypeCode(type.RawType) switch
        {
            TypeCode.Single => Count<float>(v => counts.AddNumber(v)),
            TypeCode.Double => Count<double>(counts.AddNumber),
            TypeCode.SByte => Count<sbyte>(v => counts.AddNumber(v)),
            TypeCode.Byte => Count<byte>(v => counts.AddNumber(v)),
            TypeCode.Int16 => Count<short>(v => counts.AddNumber(v)),
            TypeCode.UInt16 => Count<ushort>(v => counts.AddNumber(v)),
            TypeCode.Int32 => Count<int>(v => counts.AddNumber(v)),
            TypeCode.UInt32 => Count<uint>(v => counts.AddNumber(v)),
            TypeCode.Int64 => Count<long>(v => counts.AddNumber(v)),
            _ => Count<ulong>(v => counts.AddNumber(v)),
        };

        Action Count<T>(Action<T> add)
        {
            var get = cursor.GetGetter<T>(label);
            T value = default!;
            return () =>
            {
                get(ref value);
                add(value);
            };
        }
    }

    private static string[] KeyNames(DataViewSchema.Column label)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        label.GetKeyValues(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
