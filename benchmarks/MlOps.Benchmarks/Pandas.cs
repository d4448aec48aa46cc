namespace MlOps.Benchmarks;

/// <summary>Runs scripts in a python3 that has pandas, where there is one.</summary>
internal static class Pandas
{
    private static readonly PythonModule Module = new("pandas");

    public static bool IsPresent => Module.IsPresent;

    /// <inheritdoc cref="PythonModule.Run"/>
    public static string Run(string script, params string[] arguments) => Module.Run(script, arguments);
}
