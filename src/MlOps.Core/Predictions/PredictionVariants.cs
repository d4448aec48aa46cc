namespace MlOps.Core;

/// <summary>The variants under which predictions are logged that no caller asked an alias for. Others are the aliases themselves, as champion. Do not call an alias as one of these.</summary>
public static class PredictionVariants
{
    /// <summary>A version that was given a request beside the one that answered. Nobody saw what it said. It is logged under the identifier of the answer, so that what becomes known of the answer is known of it too.</summary>
    public const string Shadow = "shadow";

    /// <summary>A row of a dataset that was scored.</summary>
    public const string Batch = "batch";
}
