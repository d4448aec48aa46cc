namespace MlOps.Core;

/// <summary>The value that a stage will make, to be given to other stages. A wrong wiring does not compile.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class StageOutput<T>
{
    private readonly PipelineBuilder _pipeline;
    private readonly IReadOnlyList<StageNode> _nodes;
    private readonly Func<IReadOnlyList<object?>, T> _combine;

    internal StageOutput(PipelineBuilder pipeline, IReadOnlyList<StageNode> nodes, Func<IReadOnlyList<object?>, T> combine)
    {
        _pipeline = pipeline;
        _nodes = nodes;
        _combine = combine;
    }

    /// <summary>Gives the value to a stage that is made by dependency injection and makes a value of the same type.</summary>
    /// <typeparam name="TStage">The stage.</typeparam>
    /// <param name="configure">Sets how the stage is run, or null for the defaults.</param>
    /// <returns>What the stage makes.</returns>
    public StageOutput<T> Then<TStage>(Action<StageOptions>? configure = null)
        where TStage : class, IPipelineStage<T, T> => Then<TStage, T>(configure);

    /// <summary>Gives the value to a stage that is made by dependency injection.</summary>
    /// <typeparam name="TStage">The stage.</typeparam>
    /// <typeparam name="TOut">What the stage makes.</typeparam>
    /// <param name="configure">Sets how the stage is run, or null for the defaults.</param>
    /// <returns>What the stage makes.</returns>
    public StageOutput<TOut> Then<TStage, TOut>(Action<StageOptions>? configure = null)
        where TStage : class, IPipelineStage<T, TOut> => _pipeline.Add<T, TOut>(typeof(TStage), null, _nodes, _combine, configure);

    /// <summary>Gives the value to a stage that has parameters.</summary>
    /// <typeparam name="TOut">What the stage makes.</typeparam>
    /// <param name="stage">The stage; its public properties are its parameters.</param>
    /// <param name="configure">Sets how the stage is run, or null for the defaults.</param>
    /// <returns>What the stage makes.</returns>
    public StageOutput<TOut> Then<TOut>(IPipelineStage<T, TOut> stage, Action<StageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(stage);
        return _pipeline.Add<T, TOut>(stage.GetType(), stage, _nodes, _combine, configure);
    }

    /// <summary>Puts another value beside this one, for a stage with two inputs.</summary>
    /// <typeparam name="TOther">The type of the other value.</typeparam>
    /// <param name="other">The other value, of the same pipeline.</param>
    /// <returns>Both.</returns>
    /// <exception cref="ArgumentException">The other value is of another pipeline.</exception>
    public StageOutput<(T First, TOther Second)> And<TOther>(StageOutput<TOther> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!ReferenceEquals(other._pipeline, _pipeline)) throw new ArgumentException("The two values belong to two pipelines.", nameof(other));
        var count = _nodes.Count;
        var (first, second) = (_combine, other._combine);
        return new(_pipeline, [.. _nodes, .. other._nodes], values => (first([.. values.Take(count)]), second([.. values.Skip(count)])));
    }

    /// <summary>Puts several values of this type beside each other, for a stage that takes a list.</summary>
    /// <param name="others">The other values, of the same pipeline.</param>
    /// <returns>All of them, this one first.</returns>
    /// <exception cref="ArgumentException">A value is of another pipeline.</exception>
    public StageOutput<IReadOnlyList<T>> AndAll(params IReadOnlyList<StageOutput<T>> others)
    {
        ArgumentNullException.ThrowIfNull(others);
        StageOutput<T>[] all = [this, .. others];
        if (all.Any(o => !ReferenceEquals(o._pipeline, _pipeline))) throw new ArgumentException("The values belong to several pipelines.", nameof(others));
        return new(_pipeline, [.. all.SelectMany(o => o._nodes)], values =>
        {
            var taken = 0;
            var list = new List<T>(all.Length);
            foreach (var output in all)
            {
                list.Add(output._combine([.. values.Skip(taken).Take(output._nodes.Count)]));
                taken += output._nodes.Count;
            }

            return list;
        });
    }
}
