using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Knows which inputs the log of the host does not keep as they were, so that nobody takes them for values that vanished or changed. A log of the host's own has a policy of its own.</summary>
internal sealed class KeptInputs(IPredictionLog log, IOptions<PredictionLogOptions> options, IEnumerable<IColumnTags> tags)
{
    private readonly IReadOnlyList<IColumnTags> _tags = [.. tags];

    /// <summary>Says why an input cannot be compared; null when it can.</summary>
    /// <param name="model">The model.</param>
    /// <param name="column">The input.</param>
    /// <param name="isTraining">Whether it is compared with training data. Another reference may come from the log and then has the same hashes.</param>
    public string? ProblemOf(string model, string column, bool isTraining) => log is not PredictionLog ? null : new LogPolicy(options.Value, model, _tags).OfInput(column) switch
    {
        Redaction.Drop => "The prediction log does not keep it, by its policy or a tag.",
        Redaction.Hash when isTraining => "The prediction log keeps hashes of it, by its policy or a tag.",
        _ => null,
    };
}
