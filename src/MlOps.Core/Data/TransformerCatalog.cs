using System.Collections.Concurrent;
using System.Text.Json;
using Apache.Arrow;

namespace MlOps.Core;

/// <summary>A fitted step as it is stored in a split and in a bundle.</summary>
/// <param name="Kind">The name under which the step is registered.</param>
/// <param name="State">Its public properties.</param>
public sealed record FittedStep(string Kind, JsonElement State);

/// <summary>Knows the data-preparation steps that may be read from a bundle: those that the host registered, and no others.</summary>
/// <remarks>A file never decides which code runs: a kind that is not registered is refused. Thread-safe.</remarks>
public sealed class TransformerCatalog
{
    private readonly ConcurrentDictionary<string, Type> _types = new(StringComparer.Ordinal);

    /// <summary>Creates the catalog.</summary>
    /// <param name="registrations">What the host registered.</param>
    public TransformerCatalog(IEnumerable<TransformerRegistration> registrations)
    {
        ArgumentNullException.ThrowIfNull(registrations);
        foreach (var registration in registrations)
        {
            if (_types.GetOrAdd(registration.Kind, registration.Type) != registration.Type)
                throw new ArgumentException($"Two transformers are registered as '{registration.Kind}'. Give one of them another kind.", nameof(registrations));
        }
    }

    /// <summary>Stores a step.</summary>
    /// <param name="transformer">The step.</param>
    /// <returns>The stored form.</returns>
    /// <exception cref="DataException">The type is not registered.</exception>
    public FittedStep Save(IDataTransformer transformer)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        var type = transformer.GetType();
        var kind = _types.Where(pair => pair.Value == type).Select(pair => pair.Key).Order(StringComparer.Ordinal).FirstOrDefault()
            ?? throw new DataException($"{type.Name} is not registered, so a server could not read it back. Add .AddTransformer<{type.Name}>() to AddMlOps().");
        return new(kind, JsonSerializer.SerializeToElement(transformer, type, MlOpsJson.Options));
    }

    /// <summary>Reads a step back.</summary>
    /// <param name="step">The stored form.</param>
    /// <returns>The step.</returns>
    /// <exception cref="DataException">The kind is not registered or the state cannot be read.</exception>
    public IDataTransformer Load(FittedStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (!_types.TryGetValue(step.Kind, out var type))
            throw new DataException($"The model needs the data-preparation step '{step.Kind}', which this host does not know. Add .AddTransformer<…>(\"{step.Kind}\") to AddMlOps().");
        try
        {
            return (IDataTransformer)(step.State.Deserialize(type, MlOpsJson.Options) ?? throw new JsonException("The state is null."));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or ArgumentException) // also what its constructor throws
        {
            throw new DataException($"The stored state of the data-preparation step '{step.Kind}' cannot be read by this version of {type.Name}: {e.Message}", e);
        }
    }

    /// <summary>Reads several steps back as one.</summary>
    /// <param name="steps">The stored forms, in order.</param>
    /// <returns>The steps.</returns>
    /// <exception cref="DataException">A kind is not registered or its state cannot be read.</exception>
    public Preparation Load(IEnumerable<FittedStep> steps) => new([.. steps.Select(Load)]);
}

/// <summary>Says that a step may be read from bundles.</summary>
/// <param name="Kind">The name that is stored.</param>
/// <param name="Type">The type, a record that implements <see cref="IDataTransformer"/>.</param>
public sealed record TransformerRegistration(string Kind, Type Type);

/// <summary>Fitted steps in their order: how the rows of a split become what the model sees.</summary>
/// <param name="Steps">The steps.</param>
public sealed record Preparation(IReadOnlyList<IDataTransformer> Steps)
{
    /// <summary>Gets whether there is nothing to apply.</summary>
    public bool IsEmpty => Steps.Count == 0;

    /// <summary>Gives the columns that come out.</summary>
    /// <param name="input">The columns that go in.</param>
    /// <returns>The columns that come out.</returns>
    public DatasetSchema GetOutputSchema(DatasetSchema input) => Steps.Aggregate(input, (schema, step) => step.GetOutputSchema(schema));

    /// <summary>Applies every step.</summary>
    /// <param name="batch">The rows.</param>
    /// <returns>The prepared rows, valid as long as the batch is.</returns>
    public RecordBatch Apply(RecordBatch batch) => Steps.Aggregate(batch, (rows, step) =>
    {
        var next = step.Apply(rows);
        GC.KeepAlive(rows); // a step of somebody else's may have built it in native memory
        return next;
    });
}
