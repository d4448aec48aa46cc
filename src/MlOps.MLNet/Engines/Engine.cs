using Microsoft.ML;
using MlOps.Core;

namespace MlOps.MLNet;

/// <summary>Predicts row after row with the state of its own that ML.NET keeps for one thread.</summary>
internal sealed class Engine : IDisposable
{
    private readonly EngineBlueprint _blueprint;
    private readonly bool _reuse;
    private readonly InputSlot[] _inputs;
    private readonly OutputSlot[] _outputs;
    private readonly InputRow _row;
    private readonly DataViewRow _result;
    private readonly Tensor[] _results;

    public Engine(EngineBlueprint blueprint, bool reuse)
    {
        (_blueprint, _reuse) = (blueprint, reuse);
        _inputs = blueprint.CreateInputs();
        _row = new InputRow(blueprint.InputSchema, _inputs);
        (_result, _outputs) = blueprint.CreateOutputs(_row);
        _results = new Tensor[_outputs.Length];
        Row = TensorRow.Create(blueprint.RequestSpecs);
        Arranged = [.. Row];
    }

    /// <summary>Gets tensors of one row for a typed call.</summary>
    public Tensor[] Row { get; }

    /// <summary>Gets room for the columns of a typed call in their order.</summary>
    public Tensor?[] Arranged { get; }

    /// <summary>Predicts rows of columns that are in the order of the blueprint. An engine that reuses its outputs gives the same tensors each time.</summary>
    public Tensor[] Predict(Tensor?[] columns, int rows)
    {
        for (var i = 0; i < _inputs.Length; i++)
        {
            if (_blueprint.Sources[i] is var source and >= 0) _inputs[i].Bind(columns[source]);
        }

        foreach (var output in _outputs) output.Start(rows);
        for (var i = 0; i < rows; i++)
        {
            _row.Move(i);
            foreach (var output in _outputs) output.Read(i);
        }

        var results = _reuse ? _results : new Tensor[_outputs.Length];
        for (var i = 0; i < _outputs.Length; i++) results[i] = _outputs[i].Finish(release: !_reuse);
        if (_reuse) return results;
        foreach (var input in _inputs) input.Bind(null); // an idle engine keeps no request alive
        return results;
    }

    public void Dispose()
    {
        _result.Dispose();
        _row.Dispose();
    }
}
