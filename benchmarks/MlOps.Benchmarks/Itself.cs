using System.Diagnostics;

namespace MlOps.Benchmarks;

/// <summary>Starts this program again, for a part of a comparison that needs a process of its own.</summary>
internal static class Itself
{
    public static ProcessStartInfo Start(IEnumerable<string> arguments, bool redirectsInput = false)
    {
        var path = Environment.ProcessPath!;
        // When started as "dotnet x.dll" the process is dotnet itself.
        string[] first = Path.GetFileNameWithoutExtension(path) == "dotnet" ? [typeof(Itself).Assembly.Location] : [];
        return new(path, [.. first, .. arguments]) { RedirectStandardOutput = true, RedirectStandardInput = redirectsInput };
    }
}
