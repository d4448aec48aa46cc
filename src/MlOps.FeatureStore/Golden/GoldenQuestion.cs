using System.Globalization;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>What a test asks: the rows that features are wanted for, and what it expects of them.</summary>
internal sealed class GoldenQuestion
{
    private const string Usual = "event_timestamp";

    private readonly IReadOnlyList<(string Name, IArrowArray Values)> _expected;
    private readonly string _timeColumn;
    private int _compared;

    private GoldenQuestion(TrainingSetQuery query, RecordBatch rows, IReadOnlyList<string> views, IReadOnlyList<(string Name, IArrowArray Values)> expected) =>
        (Query, Rows, Views, _expected, _timeColumn) = (query, rows, views, expected, query.TimeColumn);

    /// <summary>Gets what to ask. Its rows are those of <see cref="Rows"/>, once they are kept.</summary>
    public TrainingSetQuery Query { get; }

    /// <summary>Gets the rows without what is expected of them.</summary>
    public RecordBatch Rows { get; }

    /// <summary>Gets the views that are read.</summary>
    public IReadOnlyList<string> Views { get; }

    /// <summary>Finds the features of a view, a computed view or a service.</summary>
    public static FeatureSelection Resolve(FeatureDefinitions definitions, string of)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(of);
        if (FeaturesOf(definitions, of) is { } features) return FeatureSelection.Resolve(definitions, null, features, fullNames: false);
        return of.Contains('@', StringComparison.Ordinal) || definitions.Services.Any(s => s.Name == of)
            ? FeatureSelection.Resolve(definitions, of, [], fullNames: false)
            : throw new NotFoundException("feature view, computed view or feature service", of, $"There is: {string.Join(", ", definitions.Views.Select(v => v.Name).Concat(definitions.ComputedViews.Select(c => c.Name)).Concat(definitions.Services.Select(s => $"{s.Name}@{s.Version}")))}.");
    }

    /// <summary>Parts the expected rows into keys, time and columns of the request on one side, and features on the other.</summary>
    public static GoldenQuestion Ask(FeatureDefinitions definitions, string of, Func<HashSet<string>, RecordBatch> rows, string? timeColumn)
    {
        var all = Resolve(definitions, of);
        var expected = rows([.. all.Outputs.Select(o => o.Name), .. all.Views.SelectMany(v => v.KeyColumns), .. all.Request.Select(r => r.Name), timeColumn ?? Usual]);
        var schema = DatasetSchema.FromArrow(expected.Schema);
        var wanted = all.Outputs.Where(o => schema.Contains(o.Name)).ToList();
        if (wanted.Count == 0) throw new ArgumentException($"The expected rows name no feature of '{of}'. It has: {string.Join(", ", all.Outputs.Select(o => o.Name))}.", nameof(rows));
        var features = wanted.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);

        // Of a view only the features that are expected are asked for, and only their columns of the request are needed.
        var asked = all.Service is null ? FeatureSelection.Resolve(definitions, null, [.. wanted.Select(o => o.Reference.ToString())], fullNames: false) : all;
        var needed = asked.Views.SelectMany(v => v.KeyColumns).Concat(asked.Request.Select(r => r.Name)).ToHashSet(StringComparer.Ordinal);
        var rest = schema.Where(c => !features.Contains(c.Name)).ToList();
        var time = timeColumn ?? TimeOf(rest, needed);
        if (rest.Find(c => c.Name != time && !needed.Contains(c.Name)) is { } stray)
            throw new ArgumentException($"The expected rows have '{stray.Name}', which is no feature, key, time or column of the request of '{of}'. Its features are: {string.Join(", ", all.Outputs.Select(o => o.Name))}.", nameof(rows));
        var query = new TrainingSetQuery
        {
            Rows = EntityRows.Of(AsyncEnumerable.Empty<RecordBatch>()),
            TimeColumn = time,
            Service = all.Service is { } service ? string.Create(CultureInfo.InvariantCulture, $"{service.Name}@{service.Version}") : null,
            Features = [.. asked.Outputs.Select(o => o.Reference.ToString())],
        };
        return new(
            query,
            new(new DatasetSchema(rest).ToArrow(), rest.Select(c => ColumnOf(expected, c.Name)), expected.Length),
            [.. asked.Views.Select(v => v.View.Name).Distinct(StringComparer.Ordinal)],
            [.. wanted.Select(o => (o.Name, ColumnOf(expected, o.Name)))]);
    }

    /// <summary>Compares the next rows of the answer with what is expected.</summary>
    public void Compare(RecordBatch answer, double tolerance, List<string> differences)
    {
        for (var row = 0; row < answer.Length; row++, _compared++)
        {
            foreach (var (name, values) in _expected)
            {
                var (found, expected) = (ArrowValues.Read(ColumnOf(answer, name), row), ArrowValues.Read(values, _compared));
                if (!AreSame(found, expected, tolerance)) differences.Add($"{TextOf(_compared)}: {name} is {TextOf(found)}, and {TextOf(expected)} was expected.");
            }
        }
    }

    private static List<string>? FeaturesOf(FeatureDefinitions definitions, string of) =>
        definitions.Views.FirstOrDefault(v => v.Name == of)?.Features.Select(f => $"{of}:{f.Name}").ToList()
        ?? definitions.FindComputed(of)?.Features.Select(f => $"{of}:{f.Name}").ToList();

    private static string TimeOf(List<Column> columns, HashSet<string> needed)
    {
        if (columns.Exists(c => c.Name == Usual)) return Usual;
        var times = columns.FindAll(c => c.Type is ColumnType.Timestamp or ColumnType.Date && !needed.Contains(c.Name));
        return times.Count == 1
            ? times[0].Name
            : throw new ArgumentException($"The expected rows have {(times.Count == 0 ? "no time" : $"several times: {string.Join(", ", times.Select(t => t.Name))}")}. Say with timeColumn which property holds it.", nameof(columns));
    }

    private static bool AreSame(FeatureValue found, FeatureValue expected, double tolerance)
    {
        if (found.IsMissing || expected.IsMissing) return found.IsMissing == expected.IsMissing;
        if (!IsNumber(found) || !IsNumber(expected)) return found == expected;
        var (one, other) = (found.ToDouble(), expected.ToDouble());
        return one.Equals(other) || Math.Abs(one - other) <= tolerance * Math.Max(1, Math.Abs(other));
    }

    private static bool IsNumber(FeatureValue value) => value.Type is ColumnType.Float64 or ColumnType.Int64;

    private static IArrowArray ColumnOf(RecordBatch batch, string name) => batch.Column(batch.Schema.GetFieldIndex(name));

    private string TextOf(int row)
    {
        var columns = Rows.Schema.FieldsList.Select(f => $"{f.Name} = {TextOf(ArrowValues.Read(ColumnOf(Rows, f.Name), row))}").OrderBy(c => c.StartsWith(_timeColumn + " ", StringComparison.Ordinal));
        return string.Create(CultureInfo.InvariantCulture, $"Row {row + 1} ({string.Join(", ", columns)})");
    }

    private static string TextOf(FeatureValue value) => value.ToObject() switch
    {
        null => "missing",
        DateTimeOffset time => time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFK", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexStringLower(bytes),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture) ?? string.Empty,
    };
}
