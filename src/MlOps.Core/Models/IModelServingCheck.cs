namespace MlOps.Core;

/// <summary>Says whether this host may serve a version of a model. A host may add several; serving asks each before it loads a version. Thread-safe.</summary>
public interface IModelServingCheck
{
    /// <summary>Refuses a version that this host must not serve. The version that serves at the time goes on.</summary>
    /// <param name="version">The version.</param>
    /// <exception cref="MlOpsException">It must not be served here; the message says what to do.</exception>
    void Check(ModelVersion version);
}
