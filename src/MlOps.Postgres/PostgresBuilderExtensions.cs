using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Postgres;
using MlOps.Relational;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps runs, checkpoints, lineage, feature definitions and models, and features for reading at once, in PostgreSQL.</summary>
public static class PostgresBuilderExtensions
{
    /// <summary>
    /// Chooses PostgreSQL, 15 or later, for the metadata store, the checkpoint store, the lineage store, the feature catalog, what monitors remember and the model registry. The schema and its tables are created, and brought to the newest version, when they are first used;
    /// the database must be there.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">The connection string; null takes it from <c>MlOps:Postgres</c>.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UsePostgres(this MlOpsBuilder builder, string? connectionString = null)
    {
        if (connectionString is not null) ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return builder.UsePostgres(options => options.ConnectionString = connectionString ?? options.ConnectionString);
    }

    /// <summary>Chooses PostgreSQL as <see cref="UsePostgres(MlOpsBuilder, string?)"/> does, with other options.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options; it has the last word.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UsePostgres(this MlOpsBuilder builder, Action<PostgresOptions> configure)
    {
        AddDatabase(builder, configure);
        return builder
            .Use<IMetadataStore>(static services => new RelationalMetadataStore(services.GetRequiredService<PostgresDatabase>()))
            .Use<ICheckpointStore>(static services => new RelationalCheckpointStore(services.GetRequiredService<PostgresDatabase>(), services.GetRequiredService<TimeProvider>()))
            .Use<ILineageStore>(static services => new RelationalLineageStore(services.GetRequiredService<PostgresDatabase>()))
            .Use<IFeatureCatalog>(static services => new RelationalFeatureCatalog(services.GetRequiredService<PostgresDatabase>()))
            .Use<IMonitorStore>(static services => new RelationalMonitorStore(services.GetRequiredService<PostgresDatabase>()))
            .Use<IModelRegistry>(static services => new RelationalModelRegistry(
                services.GetRequiredService<PostgresDatabase>(), services.GetServices<IAliasGate>(), services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<RelationalModelRegistry>>()));
    }

    /// <summary>Chooses PostgreSQL for the online store, in a table of its own beside those that <see cref="UsePostgres(MlOpsBuilder, string?)"/> has; both may be chosen, or one, and they share one connection pool.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">The connection string; null takes it from <c>MlOps:Postgres</c>, or from what <c>UsePostgres</c> was given.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UsePostgresOnlineStore(this MlOpsBuilder builder, string? connectionString = null)
    {
        if (connectionString is not null) ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        AddDatabase(builder, options => options.ConnectionString = connectionString ?? options.ConnectionString);
        return builder.Use<IOnlineStore>(static services => new PostgresOnlineStore(services.GetRequiredService<PostgresDatabase>(), services.GetRequiredService<TimeProvider>()));
    }

    /// <summary>Chooses PostgreSQL for the prediction log, in tables of its own beside those that <see cref="UsePostgres(MlOpsBuilder, string?)"/> has; both may be chosen, or one, and they share one connection pool. What waits to be stored still lies in files of each process.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">The connection string; null takes it from <c>MlOps:Postgres</c>, or from what <c>UsePostgres</c> was given.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UsePostgresPredictionLog(this MlOpsBuilder builder, string? connectionString = null)
    {
        if (connectionString is not null) ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        AddDatabase(builder, options => options.ConnectionString = connectionString ?? options.ConnectionString);
        return builder.Use<IPredictionStore>(static services => new PostgresPredictionStore(services.GetRequiredService<PostgresDatabase>()));
    }

    private static void AddDatabase(MlOpsBuilder builder, Action<PostgresOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = builder.Services.AddOptions<PostgresOptions>().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgresOptions>, PostgresOptionsValidator>());
        options.BindConfigurationWhenPresent("MlOps:Postgres");
        options.Validate(
            static o => o.ConnectionString is null || PostgresConnections.Parse(o.ConnectionString) is not null,
            "MlOps:Postgres:ConnectionString is no connection string of Npgsql with a host and a database. Write it as Host=db.example;Database=mlops;Username=mlops.");
        options.Configure(configure);
        builder.Services.TryAddSingleton(static services => new PostgresDatabase(
            services.GetRequiredService<IOptions<PostgresOptions>>().Value, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<PostgresDatabase>>()));
    }
}
