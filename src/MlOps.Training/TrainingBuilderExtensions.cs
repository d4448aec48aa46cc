using Microsoft.Extensions.DependencyInjection.Extensions;
using MlOps.Core;
using MlOps.Training;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds training with ML.NET to a host.</summary>
public static class TrainingBuilderExtensions
{
    /// <summary>Adds what the stages Train, Evaluate and Accept need, and <see cref="ITreeLearner"/> with LightGBM.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddTraining(this MlOpsBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddTransient<ModelTrainer>();
        builder.Services.TryAddTransient<ModelJudge>();
        builder.Services.TryAddSingleton<ITreeLearner, LightGbmTreeLearner>();
        return builder;
    }

    internal static T GetTraining<T>(this IServiceProvider services)
        where T : class => services.GetService<T>() ?? throw new TrainingException("This host has no training. Add .AddTraining() to AddMlOps().");
}
