using MlOps.Core;

namespace MlOps.Relational;

/// <summary>What monitors remember, in a table.</summary>
internal sealed class RelationalMonitorStore(RelationalDatabase database) : IMonitorStore
{
    public Task<MonitorDocument?> ReadAsync(string key, CancellationToken cancellationToken = default)
    {
        MonitorStoreChecks.CheckKey(key);
        return database.ReadAsync(
            async session => (await session.FirstAsync<Row>($"""
                {Select}
                WHERE document_key = @Key
                """, new { Key = key }).ConfigureAwait(false))?.ToDocument(),
            cancellationToken);
    }

    public Task<IReadOnlyList<MonitorDocument>> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Contains('\0', StringComparison.Ordinal)) return Task.FromResult<IReadOnlyList<MonitorDocument>>([]); // no key has it, and PostgreSQL no text
        return database.ReadAsync<IReadOnlyList<MonitorDocument>>(
            async session => (await session.QueryAsync<Row>($"""
                {Select}
                WHERE substr(document_key, 1, length(@Prefix)) = @Prefix
                ORDER BY document_key
                """, new { Prefix = prefix }).ConfigureAwait(false)).ConvertAll(row => row.ToDocument()),
            cancellationToken);
    }

    public Task<bool> TryWriteAsync(string key, string json, long expected, CancellationToken cancellationToken = default)
    {
        MonitorStoreChecks.Check(key, json, expected);
        return database.WriteAsync(
            async session => await session.ExecuteAsync(expected == 0 ? Insert : Update, new { Key = key, Json = json, Expected = expected }).ConfigureAwait(false) > 0,
            cancellationToken);
    }

    private const string Select = """
        SELECT document_key AS Key, version AS Version, document AS Json
        FROM monitor_documents
        """;

    private const string Insert = """
        INSERT INTO monitor_documents (document_key, version, document)
        VALUES (@Key, 1, @Json)
        ON CONFLICT (document_key) DO NOTHING
        """;

    private const string Update = """
        UPDATE monitor_documents
        SET version = version + 1, document = @Json
        WHERE document_key = @Key AND version = @Expected
        """;

    private sealed class Row
    {
        public string Key { get; init; } = string.Empty;

        public long Version { get; init; }

        public string Json { get; init; } = string.Empty;

        public MonitorDocument ToDocument() => new(Key, Version, Json);
    }
}
