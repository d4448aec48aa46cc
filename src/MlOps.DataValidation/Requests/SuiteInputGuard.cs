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
        var (asked, others) = RowExpectations.Of(suite, schema);
        if (others.Count > 0) logger.NotAsked(suite.Name, model, string.Join("; ", others));
        return new(new(suite.Name, asked), schema);
    }

    private sealed record Compiled(ExpectationSuite Suite, Schema Schema)
    {
        public ConcurrentBag<RowsChecker> Spare { get; } = [];
    }
}
