using System.Globalization;
using System.Runtime.InteropServices;
using Apache.Arrow;

namespace MlOps.Core;

/// <summary>Makes rows of data what a request for predictions carries.</summary>
internal static class ArrowTensors
{
    private const double DecimalScale = 1e18;

    /// <summary>Makes a tensor of each column that the rows and the model have. It has the type that the model takes where that costs nothing of any value; else that of the column, and the model says what is wrong with it.</summary>
    public static IReadOnlyList<Tensor> Of(RecordBatch rows, DatasetSchema inputs)
    {
        var tensors = new List<Tensor>(inputs.Count);
        foreach (var column in inputs)
        {
            var index = rows.Schema.GetFieldIndex(column.Name);
            if (index >= 0) tensors.Add(InputCheck.Fit(Of(column.Name, rows.Column(index)), column));
        }

        return tensors;
    }

    /// <summary>Says whether a column of one type can be given to a model that takes another, value by value.</summary>
    public static bool Fits(ColumnType column, ColumnType wanted)
    {
        var (has, takes) = (ModelSignature.TypeOf(column), ModelSignature.TypeOf(wanted));
        return has == takes || (has, takes) is (TensorType.Int64, TensorType.Float64) or (TensorType.Float64, TensorType.Int64);
    }

    private static Tensor Of(string name, IArrowArray values)
    {
        switch (values)
        {
            case BooleanArray booleans:
                var truths = new bool[values.Length];
                for (var i = 0; i < truths.Length; i++) truths[i] = booleans.GetValue(i).GetValueOrDefault();
                return Tensor.Of(name, truths, Missing(values));
            case Int64Array integers:
                return Tensor.Of(name, integers.Values.ToArray(), Missing(values));
            case DoubleArray fractions:
                return Tensor.Of(name, WithNaN(fractions.Values.ToArray(), values));
            case Decimal128Array decimals:
                var scaled = new double[values.Length];
                for (var i = 0; i < scaled.Length; i++) scaled[i] = (double)MemoryMarshal.Read<Int128>(decimals.ValueBuffer.Span.Slice((decimals.Offset + i) * 16, 16)) / DecimalScale;
                return Tensor.Of(name, WithNaN(scaled, values));
            default:
                var texts = new string?[values.Length];
                for (var i = 0; i < texts.Length; i++) texts[i] = values.IsNull(i) ? null : Text(values, i);
                return Tensor.Of(name, texts);
        }
    }

    private static string Text(IArrowArray values, int row) => values switch
    {
        StringArray texts => texts.GetString(row),
        Date32Array days => DateTime.UnixEpoch.AddDays(days.Values[row]).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimestampArray times => DateTime.UnixEpoch.AddTicks(times.Values[row] * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        BinaryArray bytes => Convert.ToBase64String(bytes.GetBytes(row)),
        _ => throw new DataException($"A column is {values.Data.DataType.Name}, which a dataset does not hold."),
    };

    private static bool[]? Missing(IArrowArray values)
    {
        if (values.NullCount == 0) return null;
        var missing = new bool[values.Length];
        for (var i = 0; i < missing.Length; i++) missing[i] = values.IsNull(i);
        return missing;
    }

    private static double[] WithNaN(double[] fractions, IArrowArray values)
    {
        for (var i = 0; values.NullCount > 0 && i < fractions.Length; i++)
        {
            if (values.IsNull(i)) fractions[i] = double.NaN;
        }

        return fractions;
    }
}
