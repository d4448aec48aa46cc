namespace MlOps.Core;

/// <summary>One stage in the graph of a pipeline. Made by <see cref="PipelineBuilder"/>, read by whoever runs or draws the graph.</summary>
public abstract class StageNode
{
    private protected StageNode(string name, Type stageType, Type inputType, Type outputType, object? instance, IReadOnlyList<StageNode> inputs, StageOptions options)
    {
        Name = name;
        StageType = stageType;
        InputType = inputType;
        OutputType = outputType;
        Instance = instance;
        Inputs = inputs;
        Options = options;
    }

    /// <summary>Gets the name, unique in the pipeline.</summary>
    public string Name { get; }

    /// <summary>Gets the class of the stage.</summary>
    public Type StageType { get; }

    /// <summary>Gets what the stage takes.</summary>
    public Type InputType { get; }

    /// <summary>Gets what the stage makes.</summary>
    public Type OutputType { get; }

    /// <summary>Gets the stage itself when it was given as an instance with parameters.</summary>
    /// <value>Null when it is made by dependency injection.</value>
    public object? Instance { get; }

    /// <summary>Gets the stages whose outputs this one takes, in order.</summary>
    public IReadOnlyList<StageNode> Inputs { get; }

    /// <summary>Gets how the stage is run.</summary>
    public StageOptions Options { get; }

    /// <summary>Runs the stage.</summary>
    /// <param name="stage">The stage: <see cref="Instance"/>, or an object of <see cref="StageType"/>.</param>
    /// <param name="inputs">The outputs of <see cref="Inputs"/>, in order.</param>
    /// <param name="context">The run.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The output.</returns>
    public abstract Task<object?> RunAsync(object stage, IReadOnlyList<object?> inputs, StageContext context, CancellationToken cancellationToken);
}

internal sealed class StageNode<TIn, TOut>(
    string name,
    Type stageType,
    object? instance,
    IReadOnlyList<StageNode> inputs,
    Func<IReadOnlyList<object?>, TIn> combine,
    StageOptions options) : StageNode(name, stageType, typeof(TIn), typeof(TOut), instance, inputs, options)
{
    public override async Task<object?> RunAsync(object stage, IReadOnlyList<object?> inputs, StageContext context, CancellationToken cancellationToken) =>
        await ((IPipelineStage<TIn, TOut>)stage).RunAsync(combine(inputs), context, cancellationToken).ConfigureAwait(false);
}
