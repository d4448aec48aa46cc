using System.Globalization;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Remembers up to which entry a webhook was told, in a small file that is replaced as a whole.</summary>
internal sealed class WebhookPosition(string folder, string webhook)
{
    private readonly string _path = Path.Combine(folder, Sha256.Hex(webhook)[..32] + ".txt"); // a name may be anything

    /// <summary>Reads it.</summary>
    /// <returns>The sequence of the last entry; null when the webhook was never told of any.</returns>
    public async Task<long?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_path)) return null;
        var text = await File.ReadAllTextAsync(_path, cancellationToken).ConfigureAwait(false);
        return long.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : throw new StoreException($"The file '{_path}' does not say up to which entry webhook '{webhook}' was told. Remove it to begin with what happens from now on.");
    }

    public async Task WriteAsync(long sequence)
    {
        Directory.CreateDirectory(folder);
        var temporary = _path + ".new";
        await File.WriteAllTextAsync(temporary, sequence.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        File.Move(temporary, _path, overwrite: true);
    }
}
