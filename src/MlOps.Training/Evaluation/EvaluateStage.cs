using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Training;

/// <summary>Judges a model on the validation split.</summary>
/// <param name="Gates">The standards; with none the model is not blessed.</param>
/// <param name="Slices">By which columns it is judged on parts of the rows, too.</param>
public sealed record EvaluateStage(IReadOnlyList<Gate> Gates, IReadOnlyList<SliceBy> Slices) : IPipelineStage<Candidate, EvaluatedCandidate>, ICacheKeySource
{
    /// <inheritdoc/>
    public async Task<EvaluatedCandidate> RunAsync(Candidate input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(context);
        var judge = context.Services.GetTraining<ModelJudge>();
        return new(input.Bundle, input.Split, await judge.JudgeAsync(input.Bundle, input.Split.Validation, Gates, Slices, string.Empty, context, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetCacheKeyAsync(IServiceProvider services, CancellationToken cancellationToken) => ModelJudge.GetCacheKeyAsync(Gates, services, cancellationToken);
}

/// <summary>Judges a model that passed on the validation split on the locked holdout.</summary>
/// <param name="Gates">The standards.</param>
/// <param name="Slices">By which columns it is judged on parts of the rows, too.</param>
public sealed record AcceptStage(IReadOnlyList<Gate> Gates, IReadOnlyList<SliceBy> Slices) : IPipelineStage<EvaluatedCandidate, EvaluatedCandidate>, IAcceptanceStage, ICacheKeySource
{
    /// <inheritdoc/>
    public async Task<EvaluatedCandidate> RunAsync(EvaluatedCandidate input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(context);
        if (!input.Evaluation.IsBlessed)
        {
            context.Report("the holdout stays closed: the model did not pass on the validation split", 1);
            context.SetTag("acceptance", "not blessed before");
            return input;
        }

        var judge = context.Services.GetTraining<ModelJudge>();
        var holdout = context.OpenHoldout(input.Split.Holdout);
        return input with { Acceptance = await judge.JudgeAsync(input.Bundle, holdout, Gates, Slices, "holdout.", context, cancellationToken).ConfigureAwait(false) };
    }

    /// <inheritdoc/>
    public ValueTask<string?> GetCacheKeyAsync(IServiceProvider services, CancellationToken cancellationToken) => ModelJudge.GetCacheKeyAsync(Gates, services, cancellationToken);
}
