using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.DuckDb;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the embedded columnar engine to a host.</summary>
public static class DuckDbBuilderExtensions
{
    /// <summary>Reads and writes files and runs SQL with DuckDB, inside the process.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code, after configuration; null leaves them.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UseDuckDb(this MlOpsBuilder builder, Action<DuckDbOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DuckDbOptions>, DuckDbOptionsValidator>());
        var options = builder.Services.AddOptions<DuckDbOptions>().ValidateOnStart();
        options.BindConfigurationWhenPresent("MlOps:DuckDb");
        if (configure is not null) options.Configure(configure);
        return builder.Use<IColumnarEngine>(services => new DuckDbEngine(services.GetRequiredService<IOptions<DuckDbOptions>>()));
    }
}
