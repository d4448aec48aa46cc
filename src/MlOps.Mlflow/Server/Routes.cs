namespace MlOps.Mlflow;

/// <summary>All endpoints of the API.</summary>
internal static class Routes
{
    /// <summary>Below <c>/api/2.0/mlflow</c> and <c>/ajax-api/2.0/mlflow</c>.</summary>
    public static readonly ApiRoute[] Tracking =
    [
        new("POST", "experiments/create", Access.Write, ExperimentHandlers.CreateAsync),
        new("GET", "experiments/get", Access.Read, ExperimentHandlers.GetAsync),
        new("GET", "experiments/get-by-name", Access.Read, ExperimentHandlers.GetByNameAsync),
        new("GET,POST", "experiments/search", Access.Read, ExperimentHandlers.SearchAsync),
        new("POST", "experiments/delete", Access.Write, ExperimentHandlers.DeleteAsync),
        new("POST", "experiments/restore", Access.Write, ExperimentHandlers.RestoreAsync),
        new("POST", "experiments/update", Access.Write, ExperimentHandlers.UpdateAsync),
        new("POST", "experiments/set-experiment-tag", Access.Write, ExperimentHandlers.SetTagAsync),
        new("POST", "experiments/delete-experiment-tag", Access.Write, ExperimentHandlers.DeleteTagAsync),
        new("POST", "runs/create", Access.Write, RunHandlers.CreateAsync),
        new("POST", "runs/update", Access.Write, RunHandlers.UpdateAsync),
        new("POST", "runs/delete", Access.Write, RunHandlers.DeleteAsync),
        new("POST", "runs/restore", Access.Write, RunHandlers.RestoreAsync),
        new("GET", "runs/get", Access.Read, RunHandlers.GetAsync),
        new("POST", "runs/search", Access.Read, RunHandlers.SearchAsync),
        new("POST", "runs/log-metric", Access.Write, LogHandlers.MetricAsync),
        new("POST", "runs/log-parameter", Access.Write, LogHandlers.ParameterAsync),
        new("POST", "runs/set-tag", Access.Write, LogHandlers.SetTagAsync),
        new("POST", "runs/delete-tag", Access.Write, LogHandlers.DeleteTagAsync),
        new("POST", "runs/log-batch", Access.Write, LogHandlers.BatchAsync),
        new("POST", "runs/log-inputs", Access.Write, LogHandlers.InputsAsync),
        new("POST", "runs/log-model", Access.Write, LogHandlers.ModelAsync),
        new("GET", "metrics/get-history", Access.Read, MetricHandlers.HistoryAsync),
        new("GET", "metrics/get-history-bulk-interval", Access.Read, MetricHandlers.BulkIntervalAsync),
        new("GET", "artifacts/list", Access.Read, ArtifactHandlers.ListOfRunAsync),
        new("POST", "registered-models/create", Access.Write, ModelHandlers.CreateAsync),
        new("GET", "registered-models/get", Access.Read, ModelHandlers.GetAsync),
        new("PATCH", "registered-models/update", Access.Write, ModelHandlers.UpdateAsync),
        new("POST", "registered-models/rename", Access.Write, ModelHandlers.RenameAsync),
        new("DELETE", "registered-models/delete", Access.Write, ModelHandlers.DeleteAsync),
        new("GET", "registered-models/search", Access.Read, ModelHandlers.SearchAsync),
        new("GET,POST", "registered-models/get-latest-versions", Access.Read, ModelHandlers.LatestVersionsAsync),
        new("POST", "registered-models/set-tag", Access.Write, ModelHandlers.SetTagAsync),
        new("DELETE", "registered-models/delete-tag", Access.Write, ModelHandlers.DeleteTagAsync),
        new("POST", "registered-models/alias", Access.Write, ModelHandlers.SetAliasAsync),
        new("GET", "registered-models/alias", Access.Read, ModelHandlers.GetByAliasAsync),
        new("DELETE", "registered-models/alias", Access.Write, ModelHandlers.DeleteAliasAsync),
        new("POST", "model-versions/create", Access.Write, VersionHandlers.CreateAsync),
        new("GET", "model-versions/get", Access.Read, VersionHandlers.GetAsync),
        new("PATCH", "model-versions/update", Access.Write, VersionHandlers.UpdateAsync),
        new("DELETE", "model-versions/delete", Access.Write, VersionHandlers.DeleteAsync),
        new("GET", "model-versions/search", Access.Read, VersionHandlers.SearchAsync),
        new("GET", "model-versions/get-download-uri", Access.Read, VersionHandlers.DownloadUriAsync),
        new("POST", "model-versions/set-tag", Access.Write, VersionHandlers.SetTagAsync),
        new("DELETE", "model-versions/delete-tag", Access.Write, VersionHandlers.DeleteTagAsync),
        new("POST", "model-versions/transition-stage", Access.Write, VersionHandlers.TransitionAsync),
    ];

    /// <summary>Below <c>/ajax-api/2.0/mlflow</c> alone.</summary>
    public static readonly ApiRoute[] Ajax =
    [
        new("GET", "metrics/get-history-bulk", Access.Read, MetricHandlers.BulkAsync),
        new("POST", "experiments/search-datasets", Access.Read, ExperimentHandlers.SearchDatasetsAsync),
        new("POST", "upload-artifact", Access.Write, ArtifactHandlers.UploadAsync, BodyKind.Bytes),
    ];

    /// <summary>Below <c>/api/2.0/mlflow-artifacts</c> and <c>/ajax-api/2.0/mlflow-artifacts</c>.</summary>
    public static readonly ApiRoute[] Proxy =
    [
        new("GET", "artifacts", Access.Read, ArtifactHandlers.ListAsync),
        new("GET", "artifacts/{**path}", Access.Read, ArtifactHandlers.DownloadAsync),
        new("PUT", "artifacts/{**path}", Access.Write, ArtifactHandlers.PutAsync, BodyKind.Bytes),
        new("DELETE", "artifacts/{**path}", Access.DeleteArtifacts, ArtifactHandlers.DeleteAsync, BodyKind.Bytes),
        new("POST", "mpu/create/{**path}", Access.Write, ArtifactHandlers.MultipartAsync),
        new("POST", "mpu/complete/{**path}", Access.Write, ArtifactHandlers.MultipartAsync),
        new("POST", "mpu/abort/{**path}", Access.Write, ArtifactHandlers.MultipartAsync),
    ];

    /// <summary>At the root.</summary>
    public static readonly ApiRoute[] Root =
    [
        new("GET", "health", Access.Read, static call => RootHandlers.TextAsync(call, "OK")),
        new("GET", "version", Access.Read, static call => RootHandlers.TextAsync(call, RootHandlers.Version)),
        new("GET", "get-artifact", Access.Read, ArtifactHandlers.GetOfRunAsync),
        new("GET", "model-versions/get-artifact", Access.Read, ArtifactHandlers.GetOfVersionAsync),
    ];
}
