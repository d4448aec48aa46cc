using System.Text;

namespace MlOps.Monitoring;

/// <summary>Names of programs as people write them.</summary>
internal static class Words
{
    /// <summary>Makes "Rows per second" of rowsPerSecond, and "Label coverage" of label-coverage.</summary>
    public static string Title(string name)
    {
        var words = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (c is '_' or '-' or ' ') words.Append(' ');
            else if (char.IsUpper(c) && i > 0 && !char.IsUpper(name[i - 1])) words.Append(' ').Append(i + 1 < name.Length && char.IsUpper(name[i + 1]) ? c : char.ToLowerInvariant(c));
            else words.Append(i == 0 ? char.ToUpperInvariant(c) : c);
        }

        return words.ToString();
    }
}
