using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>A model learned from other features than this host would give it.</summary>
public sealed class FeatureServiceMismatchException : MlOpsException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What differs and what to do about it.</param>
    /// <param name="trainedOn">What the model learned from.</param>
    /// <param name="defined">What this host defines; null when it does not define that version.</param>
    public FeatureServiceMismatchException(string message, FeatureServiceReference trainedOn, FeatureServiceReference? defined)
        : base(message) => (TrainedOn, Defined) = (trainedOn, defined);

    /// <summary>Gets what the model learned from.</summary>
    public FeatureServiceReference TrainedOn { get; }

    /// <summary>Gets what this host defines; null when it does not define that version.</summary>
    public FeatureServiceReference? Defined { get; }
}
