using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.DuckDb;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds files that hold features.</summary>
public static class DuckDbWarehouseBuilderExtensions
{
    /// <summary>Adds a folder of Parquet tables, or a database file of DuckDB, whose tables and queries feature views name by this warehouse. DuckDB joins them inside the process; it reads that place and nothing else.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name by which feature views call the warehouse.</param>
    /// <param name="path">The folder or the file; null takes it from <c>MlOps:Warehouses:{name}</c>.</param>
    /// <param name="configure">Sets options; it has the last word. Null leaves them.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">There is a warehouse of this name already.</exception>
    public static MlOpsBuilder AddDuckDbWarehouse(this MlOpsBuilder builder, string name, string? path = null, Action<DuckDbWarehouseOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (path is not null) ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var services = builder.AddWarehouse(name, s => new DuckDbWarehouse(name, s.GetRequiredService<IOptionsMonitor<DuckDbWarehouseOptions>>().Get(name))).Services;
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DuckDbWarehouseOptions>, DuckDbWarehouseOptionsValidator>());
        var options = services.AddOptions<DuckDbWarehouseOptions>(name).BindConfigurationWhenPresent($"MlOps:Warehouses:{name}").ValidateOnStart();
        if (path is not null) options.Configure(o => o.Path = path);
        if (configure is not null) options.Configure(configure);
        return builder;
    }
}
