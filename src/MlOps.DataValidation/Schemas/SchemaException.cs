using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Something that is wrong with a schema.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Column">The column; null when it is about the whole schema.</param>
/// <param name="Message">What is wrong and what to do about it.</param>
/// <param name="Line">The line of the text, from 1; null when the schema was not read from a text.</param>
public sealed record SchemaProblem(AnomalyKind Kind, string? Column, string Message, int? Line = null)
{
    /// <inheritdoc/>
    public override string ToString() => Line is null ? Message : FormattableString.Invariant($"Line {Line}: {Message}");
}

/// <summary>A schema cannot be read or says something impossible. All problems are listed, not only the first.</summary>
public sealed class SchemaException : DataException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="problems">What is wrong; at least one problem.</param>
    /// <param name="innerException">What caused it, or null.</param>
    public SchemaException(IReadOnlyList<SchemaProblem> problems, Exception? innerException = null)
        : base($"The schema is refused. {string.Join(" ", (problems ?? throw new ArgumentNullException(nameof(problems))).Take(10))}{(problems.Count > 10 ? $" And {problems.Count - 10} more problems." : "")}", innerException)
    {
        Problems = problems;
        Column = problems.Count > 0 ? problems[0].Column : null;
    }

    /// <summary>Gets what is wrong.</summary>
    public IReadOnlyList<SchemaProblem> Problems { get; }
}
