using MlOps.Core;

namespace MlOps.Mlflow;

internal static class ExperimentHandlers
{
    public const int MostListed = 50_000;

    public static readonly (string Name, int Number, LifecycleView Value)[] Views = [("ACTIVE_ONLY", 1, LifecycleView.Active), ("DELETED_ONLY", 2, LifecycleView.Deleted), ("ALL", 3, LifecycleView.All)];

    private const int MostDatasets = 1000;
    private const int MostExperimentsOfDatasets = 20;

    public static async Task CreateAsync(Call call)
    {
        var request = call.Request;
        var name = request.RequiredText("name");
        var location = request.Text("artifact_location");
        var tags = request.Pairs("tags", WireNames.CheckExperimentTag);
        WireNames.CheckExperimentName(name);
        var experiment = new NewExperiment(name, call.Now) { ArtifactLocation = string.IsNullOrEmpty(location) ? null : ArtifactLocations.Check(location), Tags = tags };
        try
        {
            var created = await call.Metadata.CreateExperimentAsync(experiment, call.Aborted).ConfigureAwait(false);
            await call.ReplyAsync(created.Id, static (json, id) => json.WriteString("experiment_id"u8, id)).ConfigureAwait(false);
        }
        catch (ConflictException)
        {
            throw Exists(name);
        }
    }

    public static async Task GetAsync(Call call)
    {
        var id = call.Request.RequiredText("experiment_id", orNumber: true);
        await ReplyAsync(call, await call.Metadata.FindExperimentAsync(id, call.Aborted).ConfigureAwait(false) ?? throw WireException.NoExperiment(id)).ConfigureAwait(false);
    }

    public static async Task GetByNameAsync(Call call)
    {
        var name = call.Request.RequiredText("experiment_name");
        var found = await call.Metadata.FindExperimentByNameAsync(name, call.Aborted).ConfigureAwait(false)
            ?? throw new WireException(ErrorCodes.ResourceDoesNotExist, $"Could not find experiment with name '{name}'");
        await ReplyAsync(call, found).ConfigureAwait(false);
    }

    public static async Task SearchAsync(Call call)
    {
        var request = call.Request;
        var limit = WireNames.CheckLimit(request.Integer("max_results") ?? 0, MostListed);
        var page = await call.Metadata.SearchExperimentsAsync(
            new()
            {
                Filter = Filters.Of(request.Text("filter")),
                OrderBy = Filters.Order(request.Texts("order_by")),
                View = request.Choice("view_type", Views) ?? LifecycleView.Active,
                Limit = limit,
                After = PageTokens.Read(request.Text("page_token")),
            },
            call.Aborted).ConfigureAwait(false);
        await call.ReplyAsync((page, call.Server.ArtifactRoot), static (json, state) =>
        {
            var (page, root) = state;
            if (page.Items.Count > 0)
            {
                json.WriteStartArray("experiments"u8);
                foreach (var experiment in page.Items)
                {
                    json.WriteStartObject();
                    WireJson.Write(json, experiment, ArtifactLocations.Of(experiment, root));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            WireJson.WriteNext(json, page.Next);
        }).ConfigureAwait(false);
    }

    public static async Task DeleteAsync(Call call)
    {
        var id = call.Request.RequiredText("experiment_id", orNumber: true);
        if (await call.Metadata.FindExperimentAsync(id, call.Aborted).ConfigureAwait(false) is not { DeletedAt: null }) throw WireException.NoExperiment(id);
        await ChangeAsync(call, id, new(call.Now) { IsDeleted = true }).ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static async Task RestoreAsync(Call call)
    {
        var id = call.Request.RequiredText("experiment_id", orNumber: true);
        if (await call.Metadata.FindExperimentAsync(id, call.Aborted).ConfigureAwait(false) is not { DeletedAt: not null }) throw WireException.NoExperiment(id);
        await ChangeAsync(call, id, new(call.Now) { IsDeleted = false }).ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static async Task UpdateAsync(Call call)
    {
        var id = call.Request.RequiredText("experiment_id", orNumber: true);
        var name = call.Request.RequiredText("new_name");
        WireNames.CheckExperimentName(name);
        if (await call.Metadata.FindExperimentAsync(id, call.Aborted).ConfigureAwait(false) is not { } experiment) throw WireException.NoExperiment(id);
        if (experiment.DeletedAt is not null) throw WireException.Invalid("Cannot rename a non-active experiment.");
        await ChangeAsync(call, id, new(call.Now) { Name = name }).ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static async Task SetTagAsync(Call call)
    {
        var id = call.Request.RequiredText("experiment_id", orNumber: true);
        var key = call.Request.RequiredText("key");
        var value = call.Request.Text("value") ?? string.Empty;
        WireNames.CheckExperimentTag(string.Empty, key, value);
        await ChangeAsync(call, id, new(call.Now) { Tags = new Dictionary<string, string> { [key] = value } }).ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static async Task DeleteTagAsync(Call call)
    {
        var id = call.Request.RequiredText("experiment_id", orNumber: true);
        var key = call.Request.RequiredText("key");
        if (await call.Metadata.FindExperimentAsync(id, call.Aborted).ConfigureAwait(false) is not { } experiment) throw WireException.NoExperiment(id);
        if (experiment.DeletedAt is not null) throw WireException.DeletedExperiment(id);
        if (!experiment.Tags.ContainsKey(key)) throw new WireException(ErrorCodes.ResourceDoesNotExist, $"No tag with name: {key} in experiment with id {id}");
        await ChangeAsync(call, id, new(call.Now) { RemovedTags = [key] }).ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static async Task SearchDatasetsAsync(Call call)
    {
        var ids = call.Request.Texts("experiment_ids", orNumber: true);
        if (ids.Count == 0) throw WireException.Invalid("SearchDatasets request must specify at least one experiment_id.");
        if (ids.Count > MostExperimentsOfDatasets) throw WireException.Invalid($"SearchDatasets request cannot specify more than {MostExperimentsOfDatasets} experiment_ids. Received {ids.Count} experiment_ids.");
        var found = new HashSet<(string Experiment, string Name, string Digest, string Context)>();
        await foreach (var run in call.Metadata.ReadRunsAsync(new() { ExperimentIds = ids, Limit = 1000, Parts = RunParts.Inputs }, call.Aborted).ConfigureAwait(false))
        {
            foreach (var input in run.Inputs)
            {
                if (found.Count < MostDatasets) found.Add((run.ExperimentId, input.Name, input.Fingerprint, input.Context));
            }

            if (found.Count == MostDatasets) break;
        }

        await call.ReplyAsync(found, static (json, found) =>
        {
            if (found.Count == 0) return;
            json.WriteStartArray("dataset_summaries"u8);
            foreach (var (experiment, name, digest, context) in found)
            {
                json.WriteStartObject();
                json.WriteString("experiment_id"u8, experiment);
                json.WriteString("name"u8, name);
                json.WriteString("digest"u8, digest);
                if (context.Length > 0) json.WriteString("context"u8, context);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private static async Task ChangeAsync(Call call, string id, ExperimentChange change)
    {
        try
        {
            await call.Metadata.ChangeExperimentAsync(id, change, call.Aborted).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            throw WireException.NoExperiment(id);
        }
        catch (ConflictException)
        {
            var now = await call.Metadata.FindExperimentAsync(id, call.Aborted).ConfigureAwait(false);
            throw now is { DeletedAt: null } && change.Name is { } name ? Exists(name) : WireException.DeletedExperiment(id);
        }
    }

    private static Task ReplyAsync(Call call, Experiment experiment) =>
        call.ReplyAsync((experiment, ArtifactLocations.Of(experiment, call.Server.ArtifactRoot)), static (json, state) =>
        {
            json.WriteStartObject("experiment"u8);
            WireJson.Write(json, state.experiment, state.Item2);
            json.WriteEndObject();
        });

    private static WireException Exists(string name) => new(ErrorCodes.ResourceAlreadyExists, $"Experiment(name={name}) already exists.");
}
