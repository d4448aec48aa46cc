using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>What is logged of a model.</summary>
internal sealed class LogPolicy
{
    private readonly PredictionLogOptions _options;
    private readonly ModelLogOptions _model;
    private readonly IReadOnlyList<IColumnTags> _tags;
    private readonly ValueHash? _hash;

    public LogPolicy(PredictionLogOptions options, string model, IReadOnlyList<IColumnTags> tags)
    {
        (_options, _model, _tags) = (options, options.Of(model), tags);
        _hash = options.HashKey is { } key ? new(key) : null;
        SubjectHash = _model.HashSubject ? Hash : null;
    }

    /// <summary>Gets the input that names the subject; null for none.</summary>
    public string? SubjectColumn => _model.SubjectColumn;

    /// <summary>Gets what the subject is hashed with; null leaves it as it is.</summary>
    public ValueHash? SubjectHash { get; }

    private ValueHash Hash => _hash ?? throw new InvalidOperationException("The options were not validated: something is to be hashed, and there is no key.");

    /// <summary>Chooses the tensors that are logged. Outputs are logged unless their tags say otherwise.</summary>
    public ChosenTensor[] Choose(TensorSpec[] tensors, bool areInputs)
    {
        var chosen = new List<ChosenTensor>(tensors.Length);
        for (var i = 0; i < tensors.Length; i++)
        {
            var redaction = areInputs ? OfInput(tensors[i].Name) : RedactionOf(tensors[i].Name);
            if (redaction != Redaction.Drop) chosen.Add(new(i, redaction == Redaction.Hash ? Hash : null));
        }

        return [.. chosen];
    }

    /// <summary>Says what becomes of an input; null when it is logged as it is.</summary>
    public Redaction? OfInput(string column) => (_model.Features, RedactionOf(column)) switch
    {
        (LoggedFeatures.None, _) or (_, Redaction.Drop) => Redaction.Drop,
        (LoggedFeatures.Listed, _) when !_model.Listed.Contains(column) => Redaction.Drop,
        (LoggedFeatures.Hashed, _) => Redaction.Hash,
        var (_, tagged) => tagged,
    };

    // Of several tags the strictest counts.
    private Redaction? RedactionOf(string column)
    {
        Redaction? strictest = null;
        var own = _model.ColumnTags.TryGetValue(column, out var named) ? named : [];
        foreach (var tag in own.Concat(_tags.SelectMany(t => t.TagsOf(column))))
        {
            if (_options.RedactedTags.TryGetValue(tag, out var redaction) && strictest != Redaction.Drop) strictest = redaction;
        }

        return strictest;
    }
}
