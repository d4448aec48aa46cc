namespace MlOps.Core;

/// <summary>One stage of a pipeline: takes one value and makes a new one.</summary>
/// <typeparam name="TIn">What it takes. <see cref="Nothing"/> for a stage that starts a pipeline; a tuple for several inputs.</typeparam>
/// <typeparam name="TOut">What it makes: small and serialisable as JSON, such as a <see cref="Dataset"/>, a report or a record of the host's own.</typeparam>
/// <remarks>
/// A stage does not change its input. It takes time from <see cref="TimeProvider"/> and randomness from <see cref="StageContext.Seed"/>, so that two runs on the same
/// input give the same output. A stage without parameters is made by dependency injection, in a scope of its own; a stage with parameters is an instance,
/// best a record, whose public properties are its parameters: they are recorded and are part of the cache key.
/// </remarks>
public interface IPipelineStage<in TIn, TOut>
{
    /// <summary>Does the work.</summary>
    /// <param name="input">What the stages before have made.</param>
    /// <param name="context">The run that the stage belongs to.</param>
    /// <param name="cancellationToken">Stops the work: the run was cancelled or the stage took longer than its timeout.</param>
    /// <returns>The new value.</returns>
    Task<TOut> RunAsync(TIn input, StageContext context, CancellationToken cancellationToken);
}

/// <summary>Marks the stage that judges a model on the holdout: the only kind of stage that may open one.</summary>
public interface IAcceptanceStage;

/// <summary>Marks a stage whose purpose is to change something outside of its run, as the registry. A replay compares what it would be given and does not do it.</summary>
public interface IEffectStage;

/// <summary>The input of a stage that starts a pipeline.</summary>
public readonly record struct Nothing;
