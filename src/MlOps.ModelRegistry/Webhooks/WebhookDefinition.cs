namespace MlOps.ModelRegistry;

/// <summary>A webhook that a host has, by its name.</summary>
internal sealed record WebhookDefinition(string Name);
