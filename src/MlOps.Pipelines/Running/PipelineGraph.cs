using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>The graph of one run, with what was asked for.</summary>
/// <param name="Name">The pipeline.</param>
/// <param name="Stages">The stages; a stage stands after its inputs.</param>
/// <param name="Parameters">The parameters with their values, defaults included, as they are recorded: without secrets.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Definition">The class that built it.</param>
internal sealed record PipelineGraph(
    string Name, IReadOnlyList<StageNode> Stages, IReadOnlyDictionary<string, string> Parameters, int Seed, PipelineRequest Request, Type Definition)
{
    /// <summary>Gets what tells this request from another of the same pipeline, as JSON.</summary>
    public string Identity => JsonSerializer.Serialize(
        new { parameters = new SortedDictionary<string, string>(Parameters.ToDictionary(), StringComparer.Ordinal), seed = Seed, force = Request.Force },
        MlOpsJson.Options);

    /// <summary>Lets the definition build its graph.</summary>
    /// <param name="registration">The pipeline.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="options">The options of the pipeline.</param>
    /// <param name="services">The services of the run's scope.</param>
    /// <returns>The graph.</returns>
    /// <exception cref="ArgumentException">A parameter is wrong or unknown, or a stage hides what it depends on.</exception>
    public static PipelineGraph Build(PipelineRegistration registration, PipelineRequest request, PipelineOptions options, IServiceProvider services)
    {
        var builder = new PipelineBuilder(request.Parameters);
        ((PipelineDefinition)services.GetRequiredService(registration.Definition)).Define(builder);
        if (request.Parameters.Keys.FirstOrDefault(name => !builder.Parameters.ContainsKey(name)) is { } unknown)
        {
            var known = builder.Parameters.Count == 0 ? "It has none." : $"It has: {string.Join(", ", builder.Parameters.Keys.Order(StringComparer.Ordinal))}.";
            throw new ArgumentException($"Pipeline '{registration.Name}' has no parameter '{unknown}'. {known}", nameof(request));
        }

        if (builder.Stages.Count == 0)
            throw new ArgumentException($"Pipeline '{registration.Name}' has no stages. Add some in {registration.Definition.Name}.{nameof(PipelineDefinition.Define)}.", nameof(registration));
        foreach (var stage in builder.Stages)
        {
            if (stage.Instance is { } instance) StageParameters.RefuseHiddenState(instance);
        }

        var parameters = builder.Parameters.ToDictionary(p => p.Key, p => StageParameters.Masked(p.Key, p.Value), StringComparer.Ordinal);
        return new(registration.Name, builder.Stages, parameters, request.Seed ?? options.Seed, request, registration.Definition);
    }
}
