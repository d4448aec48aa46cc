namespace MlOps.DataValidation;

/// <summary>What is known of a table that data is compared with: its rows and the keys that were asked for.</summary>
internal sealed class ReferenceTable
{
    public long Rows { get; set; }

    /// <summary>Gets why the table could not be read; null when it was.</summary>
    public string? Error { get; set; }

    /// <summary>Gets the keys by the names of their columns.</summary>
    public Dictionary<string, KeySet> Keys { get; } = new(StringComparer.Ordinal);

    public KeySet KeysOf(IEnumerable<string> columns) => Keys[KeyName(columns)];

    public static string KeyName(IEnumerable<string> columns) => string.Join('\u001f', columns);
}
