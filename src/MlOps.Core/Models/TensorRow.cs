using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;

namespace MlOps.Core;

/// <summary>Moves single rows between .NET objects and tensors, through code that is compiled once for each type.</summary>
/// <remarks>
/// A property belongs to the tensor of its name; where there is none of exactly that name, to the one tensor whose name differs in case only.
/// Values are converted where nothing can be lost. Days and moments become text in ISO 8601, a time without an offset is taken as UTC.
/// </remarks>
public static class TensorRow
{
    /// <summary>Finds the public property that belongs to a tensor.</summary>
    /// <param name="type">The type.</param>
    /// <param name="name">The name of the tensor.</param>
    /// <returns>The property; null when there is none, or several and none of exactly this name.</returns>
    public static PropertyInfo? FindProperty(Type type, string name)
    {
        ArgumentNullException.ThrowIfNull(type);
        var alike = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetIndexParameters().Length == 0 && p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .ToList();
        return alike.Find(p => p.Name == name) ?? (alike.Count == 1 ? alike[0] : null);
    }

    /// <summary>Makes tensors of one row in which every value is missing.</summary>
    /// <param name="specs">What to make, each of width 1.</param>
    /// <returns>The tensors, in the same order.</returns>
    public static Tensor[] Create(IReadOnlyList<TensorSpec> specs)
    {
        ArgumentNullException.ThrowIfNull(specs);
        var tensors = new Tensor[specs.Count];
        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i] = specs[i].Type switch
            {
                TensorType.Bool => Tensor.Of(specs[i].Name, new bool[1], [true]),
                TensorType.Int64 => Tensor.Of(specs[i].Name, new long[1], [true]),
                TensorType.Float32 => Tensor.Of(specs[i].Name, [float.NaN]),
                TensorType.Float64 => Tensor.Of(specs[i].Name, [double.NaN]),
                _ => Tensor.Of(specs[i].Name, new string?[1]),
            };
        }

        return tensors;
    }

    /// <summary>Compiles code that puts the properties of an object into tensors that <see cref="Create"/> made of the same specs.</summary>
    /// <typeparam name="T">The type of the object. Properties that belong to no tensor are passed over; a tensor without a property is missing.</typeparam>
    /// <param name="specs">The tensors.</param>
    /// <returns>The code. It throws <see cref="ModelInputException"/> for an integer that the tensor's fraction cannot hold exactly.</returns>
    /// <exception cref="ModelInputException">A property has a type that does not fit its tensor.</exception>
    public static Action<T, Tensor[]> Reader<T>(IReadOnlyList<TensorSpec> specs)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(specs);
        var row = Expression.Parameter(typeof(T), "row");
        var tensors = Expression.Parameter(typeof(Tensor[]), "tensors");
        var steps = specs.Select((spec, i) =>
        {
            var tensor = Expression.ArrayIndex(tensors, Expression.Constant(i));
            var property = FindProperty(typeof(T), spec.Name) is { CanRead: true } found ? Expression.Property(row, found) : null;
            return (Expression)(spec.Type switch
            {
                TensorType.Bool => Set(nameof(SetBool), tensor, property, typeof(bool?), spec, typeof(bool)),
                TensorType.Int64 => Set(nameof(SetInteger), tensor, property, typeof(long?), spec, typeof(long), typeof(int), typeof(short), typeof(sbyte), typeof(byte), typeof(ushort), typeof(uint)),
                TensorType.Float32 => Set(nameof(SetSingle), tensor, property, typeof(float?), spec, typeof(float), typeof(short), typeof(sbyte), typeof(byte), typeof(ushort)),
                TensorType.Float64 when property is not null && Bare(property.Type) == typeof(long) => Set(nameof(SetExact), tensor, property, typeof(long?), spec, typeof(long)),
                TensorType.Float64 => Set(
                    nameof(SetDouble), tensor, property, typeof(double?), spec, typeof(double), typeof(float), typeof(decimal), typeof(int), typeof(short), typeof(sbyte), typeof(byte), typeof(ushort), typeof(uint)),
                _ => Set(nameof(SetText), tensor, property is null ? null : TextOf(property, spec), typeof(string), spec, typeof(string)),
            });
        });
        return Expression.Lambda<Action<T, Tensor[]>>(Expression.Block(typeof(void), steps.DefaultIfEmpty(Expression.Empty())), row, tensors).Compile();
    }

    /// <summary>Compiles code that puts the first row of tensors into the properties of an object.</summary>
    /// <typeparam name="T">The type of the object: each of its settable properties belongs to one tensor. Arrays are copied.</typeparam>
    /// <param name="specs">The tensors, in the order in which they will be given.</param>
    /// <returns>The code. It throws <see cref="ModelInputException"/> when a value is missing that its property cannot leave open.</returns>
    /// <exception cref="ModelInputException">A property belongs to no tensor or has a type that does not fit it.</exception>
    public static Action<IReadOnlyList<Tensor>, T> Writer<T>(IReadOnlyList<TensorSpec> specs)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(specs);
        var row = Expression.Parameter(typeof(T), "row");
        var tensors = Expression.Parameter(typeof(IReadOnlyList<Tensor>), "tensors");
        var steps = new List<Expression>();
        var written = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < specs.Count; i++)
        {
            if (FindProperty(typeof(T), specs[i].Name) is not { SetMethod.IsPublic: true } property) continue;
            written.Add(property.Name);
            var tensor = Expression.Property(tensors, typeof(IReadOnlyList<Tensor>).GetProperty("Item")!, Expression.Constant(i));
            steps.Add(Expression.Assign(Expression.Property(row, property), ValueOf(tensor, specs[i], property)));
        }

        var left = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).FirstOrDefault(p => p.SetMethod is { IsPublic: true } && !written.Contains(p.Name));
        if (left is not null)
        {
            throw new ModelInputException(
                $"{typeof(T).Name}.{left.Name} is no output of the model. It gives: {string.Join(", ", specs.Select(s => s.Name))}. Rename the property or make it read-only.", left.Name);
        }

        return Expression.Lambda<Action<IReadOnlyList<Tensor>, T>>(Expression.Block(typeof(void), steps.DefaultIfEmpty(Expression.Empty())), tensors, row).Compile();
    }

    private static MethodCallExpression Set(string setter, Expression tensor, Expression? value, Type target, TensorSpec spec, params Type[] fitting)
    {
        if (value is null) value = Expression.Default(target);
        else if (!fitting.Contains(Bare(value.Type))) throw WrongType((MemberExpression)value, spec);
        return Expression.Call(typeof(TensorRow), setter, null, tensor, Expression.Convert(value, target));
    }

    private static Expression TextOf(MemberExpression property, TensorSpec spec)
    {
        if (property.Type == typeof(string)) return property;
        var type = Bare(property.Type);
        return type.IsEnum || type == typeof(Guid) || type == typeof(char) || type == typeof(DateOnly) || type == typeof(DateTime) || type == typeof(DateTimeOffset)
            ? Expression.Call(typeof(TensorRow), nameof(Text), null, Expression.Convert(property, typeof(object)))
            : throw WrongType(property, spec);
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset moment => Text(moment.UtcDateTime),
        DateTime moment => (moment.Kind == DateTimeKind.Local ? moment.ToUniversalTime() : moment).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static Expression ValueOf(Expression tensor, TensorSpec spec, PropertyInfo property)
    {
        var element = ElementOf(spec.Type);
        if (spec.Width > 1)
        {
            return property.PropertyType == element.MakeArrayType()
                ? Expression.Call(typeof(TensorRow), nameof(GetArray), [element], tensor)
                : throw WrongType(property, spec);
        }

        var value = Expression.Call(typeof(TensorRow), spec.Type switch
        {
            TensorType.Bool => nameof(GetBool),
            TensorType.Int64 => nameof(GetInteger),
            TensorType.Float32 => nameof(GetSingle),
            TensorType.Float64 => nameof(GetDouble),
            _ => nameof(GetText),
        }, null, tensor);
        var target = property.PropertyType;
        var bare = Bare(target);
        var fits = bare == element
            || (spec.Type == TensorType.Int64 && bare.IsPrimitive && bare != typeof(bool) && bare != typeof(char) && bare != typeof(float) && bare != typeof(double))
            || (spec.Type == TensorType.Float32 && bare == typeof(double));
        if (!fits) throw WrongType(property, spec);
        var mayMiss = Nullable.GetUnderlyingType(value.Type) is not null;
        return mayMiss && target == bare
            ? Expression.ConvertChecked(Expression.Call(typeof(TensorRow), nameof(Require), [element], value, Expression.Constant(spec.Name)), target)
            : Expression.ConvertChecked(value, target);
    }

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static Type ElementOf(TensorType type) => type switch
    {
        TensorType.Bool => typeof(bool),
        TensorType.Int64 => typeof(long),
        TensorType.Float32 => typeof(float),
        TensorType.Float64 => typeof(double),
        _ => typeof(string),
    };

    private static ModelInputException WrongType(MemberExpression property, TensorSpec spec) => WrongType((PropertyInfo)property.Member, spec);

    private static ModelInputException WrongType(PropertyInfo property, TensorSpec spec) => new(
        $"{property.DeclaringType?.Name}.{property.Name} is {Bare(property.PropertyType).Name}, which does not fit '{spec.Name}' of the model: {TensorJson.DatatypeOf(spec.Type)}, {spec.Width} a row.",
        spec.Name);

    private static void SetBool(Tensor tensor, bool? value)
    {
        var column = (Tensor<bool>)tensor;
        column.Values[0] = value.GetValueOrDefault();
        column.Missing![0] = !value.HasValue;
    }

    private static void SetInteger(Tensor tensor, long? value)
    {
        var column = (Tensor<long>)tensor;
        column.Values[0] = value.GetValueOrDefault();
        column.Missing![0] = !value.HasValue;
    }

    private static void SetSingle(Tensor tensor, float? value) => ((Tensor<float>)tensor).Values[0] = value ?? float.NaN;

    private static void SetDouble(Tensor tensor, double? value) => ((Tensor<double>)tensor).Values[0] = value ?? double.NaN;

    private static void SetExact(Tensor tensor, long? value)
    {
        if (value is { } exact && (Int128)(double)exact != exact)
            throw new ModelInputException($"'{tensor.Name}' is an integer that a fraction of 64 bits cannot hold exactly.", tensor.Name);
        SetDouble(tensor, value);
    }

    private static void SetText(Tensor tensor, string? value) => ((Tensor<string?>)tensor).Values[0] = value;

    private static bool? GetBool(Tensor tensor) => tensor.IsMissing(0) ? null : ((Tensor<bool>)tensor).Values[0];

    private static long? GetInteger(Tensor tensor) => tensor.IsMissing(0) ? null : ((Tensor<long>)tensor).Values[0];

    private static float GetSingle(Tensor tensor) => ((Tensor<float>)tensor).Values[0];

    private static double GetDouble(Tensor tensor) => ((Tensor<double>)tensor).Values[0];

    private static string? GetText(Tensor tensor) => ((Tensor<string?>)tensor).Values[0];

    private static T[] GetArray<T>(Tensor tensor) => ((Tensor<T>)tensor).Values[..tensor.Width];

    private static T Require<T>(T? value, string name)
        where T : struct =>
        value ?? throw new ModelInputException($"The model gave no '{name}' for this row. Make the property nullable to allow that.", name);
}
