using Microsoft.Extensions.Logging;
using MlOps.Core;
using MlOps.DataValidation;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Holds features to expectations.</summary>
public static class FeatureGuardBuilderExtensions
{
    /// <summary>Looks at the rows of a feature view before they are brought to the online store or kept as pushed, and, when it is asked to, at its features as they are read online. A row that fails an
    /// expectation of severity error is refused; one of severity warning is counted only (<see cref="Telemetry.FeatureRowsGuarded"/>).</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="view">The feature view. Its rows have the join keys and the features by name; those of a view of windows the columns that the windows are computed from. While reading, there are the features that were asked for.</param>
    /// <param name="suite">What is expected. Asked are the expectations about single rows whose columns are there; the others are logged once as a warning.</param>
    /// <param name="onWrite">What becomes of a refused row.</param>
    /// <param name="onRead">What becomes of refused values while reading: put aside, they are given as missing with the status of a missing value. Null does not look at reading.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddFeatureGuard(this MlOpsBuilder builder, string view, ExpectationSuite suite, RefusedRows onWrite = RefusedRows.PutAside, RefusedRows? onRead = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(view);
        ArgumentNullException.ThrowIfNull(suite);
        builder.Services.AddSingleton<IFeatureGuard>(services => new SuiteFeatureGuard(view, suite, onWrite, onRead, services.GetRequiredService<ILogger<SuiteFeatureGuard>>()));
        return builder;
    }
}
