namespace MlOps.Core;

/// <summary>Brings models that were trained elsewhere into the registry. Thread-safe.</summary>
public interface IModelImporter
{
    /// <summary>Packs a model file into a bundle and registers it as the next version of its model. The model is loaded and predicts its samples before it is registered.</summary>
    /// <param name="file">The file, read to the end. The caller disposes it.</param>
    /// <param name="import">What is said of the model.</param>
    /// <param name="cancellationToken">Stops the import; nothing is registered then.</param>
    /// <returns>The version. The same file with the same words is the same bundle, and importing it again returns the version that is there.</returns>
    /// <exception cref="DataException">No format that the host knows recognises the file, the file is damaged, it takes or gives what cannot be served, or it cannot predict its samples.</exception>
    Task<ModelVersion> ImportAsync(Stream file, ModelImport import, CancellationToken cancellationToken = default);
}

/// <summary>A format of model files that can be imported: one implementation a platform, beside its <see cref="IModelRuntime"/>.</summary>
public interface IModelFormat
{
    /// <summary>Gets the platform of the bundles that it makes.</summary>
    string Platform { get; }

    /// <summary>Says whether a file looks like one of this format.</summary>
    /// <param name="file">The whole file.</param>
    /// <returns>True when it does.</returns>
    bool Recognizes(ReadOnlySpan<byte> file);

    /// <summary>Works out what a model takes and gives. No code from the file runs.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="import">What is said of the model.</param>
    /// <returns>The parts of the bundle but for the samples, and what it says about itself.</returns>
    /// <exception cref="DataException">The file is damaged, or takes or gives what cannot be served.</exception>
    BundleContent Describe(byte[] file, ModelImport import);
}

/// <summary>What is said of a model that was trained elsewhere.</summary>
/// <param name="Model">The name under which it is registered: letters, digits, dots, dashes and underscores, at most 200.</param>
public sealed record ModelImport(string Model)
{
    /// <summary>The task of a model of which nobody says what it does.</summary>
    public const string NoTask = "unknown";

    /// <summary>Gets what was learned, as binary-classification, multiclass-classification or regression.</summary>
    /// <value>The default is <see cref="NoTask"/>: the model can be served, but not judged by the stages of a pipeline.</value>
    public string Task { get; init; } = NoTask;

    /// <summary>Gets the column that it learned to predict. It is no input.</summary>
    /// <value>The default is ML.NET's: Label.</value>
    public string Label { get; init; } = "Label";

    /// <summary>Gets the names of the columns behind each input that is a vector, in order.</summary>
    /// <value>By default the elements of the vector <c>x</c> are the columns <c>x_0</c>, <c>x_1</c> and so on.</value>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Columns { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Gets the outputs to serve.</summary>
    /// <value>The default is none: all that can be served.</value>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Gets rows that the model predicts each time it is loaded, one tensor a column; its predictions of today are kept with them.</summary>
    /// <value>The default is none: a few rows of small numbers and empty texts are made up.</value>
    public IReadOnlyList<Tensor> Samples { get; init; } = [];

    /// <summary>Gets its hyperparameters, as text.</summary>
    public IReadOnlyDictionary<string, string> Hyperparameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets its metrics on data that it was not trained on.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Gets what it was made with, as the versions of libraries.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the run that made it; null when none is recorded.</summary>
    public string? RunId { get; init; }

    /// <summary>Gives the columns behind a vector.</summary>
    /// <param name="input">The input.</param>
    /// <param name="width">How many elements it has; null when the file does not say so.</param>
    /// <returns>The names.</returns>
    /// <exception cref="DataException">The names in <see cref="Columns"/> are of another number, twice the same or empty, or needed and not there.</exception>
    public IReadOnlyList<string> ColumnsOf(string input, int? width)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (!Columns.TryGetValue(input, out var names))
        {
            if (width is not { } size) throw Wrong($"does not say how many elements its input '{input}' has. Name them in {nameof(Columns)}.");
            return [.. Enumerable.Range(0, size).Select(i => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{input}_{i}"))];
        }

        if (width is { } expected && names.Count != expected) throw Wrong($"takes {expected} elements in its input '{input}', but {nameof(Columns)} names {names.Count}.");
        if (names.Count == 0 || names.Any(string.IsNullOrEmpty) || names.Distinct(StringComparer.Ordinal).Count() != names.Count)
            throw Wrong($"needs a different name for each element of its input '{input}' in {nameof(Columns)}.");
        return names;
    }

    /// <summary>Makes an error about this model.</summary>
    /// <param name="what">What is wrong, as the end of a sentence that begins with the model.</param>
    /// <param name="inner">What caused it, or null.</param>
    /// <returns>The error.</returns>
    public DataException Wrong(string what, Exception? inner = null) => new($"The model '{Model}' {what}", inner) { DataSource = Model };

    /// <summary>Makes the manifest of the bundle.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="inputs">The columns of a request.</param>
    /// <param name="outputs">What comes out.</param>
    /// <returns>The manifest, without parts.</returns>
    public BundleManifest ToManifest(string platform, DatasetSchema inputs, IReadOnlyList<TensorSpec> outputs) => new()
    {
        Model = Model,
        Platform = platform,
        Task = Task,
        Signature = new(inputs, outputs),
        Features = [.. inputs.Select(column => column.Name)],
        Label = Label,
        Preparation = [],
        Hyperparameters = Hyperparameters,
        Metrics = Metrics,
        Baseline = new Dictionary<string, double>(),
        Data = new Dictionary<string, DatasetReference>(),
        Environment = Environment,
    };
}
