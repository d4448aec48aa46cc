using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Measures how pairs of columns go together.</summary>
internal static class PairProfiler
{
    /// <exception cref="DataException">A column is missing, or is not numeric where a correlation is asked for.</exception>
    public static void Add(DatasetProfile profile, RecordBatch batch, ProfilingOptions options)
    {
        foreach (var (first, second) in options.Correlations)
        {
            var (x, y) = (Numbers(Find(batch, first), first, out var valid), Numbers(Find(batch, second), second, out var validToo));
            profile.Correlation(first, second).Add(x, y, new Validity(valid), new Validity(validToo));
        }

        foreach (var (first, second) in options.Contingencies)
            profile.Contingency(first, second).Add(Texts(Find(batch, first)), Texts(Find(batch, second)));
    }

    private static IArrowArray Find(RecordBatch batch, string name)
    {
        var index = batch.Schema.GetFieldIndex(name);
        return index >= 0 ? batch.Column(index) : throw new DataException($"There is no column '{name}' to compare with another one.") { Column = name };
    }

    private static double[] Numbers(IArrowArray array, string name, out byte[] valid)
    {
        var numbers = new double[array.Length];
        valid = array.NullCount == 0 ? [] : new byte[(array.Length + 7) / 8];
        for (var row = 0; row < numbers.Length; row++)
        {
            if (array.IsNull(row)) continue;
            if (valid.Length > 0) valid[row >> 3] |= (byte)(1 << (row & 7));
            numbers[row] = CellValues.Number(array, row) ?? throw new DataException($"Column '{name}' is not numeric and has no correlation. Ask for the contingency table.") { Column = name };
        }

        return numbers;
    }

    private static string?[] Texts(IArrowArray array)
    {
        var texts = new string?[array.Length];
        for (var row = 0; row < texts.Length; row++) texts[row] = CellValues.Text(array, row);
        return texts;
    }
}
