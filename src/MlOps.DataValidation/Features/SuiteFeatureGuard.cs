using System.Collections.Concurrent;
using Apache.Arrow;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Holds rows of a feature view to the expectations about rows of a suite. Compiled once for each set of columns.</summary>
internal sealed class SuiteFeatureGuard(string view, ExpectationSuite suite, RefusedRows onWrite, RefusedRows? onRead, ILogger<SuiteFeatureGuard> logger) : IFeatureGuard
{
    private readonly ConcurrentDictionary<DatasetSchema, Compiled> _compiled = new();

    public string View => view;

    public RefusedRows OnWrite => onWrite;

    public RefusedRows? OnRead => onRead;

    public IReadOnlyList<InputFinding> Check(RecordBatch rows)
    {
        var compiled = _compiled.GetOrAdd(DatasetSchema.FromArrow(rows.Schema), Compile);
        if (compiled.Suite.Expectations.Count == 0) return [];
        if (!compiled.Spare.TryTake(out var checker)) checker = new(compiled.Suite, compiled.Schema);
        var findings = checker.Check(rows);
        if (checker.Error is null) compiled.Spare.Add(checker);
        else findings.Add(new(0, null, $"it can be checked: {checker.Error}", IsRefused: true)); // an expectation that has stopped would let everything pass
        return findings;
    }

    private Compiled Compile(DatasetSchema columns)
    {
        var schema = columns.ToArrow();
        var (asked, others) = RowExpectations.Of(suite, schema);
        if (others.Count > 0) logger.NotAskedOfFeatures(suite.Name, view, string.Join("; ", others));
        return new(new(suite.Name, asked), schema);
    }

    private sealed record Compiled(ExpectationSuite Suite, Schema Schema)
    {
        public ConcurrentBag<RowsChecker> Spare { get; } = [];
    }
}
