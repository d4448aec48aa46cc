using MlOps.Core;
using MlOps.Postgres;
using Npgsql;

namespace TrackingServer;

/// <summary>Sets the tables in PostgreSQL back, by copying those of an empty schema beside them.</summary>
internal sealed class PostgresReset : IStoreReset
{
    private const string EmptySchema = "mlops_empty";

    private static readonly string Schema = new PostgresOptions().Schema;

    private readonly NpgsqlDataSource _source;

    private PostgresReset(string connectionString) => _source = NpgsqlDataSource.Create(connectionString);

    /// <summary>Makes an empty schema beside the real one, to copy from, and sees to it that the real one is there.</summary>
    public static async Task<PostgresReset> CreateAsync(string connectionString)
    {
        foreach (var schema in (string[])[EmptySchema, Schema])
        {
            await using var services = new ServiceCollection().AddMlOpsCore().UsePostgres(options => (options.ConnectionString, options.Schema) = (connectionString, schema)).Services.AddLogging().BuildServiceProvider();
            await services.GetRequiredService<IMetadataStore>().FindExperimentAsync(Experiment.DefaultId);
        }

        return new(connectionString);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var tables = new List<string>();
        await using (var select = new NpgsqlCommand("SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tablename <> 'schema_versions' ORDER BY tablename", connection, transaction) { Parameters = { new() { Value = EmptySchema } } })
        await using (var reader = await select.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken)) tables.Add(reader.GetString(0));
        }

        // The history of the registry refuses to be changed, except by its owner, who says so.
        await ExecuteAsync($"ALTER TABLE {Schema}.registry_events DISABLE TRIGGER USER");
        await ExecuteAsync($"TRUNCATE {string.Join(", ", tables.Select(table => $"{Schema}.{table}"))} RESTART IDENTITY");
        foreach (var table in tables) await ExecuteAsync($"INSERT INTO {Schema}.{table} OVERRIDING SYSTEM VALUE SELECT * FROM {EmptySchema}.{table}");
        await ExecuteAsync($"ALTER TABLE {Schema}.registry_events ENABLE TRIGGER USER");
        await transaction.CommitAsync(cancellationToken);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
