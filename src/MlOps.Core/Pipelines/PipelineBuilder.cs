using System.Globalization;
using System.Text.RegularExpressions;

namespace MlOps.Core;

/// <summary>Describes a pipeline in C#: which stages it has and which values flow between them.</summary>
/// <remarks>Derive from this, override <see cref="Define"/>, and register it with <c>AddPipeline</c>. It is made by dependency injection for each run.</remarks>
public abstract class PipelineDefinition
{
    /// <summary>Adds the stages. It is called for each run and must give the same graph for the same parameters.</summary>
    /// <param name="pipeline">Where the stages are added.</param>
    public abstract void Define(PipelineBuilder pipeline);
}

/// <summary>Builds the typed graph of a pipeline.</summary>
public sealed partial class PipelineBuilder
{
    private readonly List<StageNode> _stages = [];
    private readonly Dictionary<string, string> _parameters = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, string> _given;

    /// <summary>Creates a builder.</summary>
    /// <param name="parameters">The values given for this run, as invariant text; null for none.</param>
    public PipelineBuilder(IReadOnlyDictionary<string, string>? parameters = null) => _given = parameters ?? new Dictionary<string, string>();

    /// <summary>Gets the stages in the order in which they were added; a stage stands after its inputs.</summary>
    public IReadOnlyList<StageNode> Stages => _stages;

    /// <summary>Gets the parameters that the pipeline asked for, with the values of this run as invariant text.</summary>
    public IReadOnlyDictionary<string, string> Parameters => _parameters;

    /// <summary>Asks for a parameter of the run.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="defaultValue">The value when the run was given none.</param>
    /// <returns>The value of this run.</returns>
    /// <exception cref="ArgumentException">The given text is not a <typeparamref name="T"/>.</exception>
    public T Parameter<T>(string name, T defaultValue)
        where T : IParsable<T>
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!_given.TryGetValue(name, out var text))
        {
            _parameters[name] = Convert.ToString(defaultValue, CultureInfo.InvariantCulture) ?? string.Empty;
            return defaultValue;
        }

        if (!T.TryParse(text, CultureInfo.InvariantCulture, out var value))
            throw new ArgumentException($"Parameter '{name}' is '{text}', which is not a {typeof(T).Name}.", name);
        _parameters[name] = text;
        return value;
    }

    /// <summary>Adds a stage that starts from nothing and is made by dependency injection.</summary>
    /// <typeparam name="TStage">The stage.</typeparam>
    /// <typeparam name="TOut">What it makes.</typeparam>
    /// <param name="configure">Sets how the stage is run, or null for the defaults.</param>
    /// <returns>What the stage makes.</returns>
    public StageOutput<TOut> Start<TStage, TOut>(Action<StageOptions>? configure = null)
        where TStage : class, IPipelineStage<Nothing, TOut> => Add<Nothing, TOut>(typeof(TStage), null, [], static _ => default, configure);

    /// <summary>Adds a stage that starts from nothing and has parameters.</summary>
    /// <typeparam name="TOut">What it makes.</typeparam>
    /// <param name="stage">The stage; its public properties are its parameters.</param>
    /// <param name="configure">Sets how the stage is run, or null for the defaults.</param>
    /// <returns>What the stage makes.</returns>
    public StageOutput<TOut> Start<TOut>(IPipelineStage<Nothing, TOut> stage, Action<StageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(stage);
        return Add<Nothing, TOut>(stage.GetType(), stage, [], static _ => default, configure);
    }

    internal StageOutput<TOut> Add<TIn, TOut>(
        Type stageType, object? instance, IReadOnlyList<StageNode> inputs, Func<IReadOnlyList<object?>, TIn> combine, Action<StageOptions>? configure)
    {
        var options = new StageOptions();
        configure?.Invoke(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxAttempts, 1, nameof(options.MaxAttempts));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Backoff, TimeSpan.Zero, nameof(options.Backoff));
        if (options.Timeout is { } timeout) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero, nameof(options.Timeout));
        var node = new StageNode<TIn, TOut>(UniqueName(options.Name, stageType), stageType, instance, inputs, combine, options);
        _stages.Add(node);
        return new(this, [node], static values => (TOut)values[0]!);
    }

    private string UniqueName(string? wanted, Type type)
    {
        if (wanted is not null)
        {
            if (!StageName().IsMatch(wanted)) throw new ArgumentException($"'{wanted}' is no name for a stage. Use letters, digits, dots, dashes and underscores, at most 100.");
            if (_stages.Exists(s => s.Name == wanted)) throw new ArgumentException($"The pipeline already has a stage '{wanted}'. Give one of the two another name.");
            return wanted;
        }

        var bare = type.Name.Split('`')[0];
        if (bare.EndsWith("Stage", StringComparison.Ordinal) && bare.Length > 5) bare = bare[..^5];
        var name = WordStart().Replace(bare, "-$0").ToLowerInvariant();
        var unique = name;
        for (var i = 2; _stages.Exists(s => s.Name == unique); i++) unique = string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
        return unique;
    }

    [GeneratedRegex("(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])")]
    private static partial Regex WordStart();

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,100}\z")]
    private static partial Regex StageName();
}
