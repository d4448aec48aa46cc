using System.Globalization;
using System.Security.Cryptography;

namespace MlOps.Mlflow;

/// <summary>Names for runs that come without one: adjective-noun-number.</summary>
internal static class RunNames
{
    private static readonly string[] Adjectives =
    [
        "able", "amber", "brave", "bright", "calm", "clever", "crisp", "curious", "daring", "eager", "early", "fair", "fleet", "gentle", "glad", "golden", "grand", "happy", "honest", "keen",
        "kind", "lively", "lucky", "merry", "mighty", "modest", "nimble", "noble", "patient", "plucky", "proud", "quick", "quiet", "rapid", "silver", "smart", "steady", "sunny", "swift", "tidy",
        "upbeat", "vivid", "warm", "wise", "witty", "zesty",
    ];

    private static readonly string[] Nouns =
    [
        "ant", "badger", "bear", "bee", "bird", "bison", "cat", "colt", "crane", "crow", "deer", "dog", "dolphin", "dove", "duck", "eagle", "elk", "falcon", "finch", "fox", "goose", "gull",
        "hare", "hawk", "heron", "horse", "jay", "koala", "lamb", "lark", "lion", "lynx", "mole", "moose", "newt", "otter", "owl", "panda", "pig", "quail", "ram", "robin", "seal", "shark",
        "sheep", "snail", "sparrow", "squid", "stork", "swan", "tern", "toad", "trout", "vole", "whale", "wolf", "wren", "yak", "zebra",
    ];

    public static string Next() => string.Create(
        CultureInfo.InvariantCulture, $"{RandomNumberGenerator.GetItems<string>(Adjectives, 1)[0]}-{RandomNumberGenerator.GetItems<string>(Nouns, 1)[0]}-{RandomNumberGenerator.GetInt32(1000)}");
}
