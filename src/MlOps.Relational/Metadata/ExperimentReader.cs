using System.Globalization;
using Dapper;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Reads experiments from the tables.</summary>
internal static class ExperimentReader
{
    private static readonly SearchColumns Columns = new(
        "e.experiment_id",
        new Dictionary<string, SearchColumn>
        {
            ["name"] = new("e.name"),
            ["creation_time"] = new("e.created_at"),
            ["last_update_time"] = new("e.updated_at"),
            ["experiment_id"] = new("e.experiment_id"),
        },
        new Dictionary<SearchEntity, SearchPart> { [SearchEntity.Tag] = new("experiment_tags", "experiment_id") });

    /// <summary>Reads an identifier as the store writes it.</summary>
    internal static bool TryParse(string text, out long id) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id.ToString(CultureInfo.InvariantCulture) == text;

    internal static async Task<Experiment?> FindAsync(Session session, long id) =>
        await CompleteAsync(session, await session.QueryAsync<ExperimentRow>(Select + "\nWHERE e.experiment_id = @Id", new { Id = id }).ConfigureAwait(false)).ConfigureAwait(false) is [var found] ? found : null;

    internal static async Task<Experiment?> FindByNameAsync(Session session, string name) =>
        await CompleteAsync(session, await session.QueryAsync<ExperimentRow>(Select + "\nWHERE e.name = @Name", new { Name = name }).ConfigureAwait(false)).ConfigureAwait(false) is [var found] ? found : null;

    internal static async Task<Page<Experiment>> SearchAsync(Session session, SearchPlan plan, ExperimentQuery query)
    {
        var parameters = new DynamicParameters(new { Limit = query.Limit + 1 });
        var search = new SearchSql(session.Database, Columns, plan, parameters);
        string[] view = query.View is LifecycleView.All ? [] : [query.View is LifecycleView.Active ? "e.deleted_at IS NULL" : "e.deleted_at IS NOT NULL"];
        var where = string.Join("\n    AND ", view.Concat(search.Conditions));
        var sql = $"""
            {Select}{search.Joins}
            {(where.Length == 0 ? string.Empty : "WHERE " + where)}
            ORDER BY {search.OrderBy}
            LIMIT @Limit
            """;
        var rows = await session.QueryAsync<ExperimentRow>(sql, parameters).ConfigureAwait(false);
        if (rows.Count <= query.Limit) return new(await CompleteAsync(session, rows).ConfigureAwait(false), null);
        rows.RemoveAt(query.Limit);
        parameters.Add("Last", rows[^1].Id);
        var keys = await session.RowAsync($"SELECT {search.KeyColumns} FROM experiments e{search.Joins} WHERE e.experiment_id = @Last", parameters).ConfigureAwait(false);
        return new(await CompleteAsync(session, rows).ConfigureAwait(false), plan.NextOf(search.ReadKeys(keys)));
    }

    private static async Task<IReadOnlyList<Experiment>> CompleteAsync(Session session, List<ExperimentRow> rows)
    {
        if (rows.Count == 0) return [];
        var tags = (await session.QueryAsync<TextRow>(
            $"SELECT experiment_id AS Owner, name AS Name, value AS Value FROM experiment_tags WHERE {session.Database.IsOneOfKeys("experiment_id")}",
            new { Keys = session.Database.KeysParameter(rows.ConvertAll(row => row.Id)) }).ConfigureAwait(false)).ToLookup(row => row.Owner);
        return rows.ConvertAll(row => new Experiment(row.Id.ToString(CultureInfo.InvariantCulture), row.Name, Micros.ToTime(row.CreatedAt))
        {
            UpdatedAt = Micros.ToTime(row.UpdatedAt),
            DeletedAt = row.DeletedAt is { } deleted ? Micros.ToTime(deleted) : null,
            ArtifactLocation = row.ArtifactLocation,
            Tags = tags[row.Id].ToDictionary(tag => tag.Name, tag => tag.Value, StringComparer.Ordinal),
        });
    }

    private const string Select = """
        SELECT e.experiment_id AS Id, e.name AS Name, e.created_at AS CreatedAt, e.updated_at AS UpdatedAt, e.deleted_at AS DeletedAt, e.artifact_location AS ArtifactLocation
        FROM experiments e
        """;
}
