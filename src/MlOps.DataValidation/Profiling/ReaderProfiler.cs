using System.Data.Common;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Profiles the rows of an ADO.NET reader, with the types that the provider declares.</summary>
internal static class ReaderProfiler
{
    public static async Task<DatasetProfile> ProfileAsync(DbDataReader reader, ProfilingOptions options, CancellationToken cancellationToken)
    {
        if (options.Correlations.Count + options.Contingencies.Count > 0) throw new ArgumentException("Pairs of columns are measured in batches only. Profile the rows as a dataset.", nameof(options));
        var profile = new DatasetProfile(options.Statistics);
        var columns = Columns(reader, options).Select(c => (c.Column, Profile: profile.Column(c.Name))).ToArray();
        long rows = 0;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var (column, _) in columns) column.Take(reader);
            if (++rows % ValueBuffer.Rows == 0) Flush(ValueBuffer.Rows);
        }

        Flush((int)(rows % ValueBuffer.Rows));
        return profile;

        void Flush(int count)
        {
            foreach (var (column, into) in columns) column.Buffer.Flush(into);
            profile.AddRows(count);
            options.Progress?.Report(rows);
        }
    }

    private static IEnumerable<(string Name, Column Column)> Columns(DbDataReader reader, ProfilingOptions options)
    {
        var names = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToList();
        var twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null) throw new DataException($"Column '{twice}' stands twice in the data. Rename one of the two in the query.") { Column = twice };
        var lacking = options.Columns?.Except(names).FirstOrDefault();
        if (lacking is not null) throw new DataException($"There is no column '{lacking}' to profile. The data has: {string.Join(", ", names)}.") { Column = lacking };
        return names.Select((name, i) => (name, i)).Where(c => options.Columns is null || options.Columns.Contains(c.name)).Select(c => (c.name, Create(reader, c.i, c.name)));
    }

    private static Column Create(DbDataReader reader, int ordinal, string name)
    {
        var type = ValueAdders.StandIn(reader.GetFieldType(ordinal));
        return (Column)Activator.CreateInstance(typeof(Column<>).MakeGenericType(type), ordinal, name)!;
    }

    private abstract class Column(ValueBuffer buffer)
    {
        public ValueBuffer Buffer { get; } = buffer;

        public abstract void Take(DbDataReader reader);
    }

    private sealed class Column<T>(int ordinal, string name) : Column(new ValueBuffer<T>(name, ValueAdders.For<T>()))
    {
        public override void Take(DbDataReader reader)
        {
            var buffer = (ValueBuffer<T>)Buffer;
            if (reader.IsDBNull(ordinal)) buffer.AddMissing();
            else if (typeof(T) == typeof(string)) buffer.Add((T)(object)ValueAdders.TextOf(reader.GetValue(ordinal))!);
            else buffer.Add(reader.GetFieldValue<T>(ordinal));
        }
    }
}
