using System.Globalization;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Writes what a webhook is told: what MLflow 3 tells, and the entry of the history as it is.</summary>
internal static class WebhookPayload
{
    internal static string Write(RegistryEvent entry)
    {
        var (entity, action) = Describe(entry);
        return JsonSerializer.Serialize(
            new
            {
                entity,
                action,
                timestamp = entry.At.ToString("O", CultureInfo.InvariantCulture),
                data = new
                {
                    name = entry.Model,
                    version = entry.Version?.ToString(CultureInfo.InvariantCulture),
                    alias = entry.Alias,
                },
                @event = entry,
            },
            MlOpsJson.Options);
    }

    private static (string Entity, string Action) Describe(RegistryEvent entry) => entry.Kind switch
    {
        RegistryEventKind.ModelCreated => ("registered_model", "created"),
        RegistryEventKind.ModelDeleted => ("registered_model", "deleted"),
        RegistryEventKind.ModelChanged or RegistryEventKind.ModelRenamed => ("registered_model", "updated"),
        RegistryEventKind.VersionRegistered => ("model_version", "created"),
        RegistryEventKind.VersionDeleted => ("model_version", "deleted"),
        RegistryEventKind.AliasMoved or RegistryEventKind.AliasRolledBack => ("model_version_alias", entry.To is null ? "deleted" : "created"),
        _ => ("model_version", "updated"),
    };
}
