using System.Linq.Expressions;
using System.Reflection;

namespace MlOps.DataValidation;

/// <summary>Finds the column of a member of a record type.</summary>
internal static class MemberColumns
{
    /// <summary>Finds the column that an expression such as <c>flight => flight.Distance</c> means.</summary>
    /// <exception cref="ArgumentException">The expression is no member.</exception>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public static string Find<T>(Expression<Func<T, object?>> expression, IReadOnlyList<string> columns)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var body = expression.Body is UnaryExpression { NodeType: ExpressionType.Convert } boxed ? boxed.Operand : expression.Body;
        if (body is not MemberExpression { Member: var member, Expression: ParameterExpression })
            throw new ArgumentException($"'{expression}' is no member of {typeof(T).Name}. Write it as x => x.Member.", nameof(expression));
        var name = NameOf(member);
        if (columns.Contains(name)) return name;
        var alike = columns.Where(c => c.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return alike.Count == 1
            ? alike[0]
            : throw new KeyNotFoundException($"{typeof(T).Name}.{member.Name} has {(alike.Count == 0 ? "no column" : "more than one column")} in the schema. It has: {string.Join(", ", columns)}.");
    }

    /// <summary>Gives the name of the column of a member: what its attribute says, or its own.</summary>
    public static string NameOf(MemberInfo member) => AttributeOf(member)?.Name ?? member.Name;

    /// <summary>Gives the attribute of a member, or of the constructor's parameter of the same name.</summary>
    public static DataColumnAttribute? AttributeOf(MemberInfo member) => Attributes<DataColumnAttribute>(member).FirstOrDefault();

    /// <summary>Gives the attributes of a member and of the constructor's parameter of the same name, as those of a positional record are.</summary>
    public static IEnumerable<TAttribute> Attributes<TAttribute>(MemberInfo member)
        where TAttribute : Attribute
    {
        var parameters = (member.DeclaringType?.GetConstructors() ?? []).SelectMany(c => c.GetParameters()).Where(p => p.Name == member.Name);
        return member.GetCustomAttributes<TAttribute>().Concat(parameters.SelectMany(p => p.GetCustomAttributes<TAttribute>()));
    }
}
