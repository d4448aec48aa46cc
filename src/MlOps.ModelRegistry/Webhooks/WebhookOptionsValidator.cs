using Microsoft.Extensions.Options;

namespace MlOps.ModelRegistry;

[OptionsValidator]
internal sealed partial class WebhookOptionsValidator : IValidateOptions<WebhookOptions>;
