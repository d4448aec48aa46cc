using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>The version loads in this host and predicts its samples. What fails for a passing reason, as a locked store, is no objection but an error of the call.</summary>
internal sealed record LoadCheck : IModelCheck
{
    public async ValueTask<string?> ObjectionAsync(ModelQuestion question, CancellationToken cancellationToken)
    {
        try
        {
            using var model = await question.Services.GetRequiredService<IModelLoader>().LoadAsync(question.Candidate, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (MlOpsException e) when (!e.IsTransient)
        {
            return $"It must load here and predict its samples, but it does not: {e.Message}";
        }
    }
}
