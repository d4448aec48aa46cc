using System.Globalization;
using System.Runtime.CompilerServices;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Divides the rows of each class by chance in the wanted proportions.</summary>
internal sealed record StratifiedSplit(string LabelColumn, SplitFractions Fractions, int? Seed) : SplitStage
{
    private const int MaxClasses = 10_000;

    protected override async Task<SplitCheck?> AssignAsync(SplitSource source, byte[] parts, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<UInt128, int>();
        await foreach (var (label, _) in LabelsAsync(source, cancellationToken).ConfigureAwait(false))
        {
            sizes[label] = sizes.GetValueOrDefault(label) + 1;
            if (sizes.Count > MaxClasses) throw TooMany(source);
        }

        // By the label's digest, so that the order in which classes turn up does not matter.
        var random = new SeededRandom(Seed ?? source.Seed);
        var places = sizes.OrderBy(s => s.Key).ToDictionary(s => s.Key, s => ((IEnumerable<byte>)random.Shuffled(Fractions.Counts(s.Value))).GetEnumerator());
        await foreach (var (label, row) in LabelsAsync(source, cancellationToken).ConfigureAwait(false))
        {
            places[label].MoveNext();
            parts[row] = places[label].Current;
        }

        return null;
    }

    private async IAsyncEnumerable<(UInt128 Label, int Row)> LabelsAsync(
        SplitSource source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = 0;
        string[] columns = [LabelColumn];
        await foreach (var batch in source.ReadAsync(columns, cancellationToken).ConfigureAwait(false))
        {
            var keys = new RowKeys(batch, columns);
            for (var row = 0; row < batch.Length; row++)
            {
                if (keys.IsMissing(row)) throw source.Missing(LabelColumn, start + row);
                yield return (keys.Digest(row), start + row);
            }

            start += batch.Length;
        }
    }

    private DataException TooMany(SplitSource source) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"Column '{LabelColumn}' of '{source.Data.Name}' has more than {MaxClasses} distinct values, so it is no label of classes. Use SplitRandom, or another column."))
    {
        DataSource = source.Data.Name,
        Column = LabelColumn,
    };
}
