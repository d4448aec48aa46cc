using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Gives what the predictions of a monitor are compared with, where that is not the training data of the version: a profile that was fitted before and saved. Thread-safe. A host registers its own.</summary>
/// <remarks>The profiles of the host's processes or of several periods merge to one; see <see cref="DatasetProfile.Merge"/>.</remarks>
public interface IReferenceSource
{
    /// <summary>Looks for the reference of a monitor.</summary>
    /// <param name="context">The monitor, the version and the window.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The profile, as <see cref="ReferenceProfiler"/> fits it, which the caller does not change; null when the next source is to be asked, and after the last one the training data of the version are taken.</returns>
    ValueTask<DatasetProfile?> FindAsync(MonitorContext context, CancellationToken cancellationToken);
}
