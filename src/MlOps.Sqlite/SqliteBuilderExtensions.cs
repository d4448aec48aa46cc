using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.Relational;
using MlOps.Sqlite;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps runs, checkpoints, lineage, feature definitions and models, and features for reading at once, in SQLite files.</summary>
public static class SqliteBuilderExtensions
{
    /// <summary>Chooses SQLite for the metadata store, the checkpoint store, the lineage store, the feature catalog, what monitors remember and the model registry. The file is created, and brought to the newest version, when it is first used.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionStringOrPath">The path of the file or a connection string; null takes it from <c>MlOps:Sqlite</c>, and without that mlops.db in the folder of <see cref="MlOpsOptions"/>.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UseSqlite(this MlOpsBuilder builder, string? connectionStringOrPath = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (connectionStringOrPath is not null) ArgumentException.ThrowIfNullOrWhiteSpace(connectionStringOrPath);
        var options = builder.Services.AddOptions<SqliteOptions>().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqliteOptions>, SqliteOptionsValidator>());
        options.BindConfigurationWhenPresent("MlOps:Sqlite");
        options.Validate(
            static o => o.ConnectionString is not { } text || SqliteConnections.Parse(text) is not null,
            "MlOps:Sqlite:ConnectionString names no file. The stores need one, because several connections and processes share it; for tests there is UseInMemoryStores in MlOps.Testing.");
        if (connectionStringOrPath is not null) options.Configure(o => o.ConnectionString = connectionStringOrPath);
        builder.Services.TryAddSingleton(static services =>
        {
            var sqlite = services.GetRequiredService<IOptions<SqliteOptions>>().Value;
            var file = services.GetRequiredService<IOptions<MlOpsOptions>>().Value.PathOf("mlops.db");
            return new SqliteDatabase(sqlite.ConnectionString is { } text ? SqliteConnections.Parse(text)! : new SqliteConnectionStringBuilder { DataSource = file }, sqlite.BusyTimeout);
        });
        return builder
            .Use<IMetadataStore>(static services => new RelationalMetadataStore(services.GetRequiredService<SqliteDatabase>()))
            .Use<ICheckpointStore>(static services => new RelationalCheckpointStore(services.GetRequiredService<SqliteDatabase>(), services.GetRequiredService<TimeProvider>()))
            .Use<ILineageStore>(static services => new RelationalLineageStore(services.GetRequiredService<SqliteDatabase>()))
            .Use<IFeatureCatalog>(static services => new RelationalFeatureCatalog(services.GetRequiredService<SqliteDatabase>()))
            .Use<IMonitorStore>(static services => new RelationalMonitorStore(services.GetRequiredService<SqliteDatabase>()))
            .Use<IModelRegistry>(static services => new RelationalModelRegistry(
                services.GetRequiredService<SqliteDatabase>(), services.GetServices<IAliasGate>(), services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<RelationalModelRegistry>>()));
    }

    /// <summary>Chooses a SQLite file of its own for the online store: it lasts, and all processes of the machine share it. The file is created when it is first used.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="file">The path of the file; null takes it from <c>MlOps:SqliteOnlineStore</c>, and without that features.db in the folder of <see cref="MlOpsOptions"/>.</param>
    /// <returns>The builder.</returns>
    public static MlOpsBuilder UseSqliteOnlineStore(this MlOpsBuilder builder, string? file = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (file is not null) ArgumentException.ThrowIfNullOrWhiteSpace(file);
        var options = builder.Services.AddOptions<SqliteOnlineStoreOptions>().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqliteOnlineStoreOptions>, SqliteOnlineStoreOptionsValidator>());
        options.BindConfigurationWhenPresent("MlOps:SqliteOnlineStore");
        options.Validate(
            static o => o.File is not { } text || SqliteConnections.Parse(text)?.DataSource == text,
            "MlOps:SqliteOnlineStore:File is not the path of a file. For a store in memory there is UseInProcessOnlineStore.");
        if (file is not null) options.Configure(o => o.File = file);
        return builder.Use<IOnlineStore>(static services =>
        {
            var sqlite = services.GetRequiredService<IOptions<SqliteOnlineStoreOptions>>().Value;
            var folder = services.GetRequiredService<IOptions<MlOpsOptions>>().Value;
            return new SqliteOnlineStore(sqlite.File ?? folder.PathOf("features.db"), sqlite.BusyTimeout, services.GetRequiredService<TimeProvider>());
        });
    }
}
