using Microsoft.Extensions.Options;

namespace MlOps.Postgres;

[OptionsValidator]
internal sealed partial class PostgresOptionsValidator : IValidateOptions<PostgresOptions>;
