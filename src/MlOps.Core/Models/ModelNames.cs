using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MlOps.Core;

/// <summary>What a model and an alias may be called, in every registry.</summary>
public static partial class ModelNames
{
    /// <summary>The most characters of the name of a registered model.</summary>
    public const int MaxLength = 256;

    /// <summary>The alias of the version that serves.</summary>
    public const string Champion = "champion";

    /// <summary>The alias of the version that may replace it.</summary>
    public const string Challenger = "challenger";

    /// <summary>Refuses what is no name for a registered model: everything but a text of 1 to 256 characters without control characters.</summary>
    /// <param name="model">The name.</param>
    /// <exception cref="ArgumentException">It is no name for a registered model.</exception>
    public static void CheckRegisteredModel(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Length is 0 or > MaxLength || model.Any(char.IsControl) || !IsText(model))
            throw new ArgumentException($"'{model}' is no name for a registered model. Use 1 to {MaxLength} characters, none of them a control character.", nameof(model));
    }

    /// <summary>Refuses what is no name for a model that can be served: its name stands in paths and addresses.</summary>
    /// <param name="model">The name.</param>
    /// <exception cref="ArgumentException">It is no name for a model.</exception>
    public static void CheckModel(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!ModelName().IsMatch(model) || model is "." or "..")
            throw new ArgumentException($"'{model}' is no name for a model. Use letters, digits, dots, dashes and underscores, at most 200.", nameof(model));
    }

    /// <summary>Refuses what is no name for an alias.</summary>
    /// <param name="alias">The name.</param>
    /// <exception cref="ArgumentException">It is no name for an alias.</exception>
    public static void CheckAlias(string alias)
    {
        ArgumentNullException.ThrowIfNull(alias);
        if (!AliasName().IsMatch(alias)) throw new ArgumentException($"'{alias}' is no name for an alias. Use letters, digits, dashes and underscores, at most 255.", nameof(alias));
        if (alias.Equals("latest", StringComparison.OrdinalIgnoreCase) || VersionLike().IsMatch(alias))
            throw new ArgumentException($"The alias '{alias}' is reserved: it reads as a version.", nameof(alias));
    }

    /// <summary>Refuses a change of an alias that no registry makes.</summary>
    /// <param name="change">The change.</param>
    /// <exception cref="ArgumentException">A name is no name, or nobody and no reason is given for the record.</exception>
    public static void CheckChange(AliasChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        CheckRegisteredModel(change.Model);
        CheckAlias(change.Alias);
        RegistryChecks.Check(new ChangeNote(change.By, change.Reason, change.At));
        if (change.From is null && change.To is null) throw new ArgumentException($"The change of the alias '{change.Alias}' is from nothing to nothing.", nameof(change));
        if (change is { IsRollBack: true, To: null }) throw new ArgumentException($"The alias '{change.Alias}' cannot go back to nothing. Remove it without {nameof(change.IsRollBack)}.", nameof(change));
    }

    /// <summary>Makes the error for an alias that does not point where the caller thought.</summary>
    /// <param name="change">The change that was asked for.</param>
    /// <param name="current">The version that the alias points to; null for none.</param>
    /// <returns>The error.</returns>
    public static ConflictException Conflict(AliasChange change, int? current)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new($"The alias '{change.Alias}' of model '{change.Model}' points to {Version(current)}, not to {Version(change.From)}: somebody moved it. Nothing was changed. Look at the version that is there and decide again.");

        static string Version(int? version) => version is { } number ? string.Create(CultureInfo.InvariantCulture, $"version {number}") : "no version";
    }

    /// <summary>Says whether every surrogate has its other half, so that a store gives the text back as it is.</summary>
    internal static bool IsText(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var length) is not OperationStatus.Done) return false;
            text = text[length..];
        }

        return true;
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,200}\z")]
    private static partial Regex ModelName();

    [GeneratedRegex(@"^[\p{L}\p{N}_-]{1,255}\z")]
    private static partial Regex AliasName();

    [GeneratedRegex(@"^[vV][0-9]+\z")]
    private static partial Regex VersionLike();
}
