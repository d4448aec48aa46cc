using System.Collections.ObjectModel;
using System.ComponentModel.DataAnnotations;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Who is told of what happens in the registry, and how. Bound from <c>MlOps:Webhooks:{name}</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>Gets or sets the address that is told, with https or http, without a user and a fragment.</summary>
    /// <value>There is no default.</value>
    [Required]
    public Uri? Url { get; set; }

    /// <summary>Gets or sets the secret with which what is told is signed.</summary>
    /// <value>There is no default; at least 16 characters.</value>
    [Required]
    [MinLength(16)]
    public string? Secret { get; set; }

    /// <summary>Gets the kinds of entries that are told; none for all.</summary>
    public Collection<RegistryEventKind> Kinds { get; } = [];

    /// <summary>Gets the models whose entries are told; none for all.</summary>
    public Collection<string> Models { get; } = [];

    /// <summary>Gets or sets whether the address may be one of this machine, of a private network or of a link.</summary>
    /// <value>The default is false: the registry cannot be used to reach what only its machine can reach.</value>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Gets or sets how long one attempt may take.</summary>
    /// <value>The default is 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how often an entry is told at most, until the answer is a success.</summary>
    /// <value>The default is 10, which takes about a quarter of an hour.</value>
    [Range(1, 1000)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>Gets or sets how long to wait before the second attempt; before each further one twice as long.</summary>
    /// <value>The default is 1 second.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets how long to wait between two attempts at most.</summary>
    /// <value>The default is 5 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(5);
}
