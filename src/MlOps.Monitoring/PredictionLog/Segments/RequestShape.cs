using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Requests that look alike, and what the policy of their model makes of them. The work of the policy is done once for all of them.</summary>
internal sealed class RequestShape
{
    private readonly PredictionEntry _like; // without its values
    private readonly TensorSpec[] _inputs;
    private readonly TensorSpec[] _outputs;

    public RequestShape(PredictionEntry like, int number, LogPolicy policy)
    {
        Number = number;
        _inputs = Specs(like.Inputs);
        _outputs = Specs(like.Outputs);
        _like = like with { Inputs = [], Outputs = [] };
        Inputs = policy.Choose(_inputs, areInputs: true);
        Outputs = policy.Choose(_outputs, areInputs: false);
        SubjectInput = policy.SubjectColumn is { } subject ? System.Array.FindIndex(_inputs, t => t.Name == subject && t.Width == 1) : -1;
        SubjectHash = policy.SubjectHash;
        var columns = new LoggedColumns(
            like.Model, like.Version, like.Caller, like.Variant, like.SchemaHash,
            [.. Inputs.Select(c => c.Stored(_inputs))], [.. Outputs.Select(c => c.Stored(_outputs))]);
        Columns = columns.ToRecord(number);
        ColumnsSum = Checksum.Of(Columns);
    }

    /// <summary>Gets the number under which records refer to it.</summary>
    public int Number { get; }

    /// <summary>Gets the inputs that are logged.</summary>
    public ChosenTensor[] Inputs { get; }

    /// <summary>Gets the outputs that are logged.</summary>
    public ChosenTensor[] Outputs { get; }

    /// <summary>Gets the input that names the subject; -1 for none.</summary>
    public int SubjectInput { get; }

    /// <summary>Gets what the subject is hashed with; null leaves it as it is.</summary>
    public ValueHash? SubjectHash { get; }

    /// <summary>Gets the record that stands before the first of its requests in each batch.</summary>
    public byte[] Columns { get; }

    public uint ColumnsSum { get; }

    /// <summary>Gets or sets the batch that has the record already; touched by the queue only.</summary>
    public long KnownTo { get; set; } = -1;

    public bool Fits(PredictionEntry entry) =>
        _like.Version == entry.Version && _like.Model == entry.Model && _like.Caller == entry.Caller && _like.Variant == entry.Variant && _like.SchemaHash == entry.SchemaHash
        && AreAlike(_inputs, entry.Inputs) && AreAlike(_outputs, entry.Outputs);

    private static TensorSpec[] Specs(IReadOnlyList<Tensor> tensors) => [.. tensors.Select(t => new TensorSpec(t.Name, t.Type, t.Width))];

    private static bool AreAlike(TensorSpec[] specs, IReadOnlyList<Tensor> tensors)
    {
        if (specs.Length != tensors.Count) return false;
        for (var i = 0; i < specs.Length; i++)
        {
            var tensor = tensors[i];
            if (specs[i].Type != tensor.Type || specs[i].Width != tensor.Width || specs[i].Name != tensor.Name) return false;
        }

        return true;
    }
}

/// <summary>A tensor that is logged.</summary>
/// <param name="Index">Which of the request's.</param>
/// <param name="Hash">What its values are hashed with; null leaves them as they are.</param>
internal readonly record struct ChosenTensor(int Index, ValueHash? Hash)
{
    public TensorSpec Stored(TensorSpec[] all) => Hash is null ? all[Index] : all[Index] with { Type = TensorType.String };
}
