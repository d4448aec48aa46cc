using System.Collections;
using System.Globalization;
using System.Linq.Expressions;

namespace MlOps.DataValidation;

/// <summary>Writes lambdas as filters.</summary>
internal static class FilterTranslator
{
    public static string Text(Expression body, ParameterExpression row) => body switch
    {
        BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } both => $"({Text(both.Left, row)} and {Text(both.Right, row)})",
        BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } either => $"({Text(either.Left, row)} or {Text(either.Right, row)})",
        BinaryExpression { NodeType: ExpressionType.Equal or ExpressionType.NotEqual } same when IsCondition(same.Left, row) || IsCondition(same.Right, row) => SameTruth(same, row),
        BinaryExpression { NodeType: ExpressionType.Coalesce } optional when Member(optional.Left, row) is { } name && Value(optional.Right, row) is bool otherwise => $"{Quoted(name)} {(otherwise ? "!= false" : "= true")}",
        BinaryExpression comparison when Symbol(comparison.NodeType) is { } symbol => $"{Operand(comparison.Left, row)} {symbol} {Operand(comparison.Right, row)}",
        UnaryExpression { NodeType: ExpressionType.Not } not => $"not ({Text(not.Operand, row)})",
        UnaryExpression { NodeType: ExpressionType.Convert } converted => Text(converted.Operand, row),
        MemberExpression { Member.Name: "HasValue", Expression: { } optional } when Member(optional, row) is { } name => $"{Quoted(name)} is not null",
        MethodCallExpression call => Call(call, row),
        _ when Member(body, row) is { } name => $"{Quoted(name)} = true",
        _ => throw Unknown(body),
    };

    /// <summary>The name of a member of the row; null when it is something else.</summary>
    public static string? Member(Expression expression, ParameterExpression row) => expression switch
    {
        MemberExpression { Expression: { } owner } member when owner == row => MemberColumns.NameOf(member.Member),
        MemberExpression { Member.Name: "Value", Expression: { } optional } when Nullable.GetUnderlyingType(optional.Type) is not null => Member(optional, row),
        UnaryExpression { NodeType: ExpressionType.Convert } converted => Member(converted.Operand, row),
        _ => null,
    };

    private static bool IsCondition(Expression expression, ParameterExpression row)
    {
        expression = Bare(expression);
        return expression.Type == typeof(bool) && Member(expression, row) is null && new Uses(row).In(expression);
    }

    private static Expression Bare(Expression expression)
    {
        while (expression is UnaryExpression { NodeType: ExpressionType.Convert } converted) expression = converted.Operand;
        return expression;
    }

    // A condition is true or false and never missing, so a missing member is the same as none.
    private static string SameTruth(BinaryExpression comparison, ParameterExpression row)
    {
        var (left, right) = (Truth(comparison.Left, row), Truth(comparison.Right, row));
        var same = $"(({left.Yes} and {right.Yes}) or ({left.No} and {right.No}))";
        return comparison.NodeType == ExpressionType.Equal ? same : $"not {same}";
    }

    private static (string Yes, string No) Truth(Expression expression, ParameterExpression row) => Member(expression, row) is { } name
        ? ($"{Quoted(name)} = true", $"{Quoted(name)} = false")
        : (Text(Bare(expression), row), $"not ({Text(Bare(expression), row)})");

    private static string? Symbol(ExpressionType type) => type switch
    {
        ExpressionType.Equal => "=",
        ExpressionType.NotEqual => "!=",
        ExpressionType.LessThan => "<",
        ExpressionType.LessThanOrEqual => "<=",
        ExpressionType.GreaterThan => ">",
        ExpressionType.GreaterThanOrEqual => ">=",
        _ => null,
    };

    private static string Operand(Expression expression, ParameterExpression row) =>
        Member(expression, row) is { } name ? EnumFree(expression, name) : Literal(Value(expression, row));

    // An enumeration is compared as its number in a lambda but is text in a column.
    private static string EnumFree(Expression expression, string name)
    {
        expression = Bare(expression);
        if ((Nullable.GetUnderlyingType(expression.Type) ?? expression.Type).IsEnum)
            throw new ArgumentException($"'{name}' is an enumeration, which is text in a column. Write the filter as text: {name} = 'Name'.");
        return Quoted(name);
    }

    private static string Call(MethodCallExpression call, ParameterExpression row)
    {
        if (call.Object is { } text && Member(text, row) is { } column && text.Type == typeof(string) && call.Arguments is [var argument] && Value(argument, row) is string part)
        {
            var pattern = part.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
            if (call.Method.Name == nameof(string.StartsWith)) return $"{Quoted(column)} like {Literal(pattern + "%")}";
            if (call.Method.Name == nameof(string.EndsWith)) return $"{Quoted(column)} like {Literal("%" + pattern)}";
            if (call.Method.Name == nameof(string.Contains)) return $"{Quoted(column)} like {Literal("%" + pattern + "%")}";
        }

        if (call.Method.Name == nameof(Enumerable.Contains) && call.Arguments.Select(a => Member(a, row)).FirstOrDefault(n => n is not null) is { } name)
        {
            var list = call.Object ?? call.Arguments[0];
            if (list is MethodCallExpression { Method.Name: "op_Implicit", Arguments: [var inner] }) list = inner;
            if (Value(list, row) is IEnumerable values) return $"{Quoted(name)} in ({string.Join(", ", values.Cast<object?>().Select(Literal))})";
        }

        throw Unknown(call);
    }

    private static object? Value(Expression expression, ParameterExpression row)
    {
        if (new Uses(row).In(expression)) throw Unknown(expression);
        if (expression is ConstantExpression constant) return constant.Value;
        return Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)();
    }

    private static string Literal(object? value) => new Scalar(value) is var scalar && scalar.IsMissing ? "null"
        : scalar.Value is long or double or decimal or bool ? scalar.ToString()
        : $"'{scalar.ToString().Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static ArgumentException Unknown(Expression expression) =>
        new(string.Create(CultureInfo.InvariantCulture, $"'{expression}' cannot be checked on columns. Compare members with values or with each other, or derive an expectation of your own."));

    private sealed class Uses(ParameterExpression row) : ExpressionVisitor
    {
        private bool _found;

        public bool In(Expression expression)
        {
            Visit(expression);
            return _found;
        }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            _found |= node == row;
            return node;
        }
    }
}
