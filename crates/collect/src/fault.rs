//! Why a call left no answer.

use std::error::Error;
use std::fmt;

use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// Why a call left no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// AWS's error code, or one of ours where AWS sent none: [`NO_CONNECTION`],
    /// [`TIME_IS_UP`], [`NO_ANSWER`].
    pub(crate) code: String,
    pub(crate) message: String,
    /// The region in which the thing is, where AWS says that it is elsewhere.
    pub(crate) elsewhere: Option<String>,
    metadata: Box<ErrorMetadata>,
}

/// The peer could not be reached, or the connection broke.
pub(crate) const NO_CONNECTION: &str = "CouldNotConnect";
/// The peer did not answer in time.
pub(crate) const TIME_IS_UP: &str = "TimedOut";
/// What came is no answer of the service.
pub(crate) const NO_ANSWER: &str = "MalformedAnswer";
/// There are no credentials, or the role may not be assumed.
pub(crate) const NO_CREDENTIALS: &str = "NoCredentials";

/// Codes that say nothing about the account, only about this moment; a code
/// that begins so is meant too.
///
/// Sources: AWS General Reference, "Common errors"; the services' API references.
const PASSING: &[&str] = &[
    NO_CONNECTION,
    TIME_IS_UP,
    NO_ANSWER,
    "Failed",
    "Throttl",
    "TooManyRequests",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "RequestTimeout",
    "ServiceUnavailable",
    "ServiceException",
    "Internal",
    "500",
    "502",
    "503",
    "504",
];

/// Codes that say that the credentials are no longer good.
const EXPIRED: &[&str] = &["ExpiredToken", "RequestExpired", "TokenRefreshRequired"];

/// Codes that say that the credentials are not known: no longer, or not in this region.
const UNRECOGNIZED: &[&str] = &[
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "InvalidToken",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
];

/// Codes by which AWS says that these credentials may not ask.
const DENIED: &[&str] = &[
    "AccessDenied",
    "UnauthorizedOperation",
    "AuthorizationError",
    NO_CREDENTIALS,
];

impl Fault {
    pub(crate) fn new(code: impl Into<String>, message: impl Into<String>) -> Fault {
        let (code, message) = (code.into(), message.into());
        let metadata = ErrorMetadata::builder()
            .code(&code)
            .message(&message)
            .build();
        Fault {
            code,
            message,
            elsewhere: None,
            metadata: Box::new(metadata),
        }
    }

    /// Returns whether no further call with these credentials can be answered.
    pub(crate) fn is_expired(&self) -> bool {
        EXPIRED.iter().any(|code| self.code.starts_with(code))
    }

    /// Returns whether the credentials were not known where they were used.
    pub(crate) fn is_unrecognized(&self) -> bool {
        UNRECOGNIZED.iter().any(|code| self.code.starts_with(code))
    }
}

/// Returns whether a code says nothing about the account.
pub(crate) fn is_passing(code: &str) -> bool {
    PASSING.iter().any(|passing| code.starts_with(passing))
}

/// Returns whether a code says that these credentials may not ask.
pub(crate) fn is_denied(code: &str) -> bool {
    DENIED.iter().any(|denied| code.contains(denied))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.as_str() {
            "" => f.write_str(&self.code),
            message => write!(f, "{}: {message}", self.code),
        }
    }
}

impl Error for Fault {}

impl ProvideErrorMetadata for Fault {
    fn meta(&self) -> &ErrorMetadata {
        &self.metadata
    }
}
