using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MlOps.Core;

/// <summary>What a thing in the graph of lineage is. Data walks from the first of these to the last.</summary>
public enum LineageKind
{
    /// <summary>Where rows come from: a file, a query, an address.</summary>
    Source,

    /// <summary>A snapshot of rows, identified by its fingerprint.</summary>
    Dataset,

    /// <summary>What a model is given: columns of a dataset after their preparation, or a view of a feature store.</summary>
    Features,

    /// <summary>A recorded run.</summary>
    Run,

    /// <summary>A registered version of a model.</summary>
    ModelVersion,

    /// <summary>A version that a service serves.</summary>
    Deployment,

    /// <summary>The logged predictions of a version on one day.</summary>
    PredictionLog,
}

/// <summary>A thing in the graph of lineage. Two are equal when kind and identifier are.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">What identifies it among its kind: at most <see cref="LineageChecks.MaxId"/> characters.</param>
public sealed record LineageNode(LineageKind Kind, string Id)
{
    private const string ServicePrefix = "feature-service:";

    private readonly string? _name;

    /// <summary>Gets the name, for people.</summary>
    /// <value>The default is the identifier. Recording a node again with a name gives it that name; without one it keeps what it has.</value>
    public string Name { get => _name ?? Id; init => _name = value; }

    /// <summary>Names where rows come from.</summary>
    /// <param name="origin">The origin of a dataset.</param>
    /// <returns>The node.</returns>
    public static LineageNode Of(DatasetOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        var id = $"{origin.Kind}:{origin.Location}";
        return new(LineageKind.Source, id.Length <= LineageChecks.MaxId ? id : $"{origin.Kind}:sha256:{Sha256.Hex(id)}") { Name = LineageChecks.Shorten(origin.Location, origin.Kind) };
    }

    /// <summary>Names a dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <returns>The node.</returns>
    public static LineageNode Of(DatasetReference dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new(LineageKind.Dataset, dataset.Fingerprint) { Name = LineageChecks.Shorten(dataset.Name, dataset.Fingerprint) };
    }

    /// <summary>Names a registered version.</summary>
    /// <param name="version">The version.</param>
    /// <returns>The node, whose identifier is model/version.</returns>
    public static LineageNode Of(ModelVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return ModelVersion(version.Model, version.Version);
    }

    /// <summary>Names a dataset by its fingerprint.</summary>
    /// <param name="fingerprint">The SHA-256 of its rows.</param>
    /// <returns>The node.</returns>
    public static LineageNode Dataset(string fingerprint) => new(LineageKind.Dataset, fingerprint);

    /// <summary>Names a run.</summary>
    /// <param name="runId">Its identifier.</param>
    /// <returns>The node.</returns>
    public static LineageNode Run(string runId) => new(LineageKind.Run, runId);

    /// <summary>Names a registered version by model and number.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The number.</param>
    /// <returns>The node.</returns>
    public static LineageNode ModelVersion(string model, int version) => new(LineageKind.ModelVersion, string.Create(CultureInfo.InvariantCulture, $"{model}/{version}"));

    /// <summary>Names a version that a service serves.</summary>
    /// <param name="service">The name of the service.</param>
    /// <param name="model">The model.</param>
    /// <param name="version">The number of the version.</param>
    /// <returns>The node.</returns>
    public static LineageNode Deployment(string service, string model, int version) =>
        new(LineageKind.Deployment, string.Create(CultureInfo.InvariantCulture, $"{service}/{model}/{version}")) { Name = string.Create(CultureInfo.InvariantCulture, $"{model}/{version} in {service}") };

    /// <summary>Names the logged predictions of a version on one day.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">The number of the version.</param>
    /// <param name="day">The day in UTC.</param>
    /// <returns>The node.</returns>
    public static LineageNode PredictionLog(string model, int version, DateOnly day) =>
        new(LineageKind.PredictionLog, string.Create(CultureInfo.InvariantCulture, $"{model}/{version}/{day:yyyy-MM-dd}")) { Name = string.Create(CultureInfo.InvariantCulture, $"{model}/{version} on {day:yyyy-MM-dd}") };

    /// <summary>Names a feature of a feature store.</summary>
    /// <param name="view">The view.</param>
    /// <param name="feature">The feature.</param>
    /// <returns>The node.</returns>
    public static LineageNode Feature(string view, string feature) => new(LineageKind.Features, $"feature:{view}:{feature}") { Name = $"{view}:{feature}" };

    /// <summary>Names a version of a feature service.</summary>
    /// <param name="name">The service.</param>
    /// <param name="version">The version.</param>
    /// <returns>The node.</returns>
    public static LineageNode FeatureService(string name, int version)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{name}@{version}");
        return new(LineageKind.Features, ServicePrefix + text) { Name = text };
    }

    /// <summary>Gets the feature service that a node is of.</summary>
    /// <param name="node">The node.</param>
    /// <param name="service">The service, as name@version.</param>
    /// <returns>False when it is another node.</returns>
    public static bool TryGetFeatureService(LineageNode node, [NotNullWhen(true)] out string? service)
    {
        ArgumentNullException.ThrowIfNull(node);
        service = node.Kind == LineageKind.Features && node.Id.StartsWith(ServicePrefix, StringComparison.Ordinal) ? node.Id[ServicePrefix.Length..] : null;
        return service is not null;
    }

    /// <inheritdoc/>
    public bool Equals(LineageNode? other) => other is not null && Kind == other.Kind && Id == other.Id;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Id);
}
