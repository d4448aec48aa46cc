using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Holds a dataset, the first one of its inputs, to a suite; the others are the tables that the suite refers to.</summary>
internal sealed record ValidateStage(
    ExpectationSuite Suite, FailureAction OnFailure, int SampleSize, IReadOnlyList<string> KeyColumns, IReadOnlyList<string> References, IReadOnlyList<HistoryRule> History)
    : IPipelineStage<IReadOnlyList<Dataset>, Dataset>, ICacheKeySource
{
    /// <summary>A suite that looks at the clock has no answer that lasts.</summary>
    public ValueTask<string?> GetCacheKeyAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Suite.Expectations.Any(e => e is Fresh) ? null : "unchanging");

    public Task<Dataset> RunAsync(IReadOnlyList<Dataset> input, StageContext context, CancellationToken cancellationToken) =>
        new StageValidation(Suite, OnFailure, History, context).RunAsync(
            input[0],
            new() { SampleSize = SampleSize, KeyColumns = KeyColumns, Time = context.Time, Seed = context.Seed },
            References.Zip(input.Skip(1)).ToDictionary(r => r.First, r => r.Second, StringComparer.Ordinal),
            cancellationToken);
}
