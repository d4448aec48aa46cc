using System.Globalization;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Enough different people in a role have approved, none of whom registered the version.</summary>
internal sealed record ApprovalCheck(string Role, int Persons) : IModelCheck
{
    public async ValueTask<string?> ObjectionAsync(ModelQuestion question, CancellationToken cancellationToken)
    {
        var query = new RegistryHistoryQuery { Model = question.Change.Model, Version = question.Candidate.Version, Kinds = [RegistryEventKind.Approved] };
        var people = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        await foreach (var approval in question.Registry.ReadHistoryAsync(query, cancellationToken).ConfigureAwait(false))
            if (approval.Alias == question.Change.Alias && approval.To == Role) people.Add(approval.By.Trim());
        var isOwn = people.Remove(question.Candidate.By.Trim());
        if (people.Count >= Persons) return null;
        var who = people.Count == 0 ? "nobody" : string.Join(" and ", people.Order(StringComparer.Ordinal));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(Persons == 1 ? "Somebody" : $"{Persons} different people")} in the role '{Role}' must approve of version {question.Candidate.Version} as {question.Change.Alias}; {who} has{(isOwn ? ", and whoever registered it does not count" : string.Empty)}.");
    }
}
