using System.Text;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Sends alerts to an incoming webhook of Slack, or of a chat that takes the same JSON.</summary>
/// <remarks>The limits are Slack's: 3,000 characters a block and 50 blocks; what does not fit is counted in the last.</remarks>
internal sealed class SlackAlertSink(AlertWebhookOptions options, TimeProvider time) : IAlertSink, IDisposable
{
    private const int MaxText = 3000;
    private const int MaxLines = 20;
    private readonly WebhookClient _client = new(new(options.Url!, options.Secret, options.AllowPrivateAddresses, options.Timeout), time);

    public async Task SendAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        if (await _client.SendAsync(message.Id, Write(message), cancellationToken).ConfigureAwait(false) is { } reason) throw new AlertNotSentException(reason);
    }

    public void Dispose() => _client.Dispose();

    internal static string Write(AlertMessage message)
    {
        var lines = message.Raised.Select(a => (Mark: a.Alarm.Severity switch { AlarmSeverity.Critical => ":red_circle:", AlarmSeverity.Warning => ":large_orange_circle:", _ => ":information_source:" }, Alert: a))
            .Concat(message.Resolved.Select(a => (Mark: ":white_check_mark:", Alert: a))).ToList();
        List<object> blocks = [Section($"*{Escape(message.Title)}*\n{message.From:u} to {message.To:u}")];
        blocks.AddRange(lines.Take(MaxLines).Select(l => Section($"{l.Mark} *{Escape(l.Alert.Cause)}*  {Escape(l.Alert.Alarm.Sentence)}")));
        if (lines.Count > MaxLines) blocks.Add(Section($"and {lines.Count - MaxLines} more"));
        return JsonSerializer.Serialize(new { text = Escape(message.Title), blocks }, MlOpsJson.Options);
    }

    private static object Section(string text) => new { type = "section", text = new { type = "mrkdwn", text = text.Length <= MaxText ? text : text[..(MaxText - 1)] + "…" } };

    // What Slack reads as its own: links, users, channels. Marks are taken as they are.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }
}
