using System.Security.Cryptography;
using System.Text;

namespace MlOps.Core;

/// <summary>How what is sent to an address is signed. MLflow 3 does it the same way.</summary>
internal static class WebhookSignature
{
    public const string SignatureHeader = "X-MLflow-Signature";
    public const string TimestampHeader = "X-MLflow-Timestamp";
    public const string DeliveryHeader = "X-MLflow-Delivery-Id";

    /// <summary>Signs what is sent.</summary>
    public static string Of(string secret, string deliveryId, string timestamp, string payload) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{deliveryId}.{timestamp}.{payload}")));
}
