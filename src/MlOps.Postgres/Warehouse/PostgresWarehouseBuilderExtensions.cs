using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Postgres;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds PostgreSQL databases that hold features.</summary>
public static class PostgresWarehouseBuilderExtensions
{
    /// <summary>Adds a PostgreSQL database, 15 or later, whose tables and queries feature views name by this warehouse. It joins them itself.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name by which feature views call the warehouse.</param>
    /// <param name="connectionString">The connection string; null takes it from <c>MlOps:Warehouses:{name}</c>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">There is a warehouse of this name already.</exception>
    public static MlOpsBuilder AddPostgresWarehouse(this MlOpsBuilder builder, string name, string? connectionString = null)
    {
        if (connectionString is not null) ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return builder.AddPostgresWarehouse(name, options => options.ConnectionString = connectionString ?? options.ConnectionString);
    }

    /// <summary>Adds a PostgreSQL database as <see cref="AddPostgresWarehouse(MlOpsBuilder, string, string?)"/> does, with other options.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name by which feature views call the warehouse.</param>
    /// <param name="configure">Sets options; it has the last word.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">There is a warehouse of this name already.</exception>
    public static MlOpsBuilder AddPostgresWarehouse(this MlOpsBuilder builder, string name, Action<PostgresWarehouseOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(configure);
        var services = builder.AddWarehouse(name, s => new PostgresWarehouse(name, s.GetRequiredService<IOptionsMonitor<PostgresWarehouseOptions>>().Get(name))).Services;
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgresWarehouseOptions>, PostgresWarehouseOptionsValidator>());
        var options = services.AddOptions<PostgresWarehouseOptions>(name).BindConfigurationWhenPresent($"MlOps:Warehouses:{name}").ValidateOnStart();
        options.Validate(
            static o => o.ConnectionString is null || PostgresConnections.Parse(o.ConnectionString) is not null,
            $"MlOps:Warehouses:{name}:ConnectionString is no connection string of Npgsql with a host and a database. Write it as Host=db.example;Database=sales;Username=reader.");
        options.Configure(configure);
        return builder;
    }
}
