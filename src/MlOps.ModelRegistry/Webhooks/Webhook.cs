using System.Security.Cryptography;
using System.Text;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>A webhook that a host has, by its name.</summary>
internal sealed record WebhookDefinition(string Name);

/// <summary>What a webhook is told of one entry, and how it is signed. MLflow 3 does it the same way.</summary>
internal static class WebhookSignature
{
    internal const string SignatureHeader = "X-MLflow-Signature";
    internal const string TimestampHeader = "X-MLflow-Timestamp";
    internal const string DeliveryHeader = "X-MLflow-Delivery-Id";

    /// <summary>Names a delivery. Telling the same entry again, also after a restart or from another host, has the same name, so that a receiver can pass it over.</summary>
    internal static string DeliveryId(string webhook, RegistryEvent entry) => Sha256.Hex($"{webhook.Length}:{webhook}:{entry.Sequence}:{entry.Hash}")[..32];

    /// <summary>Signs what is sent.</summary>
    internal static string Of(string secret, string deliveryId, string timestamp, string payload) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{deliveryId}.{timestamp}.{payload}")));
}
