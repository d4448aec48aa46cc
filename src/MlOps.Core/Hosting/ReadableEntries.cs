using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace MlOps.Core;

/// <summary>Refuses what the binder of configurations passes over without a word: an entry of a list or a dictionary that cannot be read, and one value where several are needed, or the other way round. A filter with a slip of the pen would be none.</summary>
internal static class ReadableEntries
{
    /// <summary>Looks at a section that is bound to a type.</summary>
    /// <param name="section">The section.</param>
    /// <param name="type">The type.</param>
    /// <exception cref="InvalidOperationException">Something cannot be read; the message names its key, and no value, which may be a secret.</exception>
    public static void Check(IConfigurationSection section, Type type)
    {
        var entries = section.GetChildren().ToList();
        if (IsValue(type))
        {
            if (entries.Count > 0) throw new InvalidOperationException($"'{section.Path}' has entries, as '{entries[0].Path}', and one value is needed.");
            if (section.Value is not null) section.Get(type); // throws with the key
            return;
        }

        if (entries.Count == 0 && !string.IsNullOrEmpty(section.Value)) throw new InvalidOperationException($"'{section.Path}' is one value, and entries are needed, as '{section.Path}:{(IsDictionary(type) ? "name" : ElementOf(type) is null ? type.GetProperties()[0].Name : "0")}'.");
        if (ElementOf(type) is { } element)
        {
            foreach (var entry in entries)
            {
                if (IsValue(element) && entry.Value is null && !entry.GetChildren().Any()) throw new InvalidOperationException($"'{entry.Path}' has no value.");
                Check(entry, element);
            }

            return;
        }

        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0))
        {
            if (section.GetSection(property.Name) is var part && part.Exists()) Check(part, property.PropertyType);
        }
    }

    private static bool IsValue(Type type) => type == typeof(string) || type == typeof(object) || type == typeof(byte[]) || TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    private static bool IsDictionary(Type type) => ElementTypeOf(type) is { IsGenericType: true } element && element.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);

    private static Type? ElementOf(Type type) => IsDictionary(type) ? ElementTypeOf(type)!.GetGenericArguments()[1] : ElementTypeOf(type);

    private static Type? ElementTypeOf(Type type) =>
        new[] { type }.Concat(type.GetInterfaces()).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
}
