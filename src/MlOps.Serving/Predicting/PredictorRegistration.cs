using MlOps.Core;

namespace MlOps.Serving;

/// <summary>A model that the host's own code predicts with.</summary>
/// <param name="Model">The model.</param>
/// <param name="Alias">The alias.</param>
/// <param name="Service">The predictor's service type.</param>
/// <param name="Check">Throws when the code cannot use a loaded version.</param>
internal sealed record PredictorRegistration(string Model, string Alias, Type Service, Action<ILoadedModel> Check);
