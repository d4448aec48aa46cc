using Microsoft.Extensions.Logging;
using MlOps.Core;
using MlOps.DataValidation;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Holds the requests to a model to what its training data was held to.</summary>
public static class RequestBuilderExtensions
{
    /// <summary>Looks at each request before the model does, over HTTP and in process. A row that fails an expectation of severity error has the request refused with the row and the column named;
    /// one of severity warning is answered, counted by <see cref="Telemetry.InputsFlagged"/>, and named in the parameter <c>warnings</c> of the answer.</summary>
    /// <remarks>
    /// Asked are the expectations about single rows whose columns the model takes; the others, such as uniqueness, statistics, or the range of the label, cannot be asked of a request and are logged
    /// once as a warning. <see cref="Expectation.Mostly"/> makes no difference: each row counts.
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="model">The model.</param>
    /// <param name="suite">What is expected.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder AddInputGuard(this MlOpsBuilder builder, string model, ExpectationSuite suite)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(suite);
        ModelNames.CheckModel(model);
        builder.Services.AddSingleton<IModelInputGuard>(services => new SuiteInputGuard(model, suite, services.GetRequiredService<ILogger<SuiteInputGuard>>()));
        return builder;
    }
}
