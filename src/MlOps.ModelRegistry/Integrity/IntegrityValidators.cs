using Microsoft.Extensions.Options;

namespace MlOps.ModelRegistry;

/// <summary>Refuses a key that cannot sign when the host starts.</summary>
internal sealed class SigningOptionsValidator : IValidateOptions<SigningOptions>
{
    public ValidateOptionsResult Validate(string? name, SigningOptions options)
    {
        try
        {
            EcdsaKeys.Read(KeyText.Read(options.PrivateKey, options.PrivateKeyFile), isPrivate: true).Dispose();
            return options.KeyId is not null && string.IsNullOrWhiteSpace(options.KeyId) ? ValidateOptionsResult.Fail("MlOps:ModelRegistry:Signing:KeyId is empty.") : ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return ValidateOptionsResult.Fail($"MlOps:ModelRegistry:Signing: {e.Message}");
        }
    }
}

/// <summary>Refuses keys that cannot verify when the host starts, and a policy that could load nothing.</summary>
internal sealed class TrustOptionsValidator : IValidateOptions<TrustOptions>
{
    public ValidateOptionsResult Validate(string? name, TrustOptions options)
    {
        try
        {
            if (options is { RequireSignature: true, Keys.Count: 0 })
                return ValidateOptionsResult.Fail("MlOps:ModelRegistry:Trust asks for signatures but trusts no key, so that no model could be loaded. Add a key.");
            new SignaturePolicy(options).Dispose();
            return ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return ValidateOptionsResult.Fail($"MlOps:ModelRegistry:Trust: {e.Message}");
        }
    }
}

/// <summary>Reads a key out of options.</summary>
internal static class KeyText
{
    internal static string Read(string? text, string? file) => (text, file) switch
    {
        ({ } pem, null) => pem,
        (null, { } path) => File.ReadAllText(path),
        (null, null) => throw new ArgumentException("There is no key. Give it as text or as a file."),
        _ => throw new ArgumentException("There are a key and a file of a key. Give one of them."),
    };
}
