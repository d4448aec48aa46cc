using System.Reflection;
using DbUp.Builder;
using DbUp.Engine;
using MlOps.Core;

namespace MlOps.Relational;

/// <summary>Brings a database to the newest version with the numbered scripts of its room. The caller holds a lock against other processes.</summary>
internal static class Migrator
{
    /// <summary>Gets the scripts of an assembly in their order.</summary>
    internal static IReadOnlyList<string> ScriptsOf(Assembly assembly) =>
        [.. assembly.GetManifestResourceNames().Where(IsScript).Order(StringComparer.Ordinal)];

    /// <summary>Runs the scripts that have not run, all of them or none.</summary>
    /// <param name="builder">The engine of the dialect, with its journal.</param>
    /// <param name="assembly">Where the scripts are embedded.</param>
    /// <param name="database">What the database is called in errors.</param>
    /// <param name="code">What SQL cannot do, by the name under which it stands in the journal and that puts it in order between the scripts.</param>
    /// <exception cref="StoreException">The database is of a newer version.</exception>
    internal static void Run(UpgradeEngineBuilder builder, Assembly assembly, string database, params (string Name, IScript Script)[] code)
    {
        foreach (var (name, script) in code) builder.WithScript(name, script);
        var engine = builder
            .WithScriptsEmbeddedInAssembly(assembly, IsScript)
            .WithTransaction()
            .WithVariablesDisabled()
            .LogToNowhere()
            .Build();
        HashSet<string> scripts = [.. ScriptsOf(assembly), .. code.Select(c => c.Name)];
        if (engine.GetExecutedScripts().FirstOrDefault(executed => !scripts.Contains(executed)) is { } unknown) throw IsNewer(database, unknown);
        var result = engine.PerformUpgrade();
        if (!result.Successful) throw new MigrationFailedException(result.ErrorScript?.Name, result.Error);
    }

    /// <summary>Makes the error for a database that a newer version has written.</summary>
    internal static StoreException IsNewer(string database, string what) =>
        new($"The store '{database}' was made by a newer version of MlOps.Sdk: this version does not know {what}. Update the packages, or use another store.");

    private static bool IsScript(string name) => name.EndsWith(".sql", StringComparison.Ordinal);
}

/// <summary>A script failed; nothing of it stays. The dialect makes an error of the cause.</summary>
#pragma warning disable CA1032, CA1064 // never leaves this assembly and its backends
internal sealed class MigrationFailedException(string? script, Exception cause) : Exception($"The migration {script} failed: {cause.Message}", cause);
#pragma warning restore CA1032, CA1064
