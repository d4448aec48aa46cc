using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Monitoring.Tests;

/// <summary>The learner of trees that a host with training has.</summary>
internal static class Learners
{
    public static ITreeLearner Trees { get; } = Create();

    private static ITreeLearner Create()
    {
        var services = new ServiceCollection();
        new MlOpsBuilder(services).AddTraining();
        return services.BuildServiceProvider().GetRequiredService<ITreeLearner>();
    }
}
