using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>A condition on the columns of a row, as <c>distance &gt; 100 and carrier in ('AA', 'UA')</c>.</summary>
/// <remarks>
/// Columns are written as they are, or in double quotes or square brackets when their names hold more than letters, digits, points and underscores; text in single quotes, a quote in it doubled.
/// There are = == != &lt;&gt; &lt; &lt;= &gt; &gt;=, in (…), not in (…), like '%…_', not like, is null, is not null, and, or, not, and brackets; &amp; &amp;&amp; | || ! are taken too.
/// As in C#, a missing value equals only null: every comparison with it is false and != is true.
/// </remarks>
[JsonConverter(typeof(RowFilterJsonConverter))]
public sealed record RowFilter
{
    /// <summary>Reads a condition.</summary>
    /// <param name="text">The condition.</param>
    /// <exception cref="FormatException">It is not one; the message says where.</exception>
    public RowFilter(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        Text = text;
        FilterParser.Parse(text);
    }

    /// <summary>Gets the condition as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a condition.</summary>
    /// <param name="text">The condition.</param>
    public static implicit operator RowFilter(string text) => new(text);

    /// <summary>Makes a condition of a lambda over a record whose members are named as columns.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="condition">Comparisons of members with values and with each other, joined by &amp;&amp;, || and !; also StartsWith, EndsWith, Contains of text and Contains of a list.</param>
    /// <returns>The condition. Variables of the lambda are taken by their values now.</returns>
    /// <exception cref="ArgumentException">The lambda does something else.</exception>
    public static RowFilter Of<T>(Expression<Func<T, bool>> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new(FilterTranslator.Text(condition.Body, condition.Parameters[0]));
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    internal FilterNode Bind(CheckPlan plan) => new(FilterParser.Parse(Text)(plan));
}

/// <summary>A filter is its text in JSON.</summary>
internal sealed class RowFilterJsonConverter : JsonConverter<RowFilter>
{
    public override RowFilter Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, RowFilter value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}
