using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

[OptionsValidator]
internal sealed partial class PredictionLogOptionsValidator : IValidateOptions<PredictionLogOptions>;

/// <summary>Refuses policies that say one thing and need another.</summary>
internal sealed class LogPolicyValidator : IValidateOptions<PredictionLogOptions>
{
    public ValidateOptionsResult Validate(string? name, PredictionLogOptions options)
    {
        var errors = new List<string>();
        foreach (var (model, policy) in options.Models.Append(new("Default", options.Default)))
        {
            var place = ReferenceEquals(policy, options.Default) ? "Default" : $"Models:{model}";
            if (policy is null)
            {
                errors.Add($"MlOps:PredictionLog:{place} is null. Leave it out, or say what is logged.");
                continue;
            }

            if (place != "Default" && !IsModel(model)) errors.Add($"MlOps:PredictionLog:{place} names no model: use letters, digits, dots, dashes and underscores.");
            if (!Enum.IsDefined(policy.Features)) errors.Add($"MlOps:PredictionLog:{place}:Features is {policy.Features}, which is none of {string.Join(", ", Enum.GetNames<LoggedFeatures>())}.");
            if (policy.Features == LoggedFeatures.Listed && policy.Listed.Count == 0) errors.Add($"MlOps:PredictionLog:{place} logs listed features and lists none. Name them in Listed, or set Features to None.");
            if (policy.Features != LoggedFeatures.Listed && policy.Listed.Count > 0) errors.Add($"MlOps:PredictionLog:{place} lists features, but logs {policy.Features}. Set Features to Listed, or empty the list.");
            if (options.HashKey is null && (policy.Features == LoggedFeatures.Hashed || policy.HashSubject)) errors.Add($"MlOps:PredictionLog:{place} hashes values, and there is no MlOps:PredictionLog:HashKey. Set it to a secret of at least 16 characters.");
        }

        // Which columns carry a tag is known only when they come.
        if (options.HashKey is null && options.RedactedTags.FirstOrDefault(t => t.Value == Redaction.Hash) is { Key: { } tag })
            errors.Add($"MlOps:PredictionLog:RedactedTags:{tag} hashes values, and there is no MlOps:PredictionLog:HashKey. Set it to a secret of at least 16 characters.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static bool IsModel(string name)
    {
        try
        {
            ModelNames.CheckModel(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
