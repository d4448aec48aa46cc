using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Holds requests to the expectations about rows of a suite. Compiled once for the columns of each version of the model.</summary>
internal sealed class SuiteInputGuard(string model, ExpectationSuite suite, ILogger<SuiteInputGuard> logger) : IModelInputGuard
{
    private readonly ConditionalWeakTable<DatasetSchema, Compiled> _compiled = [];

    public string Model => model;

    public IReadOnlyList<InputFinding> Check(DatasetSchema schema, IReadOnlyList<Tensor> inputs)
    {
        var compiled = _compiled.GetValue(schema, Compile);
        if (compiled.Suite.Expectations.Count == 0) return [];
        if (!compiled.Spare.TryTake(out var checker)) checker = new(compiled.Suite, compiled.Schema);
        using var batch = InputBatch.Of(compiled.Schema, schema, inputs);
        var findings = checker.Check(batch);
        if (checker.Error is null) compiled.Spare.Add(checker);
        else findings.Add(new(0, null, $"it can be checked: {checker.Error}", IsRefused: true)); // an expectation that has stopped would let everything pass
        return findings;
    }

    // What looks at other rows or at columns that the model does not take, such as its label, cannot be asked of a request.
    private Compiled Compile(DatasetSchema inputs)
    {
        var schema = InputBatch.SchemaOf(inputs);
        var plan = new CheckPlan(ArrowFeed.ColumnsOf(schema), new());
        var planned = suite.Expectations.Select(expectation => (Expectation: expectation, Check: Plan(expectation, plan))).ToList();
        var asked = planned.Where(p => p.Check is RowCheck { Rule.IsLocal: true }).Select(p => p.Expectation).ToList();
        var others = planned.Where(p => p.Check is not (RowCheck { Rule.IsLocal: true } or { IsAboutColumns: true }) || (p.Check.IsAboutColumns && !p.Check.Finish().Success)).Select(p => p.Expectation.Filtered).ToList();
        if (others.Count > 0) logger.NotAsked(suite.Name, model, string.Join("; ", others));
        return new(new(suite.Name, asked), schema);
    }

    private static Check? Plan(Expectation expectation, CheckPlan plan)
    {
        try
        {
            plan.Filter(expectation.Where);
            return expectation.Plan(plan);
        }
        catch (CheckException)
        {
            return null;
        }
    }

    private sealed record Compiled(ExpectationSuite Suite, Schema Schema)
    {
        public ConcurrentBag<Checker> Spare { get; } = [];
    }

    /// <summary>A pass that is used for one request after the other. Not thread-safe.</summary>
    private sealed class Checker
    {
        private readonly ValidationPass _pass;
        private readonly ArrowFeed _feed;

        public Checker(ExpectationSuite suite, Schema schema)
        {
            _pass = new(suite, new CheckPlan(ArrowFeed.ColumnsOf(schema), new() { SampleSize = 0 }), keepFailed: true);
            _feed = new(_pass.Block, schema);
        }

        /// <summary>Gets why an expectation is no longer checked; null when all are.</summary>
        public string? Error => _pass.Error;

        public List<InputFinding> Check(RecordBatch batch)
        {
            List<InputFinding> findings = [];
            _feed.Start(batch);
            while (_feed.Next())
            {
                _pass.Judge();
                for (var row = 0; row < _pass.Block.Length; row++)
                {
                    if (!_pass.Fails(row)) continue;
                    foreach (var failed in _pass.FailuresOf(row))
                        findings.Add(new(_feed.Start0 + row, failed.Columns.Count == 1 ? failed.Columns[0] : null, failed.Filtered, failed.Severity == Severity.Error));
                }
            }

            return findings;
        }
    }
}
