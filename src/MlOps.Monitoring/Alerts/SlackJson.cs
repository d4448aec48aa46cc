using System.Text.Json;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Writes a message as an incoming webhook of Slack takes it, or a chat that takes the same JSON.</summary>
/// <remarks>The limits are Slack's: 3,000 characters a block and 50 blocks; what does not fit is counted in the last.</remarks>
internal static class SlackJson
{
    private const int MaxText = 3000;
    private const int MaxLines = 20;

    public static string Write(AlertMessage message)
    {
        var lines = message.Raised.Select(a => (Mark: a.Alarm.Severity switch { AlarmSeverity.Critical => ":red_circle:", AlarmSeverity.Warning => ":large_orange_circle:", _ => ":information_source:" }, Alert: a))
            .Concat(message.Resolved.Select(a => (Mark: ":white_check_mark:", Alert: a))).ToList();
        List<object> blocks = [Section($"*{Escape(message.Title)}*\n{message.From:u} to {message.To:u}")];
        blocks.AddRange(lines.Take(MaxLines).Select(l => Section($"{l.Mark} *{Escape(l.Alert.Cause)}*  {Escape(l.Alert.Alarm.Sentence)}")));
        if (lines.Count > MaxLines) blocks.Add(Section($"and {lines.Count - MaxLines} more"));
        if (message.LeftOut > 0) blocks.Add(Section($"Too many alarms are open: {message.LeftOut} more are not told of."));
        return JsonSerializer.Serialize(new { text = Escape(message.Title), blocks }, MlOpsJson.Options);
    }

    private static object Section(string text) => new { type = "section", text = new { type = "mrkdwn", text = text.Length <= MaxText ? text : text[..(MaxText - 1)] + "…" } };

    // What Slack reads as its own: links, users, channels. Marks are taken as they are.
    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
