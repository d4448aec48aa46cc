using System.Text.Json;

namespace MlOps.Monitoring;

/// <summary>What a check of a host's own found, read back from JSON where its type is not known.</summary>
/// <param name="Check">The name of the check.</param>
/// <param name="Data">Everything that the section held.</param>
public sealed record ForeignSection(string Check, JsonElement Data) : MonitorSection(Check);
