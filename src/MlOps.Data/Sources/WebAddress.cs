using System.Net.Http.Headers;
using System.Text;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>An address that shows neither user nor query, where secrets may stand. In cache keys a digest stands for it.</summary>
internal sealed class WebAddress(Uri address) : IFingerprinted
{
    private readonly Uri _bare = new UriBuilder(address) { UserName = "", Password = "" }.Uri;

    public string Fingerprint => Sha256.Hex(_bare.AbsoluteUri);

    public HttpRequestMessage Request(HttpMethod method)
    {
        var request = new HttpRequestMessage(method, _bare);
        if (address.UserInfo.Length > 0)
        {
            var user = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo)));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", user);
        }

        return request;
    }

    public override string ToString() => _bare.GetLeftPart(UriPartial.Path);
}
