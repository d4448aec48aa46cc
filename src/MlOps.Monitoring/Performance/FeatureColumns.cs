using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Inputs as trees learn from them: numbers as they are, texts as codes, the most frequent one first. Moments and days are left out, since they always move.</summary>
internal sealed class FeatureColumns
{
    private const int MaxCategories = 1000;

    private readonly List<FeatureColumn> _columns;

    private FeatureColumns(List<FeatureColumn> columns) => _columns = columns;

    /// <summary>Gives rows as columns. A column that they lack is missing in every row, as is a text without a code.</summary>
    public IReadOnlyList<TreeColumn> Read(RecordBatch rows) => [.. _columns.Select(column =>
    {
        var values = new float[rows.Length];
        var array = ColumnReader.Find(rows, column.Name);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = array is null ? float.NaN : column.Codes is null ? (float)ColumnReader.Number(array, i) : CodeOf(ColumnReader.AnyText(array, i), column.Codes);
        }

        return new TreeColumn(column.Name, values, column.Codes is not null);
    })];

    private static float CodeOf(string? text, Dictionary<string, int> codes) => text is not null && codes.TryGetValue(text, out var code) ? code : float.NaN;

    private sealed record FeatureColumn(string Name, Dictionary<string, int>? Codes);

    /// <summary>Collects the rows that codes and trees are learned from.</summary>
    /// <param name="inputs">The inputs of the model.</param>
    public sealed class Collector(DatasetSchema inputs)
    {
        private readonly List<(string Name, List<float>? Numbers, List<string?>? Texts)> _columns =
        [
            .. inputs.Where(c => c.Type is ColumnType.Int64 or ColumnType.Float64 or ColumnType.Decimal or ColumnType.Boolean or ColumnType.String)
                .Select(c => (c.Name, c.Type == ColumnType.String ? null : new List<float>(), c.Type == ColumnType.String ? new List<string?>() : null)),
        ];

        /// <summary>Gets whether there is a column to learn from.</summary>
        public bool IsEmpty => _columns.Count == 0;

        /// <summary>Takes rows.</summary>
        /// <param name="batch">The rows.</param>
        /// <param name="kept">Which of them; null for all.</param>
        public void Add(RecordBatch batch, IReadOnlyList<int>? kept)
        {
            foreach (var (name, numbers, texts) in _columns)
            {
                var array = ColumnReader.Find(batch, name);
                for (var i = 0; i < (kept?.Count ?? batch.Length); i++)
                {
                    var row = kept?[i] ?? i;
                    numbers?.Add(array is null ? float.NaN : (float)ColumnReader.Number(array, row));
                    texts?.Add(array is null ? null : ColumnReader.AnyText(array, row));
                }
            }
        }

        /// <summary>Gives the codes, and the rows as columns.</summary>
        public (FeatureColumns Features, IReadOnlyList<TreeColumn> Rows) Learn()
        {
            var (columns, rows) = (new List<FeatureColumn>(), new List<TreeColumn>());
            foreach (var (name, numbers, texts) in _columns)
            {
                var codes = texts?.OfType<string>().CountBy(t => t).OrderByDescending(t => t.Value).ThenBy(t => t.Key, StringComparer.Ordinal).Take(MaxCategories)
                    .Select((t, code) => (t.Key, code)).ToDictionary(t => t.Key, t => t.code, StringComparer.Ordinal);
                columns.Add(new(name, codes));
                rows.Add(new(name, texts is null ? numbers!.ToArray() : texts.Select(t => CodeOf(t, codes!)).ToArray(), texts is not null));
            }

            return (new(columns), rows);
        }
    }
}
