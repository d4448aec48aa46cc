using MlOps.Core;

namespace MlOps.Mlflow;

internal static class RunHandlers
{
    private const int MostListed = 50_000;

    private static readonly (string Name, int Number, RunStatus Value)[] Statuses =
    [
        ("RUNNING", 1, RunStatus.Running), ("SCHEDULED", 2, RunStatus.Scheduled), ("FINISHED", 3, RunStatus.Finished), ("FAILED", 4, RunStatus.Failed), ("KILLED", 5, RunStatus.Killed),
    ];

    public static async Task CreateAsync(Call call)
    {
        var request = call.Request;
        var experimentId = request.Text("experiment_id", orNumber: true) is { Length: > 0 } id ? id : Experiment.DefaultId;
        var startedAt = TimeOf("start_time", request.Integer("start_time") ?? 0);
        var truncate = call.Options.TruncateLongValues;
        var tags = request.Pairs("tags", (path, key, value) => WireNames.CheckTag(path, key, value, truncate));
        var name = request.Text("run_name");
        var named = tags.GetValueOrDefault(RunTags.Name);
        if (!string.IsNullOrEmpty(name) && !string.IsNullOrEmpty(named) && name != named)
        {
            throw WireException.Invalid(
                $"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='{name}', mlflow.runName='{named}').");
        }

        name = !string.IsNullOrEmpty(name) ? name : !string.IsNullOrEmpty(named) ? named : RunNames.Next();
        tags[RunTags.Name] = name;
        var runId = Guid.NewGuid().ToString("n");
        var user = request.Text("user_id");
        try
        {
            await call.Metadata.StartRunAsync(
                new(runId, Experiment.DefaultName, name, startedAt) { ExperimentId = experimentId, User = string.IsNullOrEmpty(user) ? null : user, Tags = tags }, call.Aborted).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            throw WireException.NoExperiment(experimentId);
        }
        catch (ConflictException)
        {
            throw WireException.DeletedExperiment(experimentId);
        }

        await ReplyAsync(call, await call.Server.Runs.FindAsync(runId, call.Aborted).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task UpdateAsync(Call call)
    {
        var request = call.Request;
        var runId = request.RunId();
        var status = request.Choice("status", Statuses);
        var end = request.Integer("end_time") is { } millis ? TimeOf("end_time", millis) : (DateTimeOffset?)null;
        var name = request.Text("run_name") is { Length: > 0 } text ? text : null;
        if (name is not null) WireNames.CheckTag(string.Empty, RunTags.Name, name, call.Options.TruncateLongValues);
        var run = await call.Server.Runs.FindAsync(runId, call.Aborted).ConfigureAwait(false);
        if (run.DeletedAt is not null) throw WireException.DeletedRun(runId);
        try
        {
            if (status is not null || end is not null || name is not null) await call.Metadata.ChangeRunAsync(runId, new(call.Now) { Status = status, EndedAt = end, Name = name }, call.Aborted).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            throw WireException.NoRun(runId);
        }
        catch (ConflictException)
        {
            throw WireException.DeletedRun(runId);
        }

        run = await call.Server.Runs.FindAsync(runId, call.Aborted).ConfigureAwait(false);
        await call.ReplyAsync((run, await call.Server.Runs.UriAsync(run, call.Aborted).ConfigureAwait(false)), static (json, state) =>
        {
            json.WriteStartObject("run_info"u8);
            WireJson.WriteInfo(json, state.run, state.Item2);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    public static Task DeleteAsync(Call call) => SetDeletedAsync(call, isDeleted: true);

    public static Task RestoreAsync(Call call) => SetDeletedAsync(call, isDeleted: false);

    public static async Task GetAsync(Call call) => await ReplyAsync(call, await call.Server.Runs.FindAsync(call.Request.RunId(), call.Aborted).ConfigureAwait(false)).ConfigureAwait(false);

    public static async Task SearchAsync(Call call)
    {
        var request = call.Request;
        var ids = request.Texts("experiment_ids", orNumber: true);
        var limit = WireNames.CheckLimit(request.Integer("max_results") ?? 1000, MostListed);
        var query = new RunQuery
        {
            ExperimentIds = ids,
            Filter = Filters.Of(request.Text("filter")),
            OrderBy = Filters.Order(request.Texts("order_by")),
            View = request.Choice("run_view_type", ExperimentHandlers.Views) ?? LifecycleView.Active,
            Limit = limit,
            After = PageTokens.Read(request.Text("page_token")),
            Parts = RunParts.All & ~RunParts.Artifacts,
        };
        var page = await call.Metadata.SearchRunsAsync(query, call.Aborted).ConfigureAwait(false);
        var locations = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var run in page.Items)
        {
            if (!locations.ContainsKey(run.ExperimentId)) locations[run.ExperimentId] = await call.Server.Runs.LocationAsync(run.ExperimentId, call.Aborted).ConfigureAwait(false);
        }

        await call.ReplyAsync((page, locations), static (json, state) =>
        {
            var (page, locations) = state;
            if (page.Items.Any(run => run.Id != RunDirectory.Loose))
            {
                json.WriteStartArray("runs"u8);
                foreach (var run in page.Items)
                {
                    if (run.Id == RunDirectory.Loose) continue;
                    json.WriteStartObject();
                    WireJson.Write(json, run, ArtifactLocations.OfRun(locations[run.ExperimentId], run.Id));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            WireJson.WriteNext(json, page.Next);
        }).ConfigureAwait(false);
    }

    /// <summary>Makes a moment out of milliseconds since 1970.</summary>
    public static DateTimeOffset TimeOf(string name, long millis)
    {
        if (millis < 0 || millis > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) throw WireException.Invalid($"Invalid value {millis} for parameter '{name}' supplied: It must be milliseconds since 1970 that are no more than the year 9999.");
        return DateTimeOffset.FromUnixTimeMilliseconds(millis);
    }

    private static async Task SetDeletedAsync(Call call, bool isDeleted)
    {
        var runId = call.Request.RunId();
        try
        {
            if (runId == RunDirectory.Loose) throw WireException.NoRun(runId);
            await call.Metadata.ChangeRunAsync(runId, new(call.Now) { IsDeleted = isDeleted }, call.Aborted).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            throw WireException.NoRun(runId);
        }
        catch (ConflictException)
        {
            throw WireException.Invalid($"The run {runId} cannot be changed because its experiment must be in the 'active' state. Current state is deleted.");
        }

        await call.ReplyAsync().ConfigureAwait(false);
    }

    private static async Task ReplyAsync(Call call, Run run) =>
        await call.ReplyAsync((run, await call.Server.Runs.UriAsync(run, call.Aborted).ConfigureAwait(false)), static (json, state) =>
        {
            json.WriteStartObject("run"u8);
            WireJson.Write(json, state.run, state.Item2);
            json.WriteEndObject();
        }).ConfigureAwait(false);
}
