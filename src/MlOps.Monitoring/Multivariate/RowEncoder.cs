using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Monitoring;

/// <summary>Turns rows into numbers: numbers as they are, categories as codes, NaN for what is missing. What it knows of categories it learns from the training data, in one pass.</summary>
internal sealed class RowEncoder
{
    private readonly Feature[] _features;

    public RowEncoder(IEnumerable<Column> columns) => _features = [.. columns.Select(c => new Feature(c))];

    public int Width => _features.Length;

    public IEnumerable<string> Names => _features.Select(f => f.Column.Name);

    public bool IsCategory(int feature) => _features[feature].Codes is not null;

    /// <summary>Encodes the rows of a batch, row after row.</summary>
    /// <param name="batch">The batch. A column that it lacks is missing in all rows.</param>
    /// <param name="learn">Whether categories and means are learned.</param>
    /// <returns>The numbers.</returns>
    public double[] Encode(RecordBatch batch, bool learn)
    {
        var block = new double[batch.Length * Width];
        for (var f = 0; f < _features.Length; f++)
        {
            var (feature, array) = (_features[f], ColumnReader.Find(batch, _features[f].Column.Name));
            for (var row = 0; row < batch.Length; row++) block[(row * Width) + f] = array is null ? double.NaN : feature.Encode(array, row, learn);
        }

        return block;
    }

    /// <summary>Ends the learning, and gives rows that were encoded until now the final codes.</summary>
    public void Settle(IEnumerable<double[]> encoded)
    {
        var maps = _features.Select(f => f.Codes?.Settle()).ToArray();
        foreach (var row in encoded)
        {
            for (var f = 0; f < maps.Length; f++)
            {
                if (maps[f] is { } map) row[f] = map(row[f]);
            }
        }
    }

    /// <summary>Takes from some rows what others are filled with.</summary>
    /// <param name="encoded">The rows, with final codes.</param>
    public void LearnFillings(IReadOnlyCollection<double[]> encoded)
    {
        for (var f = 0; f < _features.Length; f++) _features[f].LearnFilling([.. encoded.Select(row => row[f])]);
    }

    /// <summary>Fills a row for arithmetic that knows no missing values and no categories: a missing or infinite number becomes the mean, a category its share, of the rows from which fillings were learned.</summary>
    public void Fill(ReadOnlySpan<double> row, Span<double> filled)
    {
        for (var f = 0; f < row.Length; f++) filled[f] = _features[f].Codes?.ShareOf(row[f]) ?? (double.IsFinite(row[f]) ? row[f] : _features[f].Mean);
    }

    /// <summary>Gives rows column by column, for trees.</summary>
    public TreeColumn[] ToColumns(params IReadOnlyList<double[]>[] parts)
    {
        var rows = parts.Sum(p => p.Count);
        var columns = new TreeColumn[Width];
        for (var f = 0; f < columns.Length; f++)
        {
            var (values, at) = (new float[rows], 0);
            foreach (var row in parts.SelectMany(p => p)) values[at++] = (float)row[f];
            columns[f] = new(_features[f].Column.Name, values, IsCategory(f));
        }

        return columns;
    }

    private sealed class Feature(Column column)
    {
        public Column Column => column;

        public CategoryCodes? Codes { get; } = column.Type is ColumnType.Boolean or ColumnType.String ? new(column.Type) : null;

        public double Mean { get; private set; }

        public double Encode(IArrowArray array, int row, bool learn) => Codes is null ? ColumnReader.Number(array, row) : learn ? Codes.Learn(array, row) : Codes.CodeOf(array, row);

        public void LearnFilling(double[] values)
        {
            if (Codes is null) Mean = values.Where(double.IsFinite).DefaultIfEmpty(0).Average();
            else Codes.CountShares(values);
        }
    }
}
