//! One request of the generic path, before it is signed.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::blanks::Blanks;
use crate::table::{Call, Sent, Service, Wire};

/// Everything but what needs no escape in a URL.
///
/// Source: RFC 3986, 2.3.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    method: &'static str,
    /// The path and the query.
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// Returns the request for a page of a call.
pub(crate) fn of(
    service: &Service,
    call: &'static Call,
    blanks: &Blanks<'_>,
    token: Option<&str>,
) -> Request {
    match service.wire {
        Wire::Json { target, version } => json(call, blanks, token, target, version),
        Wire::Query { version } => form(call, blanks, token, version, ".member.1"),
        Wire::Ec2 { version } => form(call, blanks, token, version, ".1"),
        Wire::RestJson | Wire::RestXml => rest(service, call, blanks, token),
    }
}

fn json(
    call: &Call,
    blanks: &Blanks<'_>,
    token: Option<&str>,
    target: &str,
    version: &str,
) -> Request {
    Request {
        method: "POST",
        path: "/".to_owned(),
        headers: vec![
            ("content-type", format!("application/x-amz-json-{version}")),
            ("x-amz-target", format!("{target}.{}", call.operation)),
        ],
        body: members(call, blanks, token),
    }
}

/// Returns what is sent as one object in JSON.
fn members(call: &Call, blanks: &Blanks<'_>, token: Option<&str>) -> String {
    let mut body = Map::new();
    for field in call.sends {
        let value = match field.value {
            Sent::Text(text) => Value::String(blanks.fill(text)),
            Sent::List(text) => Value::Array(vec![Value::String(blanks.fill(text))]),
            Sent::Number(number) => Value::from(number),
        };
        body.insert(field.name.to_owned(), value);
    }
    if let (Some(pages), Some(token)) = (call.pages, token) {
        body.insert(pages.sent.to_owned(), Value::String(token.to_owned()));
    }
    Value::Object(body).to_string()
}

fn form(
    call: &Call,
    blanks: &Blanks<'_>,
    token: Option<&str>,
    version: &str,
    entry: &str,
) -> Request {
    let mut body = format!("Action={}&Version={version}", call.operation);
    let mut add = |name: &str, value: &str| {
        let value = utf8_percent_encode(value, ESCAPED);
        body.push_str(&format!("&{name}={value}"));
    };
    for field in call.sends {
        match field.value {
            Sent::Text(text) => add(field.name, &blanks.fill(text)),
            Sent::List(text) => add(&format!("{}{entry}", field.name), &blanks.fill(text)),
            Sent::Number(number) => add(field.name, &number.to_string()),
        }
    }
    if let (Some(pages), Some(token)) = (call.pages, token) {
        add(pages.sent, token);
    }
    Request {
        method: "POST",
        path: "/".to_owned(),
        headers: vec![(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8".to_owned(),
        )],
        body,
    }
}

fn rest(
    service: &Service,
    call: &'static Call,
    blanks: &Blanks<'_>,
    token: Option<&str>,
) -> Request {
    let escaped = |text: &str| utf8_percent_encode(text, ESCAPED).to_string();
    let (method, route) = call.route.split_once(' ').unwrap_or(("GET", "/"));
    let mut path = blanks.fill_with(route, escaped);
    if method == "POST" {
        return Request {
            method,
            path,
            headers: vec![("content-type", "application/json".to_owned())],
            body: members(call, blanks, token),
        };
    }
    if let (Some(pages), Some(token)) = (call.pages, token) {
        let mark = if path.contains('?') { '&' } else { '?' };
        path.push_str(&format!("{mark}{}={}", pages.sent, escaped(token)));
    }
    let mut headers = Vec::new();
    if service.name == "s3control" {
        headers.push(("x-amz-account-id", blanks.account.to_string()));
    }
    Request {
        method,
        path,
        headers,
        body: String::new(),
    }
}

impl Request {
    /// Returns the request as the SDK's client takes it, without a host.
    ///
    /// # Errors
    ///
    /// If a name holds what no URL can.
    pub(crate) fn into_http(self) -> Result<HttpRequest, Box<dyn std::error::Error + Send + Sync>> {
        let mut request = HttpRequest::new(SdkBody::from(self.body));
        request.set_method(self.method)?;
        request.set_uri(self.path)?;
        for (name, value) in self.headers {
            request.headers_mut().try_insert(name, value)?;
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::{kms, lambda, ram, sns, sso_admin};

    fn request(
        service: &'static Service,
        command: &str,
        item: &str,
        token: Option<&str>,
    ) -> Request {
        let blanks = Blanks {
            partition: "aws",
            account: "111122223333".parse().expect("an account"),
            region: "eu-west-1",
            item,
        };
        of(
            service,
            service.call(command).expect("a row"),
            &blanks,
            token,
        )
    }

    #[test]
    fn json_names_the_operation_in_a_header() {
        let sent = request(&kms::SERVICE, "list-grants", "k", Some("more"));
        assert_eq!(
            sent.headers[1],
            ("x-amz-target", "TrentService.ListGrants".to_owned())
        );
        assert_eq!(sent.body, r#"{"KeyId":"k","Marker":"more"}"#);
    }

    #[test]
    fn a_read_over_post_sends_what_it_asks_in_the_body() {
        let sent = request(
            &ram::SERVICE,
            "get-resource-policies",
            "arn:x",
            Some("more"),
        );
        assert_eq!(sent.path, "/getresourcepolicies");
        assert_eq!(
            sent.body,
            r#"{"resourceArns":["arn:x"],"nextToken":"more"}"#
        );
    }

    #[test]
    fn an_assignment_is_asked_for_by_account_and_permission_set() {
        let item = "444455556666/arn:aws:sso:::permissionSet/ssoins-1/ps-2";
        let sent = request(&sso_admin::SERVICE, sso_admin::ASSIGNMENTS, item, None);
        assert_eq!(
            sent.body,
            r#"{"InstanceArn":"arn:aws:sso:::instance/ssoins-1","AccountId":"444455556666","PermissionSetArn":"arn:aws:sso:::permissionSet/ssoins-1/ps-2"}"#
        );
    }

    #[test]
    fn a_form_escapes_what_it_sends() {
        let sent = request(
            &sns::SERVICE,
            "get-topic-attributes",
            "arn:aws:sns:a&b",
            None,
        );
        assert_eq!(
            sent.body,
            "Action=GetTopicAttributes&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aa%26b"
        );
    }

    #[test]
    fn a_path_escapes_the_name_in_it() {
        let sent = request(&lambda::SERVICE, "get-policy", "a:b/c", None);
        assert_eq!(sent.path, "/2015-03-31/functions/a%3Ab%2Fc/policy");
        let sent = request(&lambda::SERVICE, "list-functions", "", Some("a+b"));
        assert_eq!(sent.path, "/2015-03-31/functions?Marker=a%2Bb");
    }
}
