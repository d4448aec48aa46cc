using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Profiles the predictions of a window chunk by chunk, batch after batch, in the types of the reference.</summary>
internal sealed class CurrentProfile(Reference reference)
{
    private readonly List<DatasetProfile> _chunks = [];
    private readonly Dictionary<Segment, DatasetProfile> _segments = reference.Segments.Keys.ToDictionary(s => s, _ => new DatasetProfile());
    private readonly HashSet<string> _there = new(StringComparer.Ordinal);
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);

    /// <summary>Gets the whole window, once all batches are added.</summary>
    public DatasetProfile Window()
    {
        if (_chunks.Count == 1) return _chunks[0];
        var window = new DatasetProfile();
        foreach (var chunk in _chunks) window.Merge(chunk);
        return window;
    }

    /// <summary>Gets a chunk.</summary>
    public DatasetProfile Chunk(int number) => number < _chunks.Count ? _chunks[number] : new();

    /// <summary>Gets a segment of the window.</summary>
    public DatasetProfile Of(Segment segment) => _segments[segment];

    /// <summary>Whether any prediction of the window came with a column at all.</summary>
    public bool IsThere(string column) => _there.Contains(column);

    /// <summary>Whether a column came as texts.</summary>
    public bool HoldsTexts(string column) => _texts.Contains(column);

    public void Add(MonitorBatch batch)
    {
        while (_chunks.Count <= batch.Chunk) _chunks.Add(new());
        Add(_chunks[batch.Chunk], batch.Rows);
        foreach (var (segment, rows) in Segment.Split(batch.Rows, _segments.Keys)) Add(_segments[segment], rows);
    }

    private void Add(DatasetProfile profile, Apache.Arrow.RecordBatch rows)
    {
        var before = profile.Rows;
        profile.AddRows(rows.Length);
        foreach (var column in reference.Columns.Where(c => c.Problem is null)) Add(profile, rows, column.Column.Name, column.Column.Type);
        if (ColumnReader.Find(rows, PredictionColumns.Truth) is { } truths) ProfileFeeder.Add(profile.Column(PredictionColumns.Truth), truths, rows.Length, ColumnType.Float64);
        for (var i = 0; i < rows.ColumnCount; i++)
        {
            var name = rows.Schema.GetFieldByIndex(i).Name;
            if (!name.StartsWith(PredictionColumns.OutputPrefix, StringComparison.Ordinal) || ProfileFeeder.TypeOf(rows.Column(i)) is not { } type) continue;
            if (profile.Column(name).Rows < before) profile.Column(name).AddMissing(before - profile.Column(name).Rows);
            Add(profile, rows, name, reference.Profile.TryGet(name, out var known) ? ProfileFeeder.TypeOf(known) : type);
        }
    }

    private void Add(DatasetProfile profile, Apache.Arrow.RecordBatch rows, string name, ColumnType type)
    {
        var column = ColumnReader.Find(rows, name);
        if (column is not null) _there.Add(name);
        if (column is Apache.Arrow.StringArray && column.NullCount < column.Length) _texts.Add(name);
        ProfileFeeder.Add(profile.Column(name), column, rows.Length, type);
    }
}
