using MlOps.Core;

namespace MlOps.Mlflow;

/// <summary>Registered models and their aliases.</summary>
internal static class ModelHandlers
{
    public static readonly string[] Stages = ["None", "Staging", "Production", "Archived"];

    private const int MostListed = 1000;
    private const int Attempts = 8;

    public static async Task CreateAsync(Call call)
    {
        var request = call.Request;
        var name = request.RequiredText("name");
        var tags = request.Pairs("tags", WireNames.CheckModelTag);
        var description = request.Text("description");
        WireNames.CheckModel(name);
        try
        {
            var model = await call.Registry.CreateModelAsync(
                new(name, call.Note) { Description = string.IsNullOrEmpty(description) ? null : description, Tags = tags }, call.Aborted).ConfigureAwait(false);
            await ReplyAsync(call, model).ConfigureAwait(false);
        }
        catch (ConflictException)
        {
            throw Exists(name);
        }
    }

    public static async Task GetAsync(Call call) => await ReplyAsync(call, await FindAsync(call, call.Request.RequiredText("name")).ConfigureAwait(false)).ConfigureAwait(false);

    public static async Task UpdateAsync(Call call)
    {
        var name = call.Request.RequiredText("name");
        await ReplyAsync(call, await ChangeAsync(call, name, new(call.Note) { Description = call.Request.Text("description") }).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task RenameAsync(Call call)
    {
        var name = call.Request.RequiredText("name");
        var newName = call.Request.RequiredText("new_name");
        WireNames.CheckModel(newName);
        await ReplyAsync(call, await ChangeAsync(call, name, new(call.Note) { Name = newName }).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public static async Task DeleteAsync(Call call)
    {
        var name = call.Request.RequiredText("name");
        try
        {
            await call.Registry.DeleteModelAsync(name, call.Note, call.Aborted).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            throw WireException.NoModel(name);
        }

        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static async Task SearchAsync(Call call)
    {
        var request = call.Request;
        var page = await call.Registry.SearchModelsAsync(
            new()
            {
                Limit = WireNames.CheckLimit(request.Integer("max_results") ?? 100, MostListed),
                Filter = Filters.Of(request.Text("filter")),
                OrderBy = Filters.Order(request.Texts("order_by")),
                After = PageTokens.Read(request.Text("page_token")),
            },
            call.Aborted).ConfigureAwait(false);
        var latest = (await call.Registry.GetLatestVersionsAsync([.. page.Items.Select(model => model.Name)], call.Aborted).ConfigureAwait(false)).ToLookup(version => version.Model, StringComparer.Ordinal);
        await call.ReplyAsync((page, latest), static (json, state) =>
        {
            var (page, latest) = state;
            if (page.Items.Count > 0)
            {
                json.WriteStartArray("registered_models"u8);
                foreach (var model in page.Items)
                {
                    json.WriteStartObject();
                    WireJson.Write(json, model, [.. latest[model.Name]]);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            WireJson.WriteNext(json, page.Next);
        }).ConfigureAwait(false);
    }

    public static async Task LatestVersionsAsync(Call call)
    {
        var name = call.Request.RequiredText("name");
        var stages = call.Request.Texts("stages").Select(StageOf).Distinct().ToArray();
        var model = await FindAsync(call, name).ConfigureAwait(false);
        var latest = await LatestAsync(call, model).ConfigureAwait(false);
        await VersionHandlers.ReplyAsync(call, stages.Length == 0 ? latest : [.. latest.Where(version => stages.Contains(version.Stage))], null).ConfigureAwait(false);
    }

    public static async Task SetTagAsync(Call call)
    {
        var name = call.Request.RequiredText("name");
        var key = call.Request.RequiredText("key");
        var value = WireNames.CheckModelTag(string.Empty, key, call.Request.Text("value") ?? string.Empty);
        await ChangeAsync(call, name, new(call.Note) { Tags = new Dictionary<string, string> { [key] = value } }).ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static async Task DeleteTagAsync(Call call)
    {
        var name = call.Request.RequiredText("name");
        var key = call.Request.RequiredText("key");
        WireNames.CheckModelTag(string.Empty, key, string.Empty);
        await ChangeAsync(call, name, new(call.Note) { RemovedTags = [key] }).ConfigureAwait(false);
        await call.ReplyAsync().ConfigureAwait(false);
    }

    public static async Task SetAliasAsync(Call call)
    {
        var name = call.Request.RequiredText("name");
        var alias = call.Request.RequiredText("alias");
        var version = WireNames.CheckVersion(call.Request.RequiredText("version", orNumber: true));
        WireNames.CheckAlias(alias);
        if (await call.Registry.FindAsync(name, version, call.Aborted).ConfigureAwait(false) is null) throw await MissingAsync(call, name, version).ConfigureAwait(false);
        await MoveAsync(call, name, alias, version).ConfigureAwait(false);
    }

    public static async Task GetByAliasAsync(Call call)
    {
        var name = call.Request.RequiredText("name");
        var alias = call.Request.RequiredText("alias");
        WireNames.CheckAlias(alias);
        if (await call.Registry.FindByAliasAsync(name, alias, call.Aborted).ConfigureAwait(false) is { } version)
        {
            await VersionHandlers.ReplyAsync(call, version).ConfigureAwait(false);
            return;
        }

        await FindAsync(call, name).ConfigureAwait(false);
        throw WireException.Invalid($"Registered model alias {alias} not found.");
    }

    public static Task DeleteAliasAsync(Call call)
    {
        var name = call.Request.RequiredText("name");
        var alias = call.Request.RequiredText("alias");
        WireNames.CheckAlias(alias);
        return MoveAsync(call, name, alias, null);
    }

    public static async Task<RegisteredModel> FindAsync(Call call, string name) =>
        await call.Registry.FindModelAsync(name, call.Aborted).ConfigureAwait(false) ?? throw WireException.NoModel(name);

    /// <summary>Says which of a model and its version is missing.</summary>
    public static async Task<WireException> MissingAsync(Call call, string name, int version)
    {
        await FindAsync(call, name).ConfigureAwait(false);
        return WireException.NoVersion(name, version.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Reads a stage in any case.</summary>
    public static string StageOf(string stage) =>
        Array.Find(Stages, s => s.Equals(stage, StringComparison.OrdinalIgnoreCase))
        ?? throw WireException.Invalid($"Invalid Model Version stage: {stage}. Value must be one of {string.Join(", ", Stages)}.");

    // The newest version of each stage, as MLflow shows them with a model.
    private static async Task<IReadOnlyList<ModelVersion>> LatestAsync(Call call, RegisteredModel model) =>
        model.LastVersion == 0 ? [] : await call.Registry.GetLatestVersionsAsync([model.Name], call.Aborted).ConfigureAwait(false);

    // Over the wire an alias moves wherever it points; the registry wants to know from where, so that nobody's move is lost unseen.
    private static async Task MoveAsync(Call call, string name, string alias, int? to)
    {
        for (var attempt = 1; ; attempt++)
        {
            var model = await FindAsync(call, name).ConfigureAwait(false);
            int? from = model.Aliases.TryGetValue(alias, out var current) ? current : null;
            if (from == to) break;
            try
            {
                var note = call.Note;
                await call.Registry.SetAliasAsync(new(name, alias, from, to, note.By, note.Reason, note.At), call.Aborted).ConfigureAwait(false);
                break;
            }
            catch (ConflictException) when (attempt < Attempts)
            {
                // Somebody moved it in between.
            }
            catch (NotFoundException)
            {
                throw await MissingAsync(call, name, to ?? 0).ConfigureAwait(false);
            }
        }

        await call.ReplyAsync().ConfigureAwait(false);
    }

    private static async Task<RegisteredModel> ChangeAsync(Call call, string name, ModelChange change)
    {
        try
        {
            return await call.Registry.ChangeModelAsync(name, change, call.Aborted).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            throw WireException.NoModel(name);
        }
        catch (ConflictException conflict) when (change.Name is not null)
        {
            // Also a name that is free may be one under which versions of these numbers were known.
            throw await call.Registry.FindModelAsync(change.Name, call.Aborted).ConfigureAwait(false) is null ? new WireException(ErrorCodes.ResourceAlreadyExists, conflict.Message) : Exists(change.Name);
        }
    }

    private static async Task ReplyAsync(Call call, RegisteredModel model)
    {
        var latest = await LatestAsync(call, model).ConfigureAwait(false);
        await call.ReplyAsync((model, latest), static (json, state) =>
        {
            json.WriteStartObject("registered_model"u8);
            WireJson.Write(json, state.model, state.latest);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static WireException Exists(string name) => new(ErrorCodes.ResourceAlreadyExists, $"Registered Model (name={name}) already exists.");
}
