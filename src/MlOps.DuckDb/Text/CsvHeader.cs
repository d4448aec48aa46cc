using System.Text;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>Reads the first record of a CSV file, for the names and the number of its columns.</summary>
internal static class CsvHeader
{
    private const int MostCharacters = 1024 * 1024;

    /// <exception cref="DataException">The file is empty or its first record does not end.</exception>
    public static IReadOnlyList<string> Read(CsvFile file)
    {
        using var reader = new StreamReader(file.Path, new UTF8Encoding(false, throwOnInvalidBytes: false));
        var fields = new List<string>();
        var field = new StringBuilder();
        var (quoted, read) = (false, 0);
        while (reader.Read() is var next and >= 0)
        {
            if (++read > MostCharacters) throw new DataException($"The first line of '{file.Path}' takes more than {MostCharacters:N0} characters. Is it a CSV file?") { DataSource = file.Path };
            var c = (char)next;
            if (c == '"')
            {
                if (quoted && reader.Peek() == '"') field.Append((char)reader.Read());
                else quoted = !quoted;
            }
            else if (!quoted && c is '\r' or '\n')
            {
                if (read == 1 || (fields.Count == 0 && field.Length == 0)) continue; // empty lines before the first record
                break;
            }
            else if (!quoted && c == file.Delimiter)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        if (quoted) throw new DataException($"A quotation mark in the first line of '{file.Path}' is never closed.") { DataSource = file.Path };
        if (fields.Count == 0 && field.Length == 0) throw new DataException($"File '{file.Path}' is empty.") { DataSource = file.Path };
        fields.Add(field.ToString());
        return fields;
    }
}
