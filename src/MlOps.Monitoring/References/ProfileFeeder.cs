using System.Buffers;
using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Adds Arrow columns to profiles as values of the type that they had in the reference: numbers as reals, texts, and truth values.</summary>
internal static class ProfileFeeder
{
    private const int Block = 2048;

    /// <summary>Gives the type by which a column is compared; null when it is none that can be.</summary>
    public static ColumnType? TypeOf(IArrowArray column) => column switch
    {
        DoubleArray or Decimal128Array => ColumnType.Float64,
        Int64Array => ColumnType.Int64,
        StringArray => ColumnType.String,
        BooleanArray => ColumnType.Boolean,
        _ => null,
    };

    /// <summary>Gives the type of a profiled column.</summary>
    public static ColumnType TypeOf(ColumnProfile profile) => profile.Kind switch
    {
        ValueKind.Boolean => ColumnType.Boolean,
        ValueKind.Text => ColumnType.String,
        _ => ColumnType.Float64,
    };

    public static bool IsCompared(ColumnType type) => type is ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal or ColumnType.Boolean or ColumnType.String;

    /// <summary>Adds rows; a value that cannot be read as one of the type is missing, and so is every value of a column that is not there.</summary>
    public static void Add(ColumnProfile profile, IArrowArray? column, int rows, ColumnType type)
    {
        switch (type, column)
        {
            case (_, null): profile.AddMissing(rows); break;
            case (ColumnType.String, StringArray texts): profile.AddText(texts.ValueOffsets, texts.Values, ValidityOf(texts)); break;
            case (ColumnType.String, _): AddTexts(profile, column, rows); break;
            case (ColumnType.Boolean, BooleanArray truths): profile.AddBooleans(truths.ValueBuffer.Span, truths.Length, truths.Offset, ValidityOf(truths)); break;
            case (ColumnType.Boolean, _): AddTruths(profile, column, rows); break;
            case (_, DoubleArray reals): profile.Add(reals.Values, ValidityOf(reals)); break;
            default: AddNumbers(profile, column, rows); break;
        }
    }

    private static Validity ValidityOf(IArrowArray array) => array.NullCount == 0 ? default : new(array.Data.Buffers[0].Span, array.Offset);

    private static void AddNumbers(ColumnProfile profile, IArrowArray column, int rows)
    {
        var block = ArrayPool<double>.Shared.Rent(Block);
        for (var at = 0; at < rows; at += Block)
        {
            var (count, values) = (Math.Min(Block, rows - at), 0);
            for (var row = at; row < at + count; row++)
            {
                var value = ColumnReader.Number(column, row);
                if (!double.IsNaN(value)) block[values++] = value;
            }

            profile.Add(block.AsSpan(0, values));
            profile.AddMissing(count - values);
        }

        ArrayPool<double>.Shared.Return(block);
    }

    private static void AddTexts(ColumnProfile profile, IArrowArray column, int rows)
    {
        var texts = new string?[rows];
        for (var row = 0; row < rows; row++) texts[row] = ColumnReader.Text(column, ColumnType.String, row);
        profile.Add(texts);
    }

    private static void AddTruths(ColumnProfile profile, IArrowArray column, int rows)
    {
        var (truths, values) = (new bool[rows], 0);
        for (var row = 0; row < rows; row++)
        {
            var text = ColumnReader.Text(column, ColumnType.Boolean, row);
            if (bool.TryParse(text, out var truth)) truths[values++] = truth;
        }

        profile.Add(truths.AsSpan(0, values));
        profile.AddMissing(rows - values);
    }
}
