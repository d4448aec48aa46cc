namespace MlOps.Core;

/// <summary>How SQL is written for one engine. Thread-safe.</summary>
public abstract class SqlDialect
{
    /// <summary>Gets the name of the engine.</summary>
    public abstract string Name { get; }

    /// <summary>Writes a name so that it is taken as it stands.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The quoted name.</returns>
    public virtual string Quote(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>Writes a parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The reference, with its sign.</returns>
    public abstract string Parameter(string name);

    /// <summary>Writes a type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The name of the type.</returns>
    public abstract string TypeOf(ColumnType type);

    /// <summary>Writes an expression for a moment as microseconds since 1970, rounded down; a time without a zone is UTC.</summary>
    /// <param name="expression">An expression whose value is a time.</param>
    /// <returns>An expression whose value is a 64-bit integer.</returns>
    public abstract string Micros(string expression);
}
