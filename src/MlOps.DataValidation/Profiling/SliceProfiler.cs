using System.Collections.ObjectModel;
using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Profiles rows as a whole and by slice, in one pass.</summary>
internal sealed class SliceProfiler(ProfilingOptions options, IReadOnlyList<Slicing> slicings)
{
    private readonly BatchProfiler _whole = new(options);
    private readonly SortedDictionary<string, BatchProfiler> _slices = new(StringComparer.Ordinal);

    public SlicedProfile Result =>
        new(_whole.Profile, new ReadOnlyDictionary<string, DatasetProfile>(new SortedDictionary<string, DatasetProfile>(_slices.ToDictionary(s => s.Key, s => s.Value.Profile), StringComparer.Ordinal)));

    /// <exception cref="DataException">A column is missing, or there are too many slices.</exception>
    public void Add(RecordBatch batch)
    {
        _whole.Add(batch);
        foreach (var slicing in slicings)
        {
            foreach (var (name, rows) in Divide(slicing, batch)) SliceOf(name).Add(RowGathering.Take(batch, rows));
        }
    }

    private static Dictionary<string, List<int>> Divide(Slicing slicing, RecordBatch batch)
    {
        var slices = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        if (slicing.Predicate is { } belongs)
        {
            var rows = slices[slicing.Name] = [];
            for (var row = 0; row < batch.Length; row++)
            {
                if (belongs(batch, row)) rows.Add(row);
            }

            return slices;
        }

        var arrays = slicing.Columns.Select(name => batch.Schema.GetFieldIndex(name) is var i and >= 0
            ? batch.Column(i)
            : throw new DataException($"There is no column '{name}' to slice by.") { Column = name }).ToArray();
        for (var row = 0; row < batch.Length; row++)
        {
            var name = string.Join(", ", slicing.Columns.Select((column, i) => $"{column}={CellValues.Text(arrays[i], row) ?? "null"}"));
            if (!slices.TryGetValue(name, out var rows)) slices[name] = rows = [];
            rows.Add(row);
        }

        return slices;
    }

    private BatchProfiler SliceOf(string name)
    {
        if (_slices.TryGetValue(name, out var slice)) return slice;
        if (_slices.Count == options.MaxSlices)
            throw new DataException($"There are more than {options.MaxSlices} slices. Slice by columns with fewer values, or raise {nameof(ProfilingOptions)}.{nameof(ProfilingOptions.MaxSlices)}.");
        return _slices[name] = new(options);
    }
}
