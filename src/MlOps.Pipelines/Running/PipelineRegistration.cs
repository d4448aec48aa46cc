namespace MlOps.Pipelines;

/// <summary>Says that the host has a pipeline.</summary>
/// <param name="Name">The name.</param>
/// <param name="Definition">The type of its definition.</param>
internal sealed record PipelineRegistration(string Name, Type Definition);
