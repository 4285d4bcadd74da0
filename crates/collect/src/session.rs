//! Credentials: whose they are, and the role that stands for an account.

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpClient};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use whocan_policy::{AccountId, Arn};

use crate::error::CollectError;
use crate::fault::{Fault, NO_CREDENTIALS};
use crate::options::{Manners, Options};
use crate::{endpoint, wire};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// The credentials that a person has, as AWS knows them.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) config: SdkConfig,
    pub(crate) account: AccountId,
    pub(crate) partition: String,
}

/// Finds credentials as the SDK does and asks AWS whose they are.
///
/// # Errors
///
/// If there are none, or AWS does not accept them.
pub(crate) async fn open(options: &Options, manners: &Manners) -> Result<Session, CollectError> {
    let config = configure(options, manners).await;
    let client = aws_sdk_sts::Client::new(&config);
    let told = client.get_caller_identity().send().await;
    let told = told.map_err(|error| {
        let fault = wire::why(error);
        match fault.is_expired() {
            true => CollectError::Expired(fault.to_string()),
            false => CollectError::Credentials(fault.to_string()),
        }
    })?;
    let arn = told.arn().unwrap_or_default();
    let parsed = arn.parse::<Arn>().ok();
    let account = parsed.as_ref().and_then(Arn::account);
    match (account, arn.split(':').nth(1)) {
        (Some(account), Some(partition)) => Ok(Session {
            config,
            account,
            partition: partition.to_owned(),
        }),
        _ => Err(CollectError::Credentials(format!(
            "`{arn}` names no account"
        ))),
    }
}

/// Returns the SDK's configuration, with our bounds on time and retries.
///
/// The region of the first call is the person's, else the first that was asked
/// for, else the one where the largest partition has its global services.
async fn configure(options: &Options, manners: &Manners) -> SdkConfig {
    let config = loader(options, manners).load().await;
    if config.region().is_some() {
        return config;
    }
    let first = options.regions.first().cloned();
    let region = first.unwrap_or_else(|| endpoint::home("aws").to_owned());
    let loader = loader(options, manners).region(Region::new(region));
    loader.load().await
}

fn loader(options: &Options, manners: &Manners) -> ConfigLoader {
    let retries = RetryConfig::standard()
        .with_max_attempts(manners.attempts)
        .with_initial_backoff(manners.first_wait);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(manners.timeout)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client())
        .retry_config(retries)
        .timeout_config(timeouts)
        // Every attempt has a time; answers are small.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &options.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    loader
}

/// Returns the SDK's own client with rustls, which follows the proxies of the environment.
fn http_client() -> SharedHttpClient {
    static CLIENT: OnceLock<SharedHttpClient> = OnceLock::new();
    let build = |settings: Option<&HttpConnectorSettings>,
                 components: Option<&RuntimeComponents>| {
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
        if let Some(settings) = settings {
            connector = connector.connector_settings(settings.clone());
        }
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build()
    };
    let client = CLIENT
        .get_or_init(|| aws_smithy_http_client::Builder::new().build_with_connector_fn(build));
    client.clone()
}

impl Session {
    /// Returns the configuration with which an account is read: the person's own
    /// credentials in their own account, else the role there.
    ///
    /// # Errors
    ///
    /// If the role may not be assumed.
    pub(crate) async fn enter(
        &self,
        account: AccountId,
        options: &Options,
    ) -> Result<SdkConfig, Fault> {
        let Some(role) = options
            .role_name
            .as_deref()
            .filter(|_| account != self.account)
        else {
            return Ok(self.config.clone());
        };
        let arn = format!("arn:{}:iam::{account}:role/{role}", self.partition);
        let mut builder = AssumeRoleProvider::builder(arn)
            .configure(&self.config)
            .session_name(&options.session_name);
        if let Some(id) = &options.external_id {
            builder = builder.external_id(id);
        }
        let base = self.config.credentials_provider();
        let base = base.ok_or_else(|| Fault::new(NO_CREDENTIALS, "there are none"))?;
        let provider = builder.build_from_provider(base).await;
        provider.provide_credentials().await.map_err(|error| {
            let message = wire::chain(&error);
            let known = ["ExpiredToken", "AccessDenied", "Throttling"];
            let code = known.into_iter().find(|code| message.contains(code));
            Fault::new(code.unwrap_or(NO_CREDENTIALS), message)
        })?;
        let config = self.config.to_builder();
        Ok(config
            .credentials_provider(SharedCredentialsProvider::new(provider))
            .identity_cache(IdentityCache::lazy().build())
            .build())
    }
}
