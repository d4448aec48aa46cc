using MlOps.DataValidation;

namespace MlOps.Peers;

/// <summary>What TFDV calls the kinds of anomalies, and why some of its kinds and cases have no counterpart.</summary>
internal static class TfdvNames
{
    public static readonly IReadOnlyDictionary<string, AnomalyKind> Kinds = new Dictionary<string, AnomalyKind>
    {
        ["SCHEMA_NEW_COLUMN"] = AnomalyKind.NewColumn,
        ["SCHEMA_MISSING_COLUMN"] = AnomalyKind.MissingColumn,
        ["UNEXPECTED_DATA_TYPE"] = AnomalyKind.UnexpectedType,
        ["FEATURE_TYPE_NOT_PRESENT"] = AnomalyKind.NeverPresent,
        ["FEATURE_TYPE_LOW_NUMBER_PRESENT"] = AnomalyKind.TooFewPresent,
        ["FEATURE_TYPE_LOW_FRACTION_PRESENT"] = AnomalyKind.TooSmallSharePresent,
        ["FEATURE_TYPE_LOW_NUMBER_VALUES"] = AnomalyKind.ListTooShort,
        ["FEATURE_TYPE_HIGH_NUMBER_VALUES"] = AnomalyKind.ListTooLong,
        ["VALUE_NESTEDNESS_MISMATCH"] = AnomalyKind.NestingMismatch,
        ["INVALID_FEATURE_SHAPE"] = AnomalyKind.ShapeMismatch,
        ["FEATURE_TYPE_LOW_UNIQUE"] = AnomalyKind.TooFewDistinct,
        ["FEATURE_TYPE_HIGH_UNIQUE"] = AnomalyKind.TooManyDistinct,
        ["FEATURE_TYPE_NO_UNIQUE"] = AnomalyKind.DistinctNotCounted,
        ["BOOL_TYPE_SMALL_INT"] = AnomalyKind.BooleanTooSmall,
        ["BOOL_TYPE_BIG_INT"] = AnomalyKind.BooleanTooBig,
        ["BOOL_TYPE_UNEXPECTED_FLOAT"] = AnomalyKind.BooleanUnexpectedNumber,
        ["BOOL_TYPE_UNEXPECTED_STRING"] = AnomalyKind.BooleanUnexpectedText,
        ["BOOL_TYPE_INVALID_CONFIG"] = AnomalyKind.BooleanInvalidConfiguration,
        ["INT_TYPE_SMALL_INT"] = AnomalyKind.IntegerTooSmall,
        ["INT_TYPE_BIG_INT"] = AnomalyKind.IntegerTooBig,
        ["INT_TYPE_NOT_INT_STRING"] = AnomalyKind.TextNotInteger,
        ["FLOAT_TYPE_SMALL_FLOAT"] = AnomalyKind.NumberTooSmall,
        ["FLOAT_TYPE_BIG_FLOAT"] = AnomalyKind.NumberTooBig,
        ["FLOAT_TYPE_STRING_NOT_FLOAT"] = AnomalyKind.TextNotNumber,
        ["FLOAT_TYPE_HAS_NAN"] = AnomalyKind.HasNaN,
        ["FLOAT_TYPE_HAS_INF"] = AnomalyKind.HasInfinity,
        ["ENUM_TYPE_UNEXPECTED_STRING_VALUES"] = AnomalyKind.UnexpectedValues,
        ["ENUM_TYPE_INVALID_UTF8"] = AnomalyKind.InvalidUtf8,
        ["DATASET_LOW_NUM_EXAMPLES"] = AnomalyKind.TooFewRows,
        ["DATASET_HIGH_NUM_EXAMPLES"] = AnomalyKind.TooManyRows,
        ["COMPARATOR_LOW_NUM_EXAMPLES"] = AnomalyKind.RowsFell,
        ["COMPARATOR_HIGH_NUM_EXAMPLES"] = AnomalyKind.RowsGrew,
        ["COMPARATOR_L_INFTY_HIGH"] = AnomalyKind.LInfinityHigh,
        ["COMPARATOR_JENSEN_SHANNON_DIVERGENCE_HIGH"] = AnomalyKind.JensenShannonHigh,
        ["COMPARATOR_NORMALIZED_ABSOLUTE_DIFFERENCE_HIGH"] = AnomalyKind.NormalizedDifferenceHigh,
        ["COMPARATOR_CONTROL_DATA_MISSING"] = AnomalyKind.ControlMissing,
        ["FEATURE_MISSING_NAME"] = AnomalyKind.MissingName,
        ["FEATURE_MISSING_TYPE"] = AnomalyKind.MissingType,
        ["INVALID_SCHEMA_SPECIFICATION"] = AnomalyKind.InvalidSchema,
        ["INVALID_DOMAIN_SPECIFICATION"] = AnomalyKind.InvalidDomain,
        ["DOMAIN_INVALID_FOR_TYPE"] = AnomalyKind.DomainInvalidForType,
    };

    /// <summary>The kinds that TFDV detects and that are not of tables.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotTabular = new Dictionary<string, string>
    {
        ["SPARSE_FEATURE_MISSING_VALUE"] = "sparse features",
        ["SPARSE_FEATURE_MISSING_INDEX"] = "sparse features",
        ["SPARSE_FEATURE_LENGTH_MISMATCH"] = "sparse features",
        ["SPARSE_FEATURE_NAME_COLLISION"] = "sparse features",
        ["WEIGHTED_FEATURE_NAME_COLLISION"] = "weighted features",
        ["WEIGHTED_FEATURE_MISSING_VALUE"] = "weighted features",
        ["WEIGHTED_FEATURE_MISSING_WEIGHT"] = "weighted features",
        ["WEIGHTED_FEATURE_LENGTH_MISMATCH"] = "weighted features",
        ["LOW_SUPPORTED_IMAGE_FRACTION"] = "images",
        ["MAX_IMAGE_BYTE_SIZE_EXCEEDED"] = "images",
        ["FEATURE_COVERAGE_TOO_LOW"] = "tokens of natural language",
        ["FEATURE_COVERAGE_TOO_SHORT_AVG_TOKEN_LENGTH"] = "tokens of natural language",
        ["SEQUENCE_VALUE_TOO_FEW_OCCURRENCES"] = "tokens of natural language",
        ["SEQUENCE_VALUE_TOO_MANY_OCCURRENCES"] = "tokens of natural language",
        ["SEQUENCE_VALUE_TOO_SMALL_FRACTION"] = "tokens of natural language",
        ["SEQUENCE_VALUE_TOO_LARGE_FRACTION"] = "tokens of natural language",
        ["SEMANTIC_DOMAIN_UPDATE"] = "semantic domains that a statistics generator of the peer guesses",
        ["DERIVED_FEATURE_BAD_LIFECYCLE"] = "statistics of features that the peer's own generators derive",
        ["DERIVED_FEATURE_INVALID_SOURCE"] = "statistics of features that the peer's own generators derive",
    };

    private static readonly (string Text, string Reason)[] Marks =
    [
        ("natural_language_domain", "Not tabular: tokens of natural language."), ("nl_statistics", "Not tabular: tokens of natural language."), ("image_domain", "Not tabular: images."),
        ("\"sparse_feature\":", "Not tabular: sparse features."), ("\"weighted_feature\":", "Not tabular: weighted features."), ("STRUCT", "Not tabular: structs."), ("\"domain_info\"", "Not tabular: semantic domains."),
        ("validation_derived_source", "Not tabular: derived statistics."),
    ];

    /// <summary>Says why a case is not of tables, from what its schema and statistics hold; null when it is.</summary>
    public static string? WhyExcluded(string json) => Marks.FirstOrDefault(m => json.Contains(m.Text, StringComparison.Ordinal)).Reason;
}
