using MlOps.ModelRegistry;

namespace MlOps.Core;

/// <summary>Adds registration and promotion to a pipeline.</summary>
public static class RegistryPipelineExtensions
{
    /// <summary>Registers a judged model that is blessed, and points an alias to it. A model that is not blessed is no error: it is refused, with reasons.</summary>
    /// <param name="evaluated">The judged model.</param>
    /// <param name="alias">The alias that the newest version gets.</param>
    /// <param name="stage">Sets how the stage is run; null for the defaults.</param>
    /// <returns>The version, or why there is none.</returns>
    /// <remarks>
    /// The stage is not cached, because it depends on the registry, but running it again changes nothing: when the newest version of the model has the same
    /// bundle, that version is taken. So an unchanged pipeline that runs every night does not make a version every night.
    /// </remarks>
    public static StageOutput<Registration> Register(
        this StageOutput<EvaluatedCandidate> evaluated, string alias = ModelNames.Challenger, Action<StageOptions>? stage = null)
    {
        ArgumentNullException.ThrowIfNull(evaluated);
        ModelNames.CheckAlias(alias);
        return evaluated.Then(new RegisterStage(alias), Uncached(stage));
    }

    /// <summary>Points an alias to a registered version, when the version is blessed and was compared with the one that has the alias now. Otherwise it is refused, with reasons.</summary>
    /// <param name="registration">The registration.</param>
    /// <param name="alias">The alias.</param>
    /// <param name="stage">Sets how the stage is run; null for the defaults.</param>
    /// <returns>What became of it.</returns>
    /// <remarks>
    /// A gate that asks for a comparison must ask for one with the same alias. When that alias has moved since, be it during the promotion itself, the
    /// comparison says nothing any more and the promotion is refused. A gate without a comparison promotes whatever meets its bounds.
    /// </remarks>
    public static StageOutput<Promotion> Promote(
        this StageOutput<Registration> registration, string alias = ModelNames.Champion, Action<StageOptions>? stage = null)
    {
        ArgumentNullException.ThrowIfNull(registration);
        ModelNames.CheckAlias(alias);
        return registration.Then(new PromoteStage(alias), Uncached(stage));
    }

    private static Action<StageOptions> Uncached(Action<StageOptions>? stage) => options =>
    {
        options.Cache = false;
        stage?.Invoke(options);
    };
}
