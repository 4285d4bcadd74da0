//! XML answers as the JSON that the AWS command line prints.

use serde_json::{Map, Value};
use xmlparser::{ElementEnd, Token, Tokenizer};

use crate::table::{Call, Is, Root, Wire};

/// No answer is nested deeper than a dozen levels.
const DEPTH: usize = 32;

/// One element.
#[derive(Debug, Default)]
struct Element {
    name: String,
    text: String,
    inside: Vec<Element>,
}

/// Reads the answer to a call.
///
/// # Errors
///
/// What is wrong with the text.
pub(crate) fn read(wire: Wire, call: &Call, body: &str) -> Result<Value, String> {
    if let Root::Body(name) = call.shape.root {
        return Ok(member(name, Value::String(body.to_owned())));
    }
    if body.trim_ascii().is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let mut root = parse(body)?;
    if matches!(wire, Wire::Query { .. }) {
        root = inside(root, "Result").ok_or("expected an element `...Result`")?;
    }
    let shape = &call.shape;
    let renamed = matches!(wire, Wire::Ec2 { .. });
    Ok(match shape.root {
        Root::Members | Root::Body(_) => structure(root, shape.members, renamed),
        Root::Member(name) => member(name, structure(root, shape.members, renamed)),
        Root::Text(name) if root.text.is_empty() => member(name, Value::Null),
        Root::Text(name) => member(name, Value::String(root.text)),
    })
}

/// Returns the code and the message of an error.
///
/// Sources: Smithy 2.0, the error shapes of awsQuery, ec2Query and restXml: the
/// code stands at various depths.
pub(crate) fn fault(body: &str) -> Option<(String, String)> {
    let root = parse(body).ok()?;
    let code = find(&root, "Code")?.to_owned();
    let message = find(&root, "Message").unwrap_or_default().to_owned();
    Some((code, message))
}

fn member(name: &str, value: Value) -> Value {
    let mut members = Map::new();
    members.insert(name.to_owned(), value);
    Value::Object(members)
}

fn inside(root: Element, end: &str) -> Option<Element> {
    let mut inside = root.inside.into_iter();
    inside.find(|element| element.name.ends_with(end))
}

fn find<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    if element.name == name {
        return Some(element.text.trim());
    }
    let mut inside = element.inside.iter();
    inside.find_map(|element| find(element, name))
}

fn structure(element: Element, members: &[(&str, Is)], renamed: bool) -> Value {
    let mut object = Map::new();
    for inner in element.inside {
        let is = members.iter().find(|(name, _)| *name == inner.name);
        let name = match renamed {
            true => capitalized(&inner.name),
            false => inner.name.clone(),
        };
        match is.map(|(_, is)| *is) {
            None => {
                object.insert(name, value(inner, members, renamed));
            }
            Some(Is::Flag) => {
                object.insert(name, Value::Bool(inner.text.trim() == "true"));
            }
            Some(Is::List(of)) => {
                object.insert(name, entries(inner, of, members, renamed));
            }
            Some(Is::ListAs(of, name)) => {
                object.insert(name.to_owned(), entries(inner, of, members, renamed));
            }
            Some(Is::Entry(name)) => {
                let entry = value(inner, members, renamed);
                let list = object
                    .entry(name)
                    .or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(list) = list {
                    list.push(entry);
                }
            }
            Some(Is::Map) => {
                object.insert(name, map(inner));
            }
        }
    }
    Value::Object(object)
}

fn value(element: Element, members: &[(&str, Is)], renamed: bool) -> Value {
    match element.inside.is_empty() {
        true => Value::String(element.text),
        false => structure(element, members, renamed),
    }
}

fn entries(element: Element, of: &str, members: &[(&str, Is)], renamed: bool) -> Value {
    let inside = element.inside.into_iter();
    let entries = inside.filter(|entry| entry.name == of);
    Value::Array(
        entries
            .map(|entry| value(entry, members, renamed))
            .collect(),
    )
}

fn map(element: Element) -> Value {
    let mut object = Map::new();
    for entry in element.inside {
        let text = |name| find(&entry, name).unwrap_or_default().to_owned();
        // The text of a value is a policy or a name and stays as it is.
        let value = entry.inside.iter().find(|inner| inner.name == "value");
        let value = value.map_or(String::new(), |value| value.text.clone());
        object.insert(text("key"), Value::String(value));
    }
    Value::Object(object)
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Reads a whole document; whatever is not closed or not well-formed is an error.
fn parse(body: &str) -> Result<Element, String> {
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    for token in Tokenizer::from(body) {
        match token.map_err(|error| error.to_string())? {
            Token::ElementStart { local, .. } => {
                if open.len() >= DEPTH {
                    return Err(format!("nested deeper than {DEPTH} elements"));
                }
                open.push(Element {
                    name: local.as_str().to_owned(),
                    ..Element::default()
                });
            }
            Token::ElementEnd {
                end: ElementEnd::Open,
                ..
            } => {}
            Token::ElementEnd { end, .. } => {
                let closed = close(&mut open, end)?;
                match open.last_mut() {
                    Some(outer) => outer.inside.push(closed),
                    None => root = Some(closed),
                }
            }
            Token::Text { text } => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&unescaped(text.as_str())?);
                }
            }
            Token::Cdata { text, .. } => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(text.as_str());
                }
            }
            _ => {}
        }
    }
    match (open.pop(), root) {
        (Some(element), _) => Err(format!("`{}` is not closed", element.name)),
        (None, Some(root)) => Ok(root),
        (None, None) => Err("there is no element".to_owned()),
    }
}

fn close(open: &mut Vec<Element>, end: ElementEnd<'_>) -> Result<Element, String> {
    let closed = open.pop().ok_or("an element ends that has not begun")?;
    match end {
        ElementEnd::Close(_, name) if name.as_str() != closed.name => {
            Err(format!("`{}` ends as `{}`", closed.name, name.as_str()))
        }
        _ => Ok(closed),
    }
}

/// Source: Extensible Markup Language (XML) 1.0, 4.1 and 4.6.
fn unescaped(text: &str) -> Result<String, String> {
    let mut unescaped = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('&') {
        unescaped.push_str(before);
        let (name, after) = from.split_once(';').ok_or("`&` begins no reference")?;
        let character = character(name).ok_or_else(|| format!("`&{name};` is not known"))?;
        unescaped.push(character);
        rest = after;
    }
    unescaped.push_str(rest);
    Ok(unescaped)
}

fn character(name: &str) -> Option<char> {
    let number = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => name.strip_prefix('#')?,
    };
    let code = match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::{ec2, s3api, sns};
    use crate::table::Service;

    fn printed(service: &'static Service, command: &str, body: &str) -> Result<String, String> {
        let call = service.call(command).expect("a row");
        read(service.wire, call, body).map(|value| value.to_string())
    }

    #[test]
    fn an_access_control_list_is_printed_as_grants() {
        let body = "<AccessControlPolicy><Owner><ID>a</ID></Owner><AccessControlList><Grant><Grantee><ID>a</ID></Grantee>\
                    <Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>";
        assert_eq!(
            printed(&s3api::SERVICE, "get-bucket-acl", body).as_deref(),
            Ok(
                r#"{"Owner":{"ID":"a"},"Grants":[{"Grantee":{"ID":"a"},"Permission":"FULL_CONTROL"}]}"#
            )
        );
    }

    #[test]
    fn the_location_of_the_first_region_is_null() {
        let body = "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>";
        assert_eq!(
            printed(&s3api::SERVICE, "get-bucket-location", body).as_deref(),
            Ok(r#"{"LocationConstraint":null}"#)
        );
    }

    #[test]
    fn rules_without_an_element_around_them_are_a_list() {
        let body = "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>";
        assert_eq!(
            printed(&s3api::SERVICE, "get-bucket-ownership-controls", body).as_deref(),
            Ok(r#"{"OwnershipControls":{"Rules":[{"ObjectOwnership":"BucketOwnerEnforced"}]}}"#)
        );
    }

    #[test]
    fn attributes_are_a_map_with_their_texts_untouched() {
        let body = "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes><entry><key>Policy</key>\
                    <value>{&quot;Statement&quot;: [] }</value></entry></Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>";
        assert_eq!(
            printed(&sns::SERVICE, "get-topic-attributes", body).as_deref(),
            Ok(r#"{"Attributes":{"Policy":"{\"Statement\": [] }"}}"#)
        );
    }

    #[test]
    fn an_empty_list_stays_a_list() {
        let body = "<DescribeVpcEndpointsResponse><requestId>x</requestId><vpcEndpointSet/></DescribeVpcEndpointsResponse>";
        assert_eq!(
            printed(&ec2::SERVICE, "describe-vpc-endpoints", body).as_deref(),
            Ok(r#"{"RequestId":"x","VpcEndpoints":[]}"#)
        );
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        let whole = "<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name></Bucket></Buckets></ListAllMyBucketsResult>";
        for end in 1..whole.len() {
            let cut = &whole[..end];
            assert!(
                printed(&s3api::SERVICE, "list-buckets", cut).is_err(),
                "{cut}"
            );
        }
        let deep = "<a>".repeat(100_000);
        assert!(printed(&s3api::SERVICE, "list-buckets", &deep).is_err());
    }

    #[test]
    fn the_code_of_an_error_is_found_at_any_depth() {
        for body in [
            "<Error><Code>NoSuchBucketPolicy</Code><Message>m</Message></Error>",
            "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchBucketPolicy</Code><Message>m</Message></Error></ErrorResponse>",
            "<Response><Errors><Error><Code>NoSuchBucketPolicy</Code><Message>m</Message></Error></Errors></Response>",
        ] {
            let found = fault(body);
            assert_eq!(
                found,
                Some(("NoSuchBucketPolicy".to_owned(), "m".to_owned()))
            );
        }
    }
}
