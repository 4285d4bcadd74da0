//! The generic signed-request path: any row of the table on the SDK's own client.
//!
//! The SDK's orchestrator signs, retries (standard mode), bounds the time and
//! poisons broken connections here as it does for the SDK's own operations; only
//! what is sent and how the answer is read come from the table.

use std::error::Error;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{AuthSchemeOptionResolverParams, SharedAuthScheme};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use aws_types::SigningName;
use aws_types::region::{Region, SigningRegion};
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::fault::{Fault, NO_ANSWER, NO_CONNECTION, NO_CREDENTIALS, TIME_IS_UP};
use crate::request::Request;
use crate::table::{Service, Wire};
use crate::xml;

/// The operation that any request of one service in one region goes through.
pub(crate) type Line = Operation<Request, String, Fault>;

/// Returns the line to a service at an endpoint; `None` if the configuration
/// lacks credentials or a client.
pub(crate) fn line(
    config: &SdkConfig,
    service: &'static Service,
    endpoint: &Endpoint,
) -> Option<Line> {
    let wire = service.wire;
    let builder = Operation::builder()
        .service_name(service.name)
        .operation_name("call")
        .http_client(config.http_client()?)
        .endpoint_url(&endpoint.url)
        .standard_retry(config.retry_config()?)
        .retry_classifier(TransientErrorClassifier::<Fault>::new())
        .retry_classifier(AwsErrorCodeClassifier::<Fault>::new())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .timeout_config(config.timeout_config()?.clone())
        .sleep_impl(config.sleep_impl()?)
        .time_source(config.time_source()?)
        .with_connection_poisoning()
        .runtime_plugin(signing(
            config.credentials_provider()?,
            config,
            service,
            endpoint,
        )?)
        .serializer(|request: Request| request.into_http())
        .deserializer(move |response| read(wire, response));
    Some(builder.build())
}

/// Signs with version 4.
///
/// Source: AWS General Reference, "Signature Version 4": S3 signs the path as it
/// is sent and the hash of the body in a header.
fn signing(
    credentials: SharedCredentialsProvider,
    config: &SdkConfig,
    service: &Service,
    endpoint: &Endpoint,
) -> Option<StaticRuntimePlugin> {
    let of_s3 = service.signs == "s3";
    let mut options = SigningOptions::default();
    options.double_uri_encode = !of_s3;
    options.normalize_uri_path = !of_s3;
    options.content_sha256_header = of_s3;
    let mut layer = Layer::new("signing");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(Region::new(endpoint.signs.clone()))),
        name: Some(SigningName::from_static(service.signs)),
        signing_options: options,
        ..SigV4OperationSigningConfig::default()
    });
    let components = RuntimeComponentsBuilder::new("signing")
        .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![
            SCHEME_ID,
        ])))
        .with_identity_cache(Some(config.identity_cache()?))
        .with_identity_resolver(SCHEME_ID, credentials);
    Some(
        StaticRuntimePlugin::new()
            .with_config(layer.freeze())
            .with_runtime_components(components),
    )
}

/// Reads a response whose body is all there.
fn read(wire: Wire, response: &HttpResponse) -> Result<String, OrchestratorError<Fault>> {
    let body = response.body().bytes().unwrap_or_default();
    let body = String::from_utf8_lossy(body);
    if response.status().is_success() {
        return Ok(body.into_owned());
    }
    let mut fault = fault(wire, response, &body);
    let elsewhere = response.headers().get("x-amz-bucket-region");
    fault.elsewhere = elsewhere.map(str::to_owned);
    Err(OrchestratorError::operation(fault))
}

fn fault(wire: Wire, response: &HttpResponse, body: &str) -> Fault {
    let told = match wire {
        Wire::Json { .. } | Wire::RestJson => fault_in_json(response, body),
        Wire::Query { .. } | Wire::Ec2 { .. } | Wire::RestXml => xml::fault(body),
    };
    let (code, message) = told.unwrap_or_else(|| {
        // What is no error of the service is told by its status alone.
        (response.status().as_u16().to_string(), String::new())
    });
    Fault::new(code, message)
}

/// Sources: Smithy 2.0, "Operation error serialization" of the JSON protocols,
/// and "AWS query compatible": the older code stands in a header of its own.
fn fault_in_json(response: &HttpResponse, body: &str) -> Option<(String, String)> {
    let headers = response.headers();
    let body = serde_json::from_str::<Value>(body).unwrap_or(Value::Null);
    let member = |names: &[&str]| {
        let mut found = names.iter().filter_map(|name| body.get(name)?.as_str());
        found.next()
    };
    let older = headers.get("x-amzn-query-error");
    let older = older.and_then(|text| text.split(';').next());
    let code = older
        .or_else(|| headers.get("x-amzn-errortype"))
        .or_else(|| member(&["__type", "code", "Code"]))?;
    let code = code.split(':').next().unwrap_or(code);
    let code = code.rsplit('#').next().unwrap_or(code);
    let message = member(&["message", "Message"]).unwrap_or_default();
    Some((code.to_owned(), message.to_owned()))
}

/// Returns why a call failed, whichever client made it.
pub(crate) fn why<E>(error: SdkError<E, HttpResponse>) -> Fault
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let message = chain(&error);
    match &error {
        SdkError::ServiceError(service) => {
            let told = service.err().meta();
            let status = || service.raw().status().as_u16().to_string();
            let code = told.code().map_or_else(status, str::to_owned);
            Fault::new(code, told.message().unwrap_or_default())
        }
        SdkError::TimeoutError(_) => Fault::new(TIME_IS_UP, message),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            Fault::new(TIME_IS_UP, message)
        }
        SdkError::DispatchFailure(failure) if failure.is_io() => Fault::new(NO_CONNECTION, message),
        // The credentials that a provider fetched are part of the dispatch.
        SdkError::DispatchFailure(_) => {
            let denied = message.contains("AccessDenied");
            Fault::new(
                if denied {
                    "AccessDenied"
                } else {
                    NO_CREDENTIALS
                },
                message,
            )
        }
        SdkError::ResponseError(response) if response.raw().status().is_success() => {
            Fault::new(NO_ANSWER, message)
        }
        SdkError::ResponseError(response) => {
            Fault::new(response.raw().status().as_u16().to_string(), message)
        }
        _ => Fault::new("Failed", message),
    }
}

/// Returns what an error and those behind it say.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        behind = error.source();
    }
    text
}
