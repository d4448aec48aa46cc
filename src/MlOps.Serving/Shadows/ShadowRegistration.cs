namespace MlOps.Serving;

/// <summary>A model that has a shadow.</summary>
/// <param name="Model">The model. Its options are read under this name.</param>
internal sealed record ShadowRegistration(string Model);
