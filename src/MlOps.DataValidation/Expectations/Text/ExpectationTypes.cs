namespace MlOps.DataValidation;

/// <summary>The expectations that a suite's text may name: those of this room, and those that a host has added. Nothing else is ever made because a file was read.</summary>
/// <remarks>Immutable and thread-safe. An expectation is called as its type, with underscores: <c>TailNumber</c> is <c>tail_number</c>.</remarks>
public sealed class ExpectationTypes
{
    private readonly Dictionary<string, Type> _types;

    private ExpectationTypes(Dictionary<string, Type> types) => _types = types;

    /// <summary>Gets those of this room.</summary>
    public static ExpectationTypes BuiltIn { get; } = new(typeof(Expectation).Assembly.GetTypes()
        .Where(t => t is { IsAbstract: false, IsGenericTypeDefinition: false } && t.IsSubclassOf(typeof(Expectation)))
        .ToDictionary(ExpectationNames.Of, StringComparer.Ordinal));

    /// <summary>Gets the names, in alphabetical order.</summary>
    public IEnumerable<string> Names => _types.Keys.Order(StringComparer.Ordinal);

    /// <summary>Adds an expectation of one's own.</summary>
    /// <typeparam name="T">The expectation. Its parameters are the public properties that can be set, or that its constructor takes.</typeparam>
    /// <returns>These and that one.</returns>
    /// <exception cref="ArgumentException">It is abstract, or another expectation has its name.</exception>
    public ExpectationTypes With<T>()
        where T : Expectation => With(typeof(T));

    internal ExpectationTypes With(Type type)
    {
        if (type.IsAbstract) throw new ArgumentException($"{type.Name} is abstract: no expectation can be made of it.");
        var name = ExpectationNames.Of(type);
        if (_types.TryGetValue(name, out var other))
            return other == type ? this : throw new ArgumentException($"{type.FullName} and {other.FullName} are both called '{name}'. Rename one of the two.");
        return new(new(_types, StringComparer.Ordinal) { [name] = type });
    }

    internal Type Find(string name) => _types.TryGetValue(name, out var type) ? type : throw new FormatException(
        $"There is no expectation '{name}'. There are: {string.Join(", ", Names)}. One of your own is added with {nameof(ExpectationTypes)}.{nameof(With)}, or with AddExpectation where the host is built.");
}
