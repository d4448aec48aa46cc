using System.Globalization;
using Dapper;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Reads runs from the tables.</summary>
internal static class RunReader
{
    private const int MostNames = 500; // in one statement; with more all metrics are read

    private static readonly SearchColumns Columns = new(
        "r.run_key",
        new Dictionary<string, SearchColumn>
        {
            ["run_id"] = new("r.run_id"),
            ["run_name"] = new("r.name"),
            ["status"] = new("upper(r.status)"),
            ["user_id"] = new("r.user_name", IsOptional: true),
            ["artifact_uri"] = new("(SELECT rtrim(e.artifact_location, '/') || '/' || r.run_id || '/artifacts' FROM experiments e WHERE e.experiment_id = r.experiment_id)", IsOptional: true),
            ["lifecycle_stage"] = new("CASE WHEN r.deleted_at IS NULL THEN 'active' ELSE 'deleted' END"),
            ["experiment_id"] = new("CAST(r.experiment_id AS TEXT)"),
            ["start_time"] = new("r.started_at"),
            ["end_time"] = new("r.ended_at", IsOptional: true),
        },
        new Dictionary<SearchEntity, SearchPart>
        {
            [SearchEntity.Metric] = new("latest_metrics", "run_key"),
            [SearchEntity.Parameter] = new("run_parameters", "run_key"),
            [SearchEntity.Tag] = new("run_tags", "run_key"),
            [SearchEntity.Dataset] = new("run_inputs", "run_key", new Dictionary<string, string> { ["name"] = "name", ["digest"] = "fingerprint", ["context"] = "context" }),
        });

    internal static async Task<Run?> FindAsync(Session session, string runId)
    {
        var rows = await session.QueryAsync<RunRow>(Select + "\nWHERE r.run_id = @Id", new { Id = runId }).ConfigureAwait(false);
        return await CompleteAsync(session, rows, RunParts.All).ConfigureAwait(false) is [var found] ? found : null;
    }

    /// <summary>Gets the conditions of a query that do not stand in its filter.</summary>
    internal static IEnumerable<string?> ScopeOf(RunQuery query) =>
    [
        query.Experiment,
        query.ExperimentIds is { } ids ? string.Join(',', ids.Order(StringComparer.Ordinal)) : null,
        query.Status?.ToString(),
        query.View.ToString(),
        .. query.Tags.OrderBy(t => t.Key, StringComparer.Ordinal).SelectMany(t => (string[])[t.Key, t.Value]),
    ];

    internal static async Task<Page<Run>> SearchAsync(Session session, SearchPlan plan, RunQuery query)
    {
        if (query.ExperimentIds is { Count: 0 }) return new([], null);
        var parameters = new DynamicParameters(new { query.Experiment, Status = query.Status?.ToString(), Limit = query.Limit + 1 });
        var search = new SearchSql(session.Database, Columns, plan, parameters);
        var where = string.Join("\n    AND ", ConditionsOf(query, parameters).Concat(search.Conditions));
        var sql = $"""
            {Select}{search.Joins}
            {(where.Length == 0 ? string.Empty : "WHERE " + where)}
            ORDER BY {search.OrderBy}
            LIMIT @Limit
            """;
        var rows = await session.QueryAsync<RunRow>(sql, parameters).ConfigureAwait(false);
        if (rows.Count <= query.Limit) return new(await CompleteAsync(session, rows, query.Parts, query.MetricNames).ConfigureAwait(false), null);
        rows.RemoveAt(query.Limit);
        parameters.Add("Last", rows[^1].RunKey);
        var keys = await session.RowAsync($"SELECT {search.KeyColumns} FROM runs r{search.Joins} WHERE r.run_key = @Last", parameters).ConfigureAwait(false);
        return new(await CompleteAsync(session, rows, query.Parts, query.MetricNames).ConfigureAwait(false), plan.NextOf(search.ReadKeys(keys)));
    }

    private static IEnumerable<string> ConditionsOf(RunQuery query, DynamicParameters parameters)
    {
        if (query.Experiment is not null) yield return "r.experiment_id = (SELECT experiment_id FROM experiments WHERE name = @Experiment)";
        if (query.ExperimentIds is { } texts) yield return InExperiments(texts);
        if (query.Status is not null) yield return "r.status = @Status";
        if (query.View is not LifecycleView.All) yield return query.View is LifecycleView.Active ? "r.deleted_at IS NULL" : "r.deleted_at IS NOT NULL";
        var count = 0;
        foreach (var (name, value) in query.Tags)
        {
            var number = (count++).ToString(CultureInfo.InvariantCulture);
            yield return $"EXISTS (SELECT 1 FROM run_tags t WHERE t.run_key = r.run_key AND t.name = @Name{number} AND t.value = @Value{number})";
            parameters.Add("Name" + number, name);
            parameters.Add("Value" + number, value);
        }
    }

    private static string InExperiments(IReadOnlyList<string> texts)
    {
        var ids = texts.Select(text => ExperimentReader.TryParse(text, out var id) ? id : -1).Where(id => id >= 0).Distinct().Select(id => id.ToString(CultureInfo.InvariantCulture)).ToList();
        return ids.Count switch
        {
            0 => "0 = 1",
            1 => $"r.experiment_id = {ids[0]}",
            _ => $"r.experiment_id IN ({string.Join(", ", ids)})",
        };
    }

    private static async Task<IReadOnlyList<Run>> CompleteAsync(Session session, List<RunRow> runs, RunParts parts, IReadOnlyList<string>? metricNames = null)
    {
        if (runs.Count == 0) return [];
        var names = metricNames is { Count: <= MostNames } ? metricNames : null;
        var keys = new { Keys = session.Database.KeysParameter(runs.ConvertAll(run => run.RunKey)), Names = names?.ToArray() };
        var isOne = session.Database.IsOneOfKeys("run_key");
        var parameters = await PartsAsync<TextRow>(RunParts.Parameters, $"SELECT run_key AS Owner, name AS Name, value AS Value FROM run_parameters WHERE {isOne}").ConfigureAwait(false);
        var tags = await PartsAsync<TextRow>(RunParts.Tags, $"SELECT run_key AS Owner, name AS Name, value AS Value FROM run_tags WHERE {isOne}").ConfigureAwait(false);
        var metrics = await PartsAsync<MetricRow>(
            RunParts.Metrics, $"SELECT run_key AS Owner, name AS Name, step AS Step, time AS Time, is_number AS IsNumber, value AS Value FROM latest_metrics WHERE {isOne}{(names is null ? string.Empty : $" AND {session.Database.IsOneOf("name", "Names")}")}").ConfigureAwait(false);
        var inputs = await PartsAsync<InputRow>(RunParts.Inputs, $"""
            SELECT run_key AS Owner, name AS Name, fingerprint AS Fingerprint, context AS Context, source_type AS SourceType, source AS Source, schema AS Schema, profile AS Profile, tags AS Tags
            FROM run_inputs
            WHERE {isOne}
            ORDER BY input_id
            """).ConfigureAwait(false);
        var artifacts = await PartsAsync<ArtifactRow>(RunParts.Artifacts, $"SELECT run_key AS Owner, path AS Name, digest AS Digest, size AS Size FROM run_artifacts WHERE {isOne}").ConfigureAwait(false);
        var wanted = metricNames?.ToHashSet(StringComparer.Ordinal);
        return runs.ConvertAll(run => new Run(
            run.Id,
            run.ExperimentId.ToString(CultureInfo.InvariantCulture),
            run.Name,
            Enum.Parse<RunStatus>(run.Status),
            Micros.ToTime(run.StartedAt),
            run.EndedAt is { } ended ? Micros.ToTime(ended) : null,
            run.Error,
            parameters[run.RunKey].ToDictionary(row => row.Name, row => row.Value, StringComparer.Ordinal),
            metrics[run.RunKey].Where(row => wanted is null || wanted.Contains(row.Name)).ToDictionary(row => row.Name, row => row.ToMetric(), StringComparer.Ordinal),
            tags[run.RunKey].ToDictionary(row => row.Name, row => row.Value, StringComparer.Ordinal),
            [.. inputs[run.RunKey].Select(row => row.ToInput())])
        {
            User = run.User,
            DeletedAt = run.DeletedAt is { } deleted ? Micros.ToTime(deleted) : null,
            Artifacts = artifacts[run.RunKey].ToDictionary(row => row.Name, row => new ArtifactRef(row.Digest, row.Size), StringComparer.Ordinal),
        });

        async Task<ILookup<long, TRow>> PartsAsync<TRow>(RunParts part, string select)
            where TRow : PartRow
        {
            var rows = parts.HasFlag(part) ? await session.QueryAsync<TRow>(select, keys).ConfigureAwait(false) : [];
            return rows.ToLookup(row => row.Owner);
        }
    }

    private const string Select = """
        SELECT r.run_key AS RunKey, r.run_id AS Id, r.experiment_id AS ExperimentId, r.name AS Name, r.status AS Status, r.started_at AS StartedAt, r.ended_at AS EndedAt, r.error AS Error,
            r.user_name AS "User", r.deleted_at AS DeletedAt
        FROM runs r
        """;
}
