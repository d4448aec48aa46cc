using Apache.Arrow;

namespace MlOps.Monitoring;

/// <summary>A sample of rows: encoded features, vectors and texts. Its memory is bounded, however many rows come by.</summary>
internal sealed class RowSample
{
    private readonly WatchedColumns _columns;
    private readonly Reservoir<double[]> _rows;
    private readonly Reservoir<double[]>[] _vectors;
    private readonly Reservoir<string>[] _texts;

    public RowSample(WatchedColumns columns, int rows, int vectors, int seed)
    {
        _columns = columns;
        _rows = new(rows, seed);
        _vectors = [.. columns.Vectors.Select((_, i) => new Reservoir<double[]>(vectors, seed + 1 + i))];
        _texts = [.. columns.Texts.Select((_, i) => new Reservoir<string>(vectors, seed - 1 - i))];
    }

    public IReadOnlyList<double[]> Rows => _rows.Kept;

    public IReadOnlyList<double[]> Vectors(int vector) => _vectors[vector].Kept;

    public IReadOnlyList<string> Texts(int column) => _texts[column].Kept;

    /// <summary>Adds rows.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="encoded">The same, encoded.</param>
    public void Add(RecordBatch batch, double[] encoded)
    {
        var width = _columns.Features.Count;
        for (var row = 0; row < batch.Length && width > 0; row++) _rows.Offer(encoded.AsSpan(row * width, width), span => span.ToArray());
        for (var i = 0; i < _vectors.Length; i++) AddVectors(batch, _columns.Vectors[i], _vectors[i]);
        for (var i = 0; i < _texts.Length; i++)
        {
            if (ColumnReader.Find(batch, _columns.Texts[i]) is not StringArray texts) continue;
            for (var row = 0; row < batch.Length; row++)
            {
                if (!texts.IsNull(row)) _texts[i].Offer((texts, row), from => from.texts.GetString(from.row));
            }
        }
    }

    /// <summary>Draws a smaller sample from this one.</summary>
    public RowSample Part(int rows, int vectors, int seed)
    {
        var part = new RowSample(_columns, rows, vectors, seed);
        foreach (var row in Rows) part._rows.Offer(row, kept => kept);
        for (var i = 0; i < _vectors.Length; i++)
        {
            foreach (var vector in Vectors(i)) part._vectors[i].Offer(vector, kept => kept);
        }

        for (var i = 0; i < _texts.Length; i++)
        {
            foreach (var text in Texts(i)) part._texts[i].Offer(text, kept => kept);
        }

        return part;
    }

    // A vector that lacks a number is no point to compare.
    private static void AddVectors(RecordBatch batch, VectorColumns vector, Reservoir<double[]> into)
    {
        var arrays = vector.Columns.Select(name => ColumnReader.Find(batch, name)).ToArray();
        if (System.Array.Exists(arrays, a => a is null)) return;
        for (var row = 0; row < batch.Length; row++)
        {
            if (!arrays.Any(a => a!.IsNull(row))) into.Offer((arrays, row), from => System.Array.ConvertAll(from.arrays, a => ColumnReader.Number(a!, from.row)));
        }
    }
}
