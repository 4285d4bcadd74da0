//! The blanks in texts of the table, such as `{item}`.

use whocan_policy::AccountId;

/// What fills the blanks of one call.
#[derive(Clone, Debug)]
pub(crate) struct Blanks<'a> {
    pub(crate) partition: &'a str,
    pub(crate) account: AccountId,
    pub(crate) region: &'a str,
    /// The name that the call is about; empty if it is about none.
    pub(crate) item: &'a str,
}

impl Blanks<'_> {
    /// Fills the blanks of a text.
    ///
    /// Each is filled once: what fills one is never looked through for another.
    pub(crate) fn fill(&self, text: &str) -> String {
        self.fill_with(text, str::to_owned)
    }

    /// As [`Blanks::fill`], with each filling changed first.
    pub(crate) fn fill_with(&self, text: &str, change: impl Fn(&str) -> String) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, from)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((name, after)) = from.split_once('}') else {
                rest = from;
                break;
            };
            filled.push_str(&change(&self.value(name)));
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn value(&self, name: &str) -> String {
        match name {
            "item" => self.item.to_owned(),
            "last" => {
                let last = self.item.rsplit(['/', ':']).next();
                last.unwrap_or(self.item).to_owned()
            }
            "first" => self.item.split('/').next().unwrap_or_default().to_owned(),
            "rest" => match self.item.split_once('/') {
                Some((_, rest)) => rest.to_owned(),
                None => String::new(),
            },
            "instance" => self.instance(),
            "account" => self.account.to_string(),
            "region" => self.region.to_owned(),
            "partition" => self.partition.to_owned(),
            _ => String::new(),
        }
    }

    /// Returns the ARN of the Identity Center instance that a permission set is in.
    ///
    /// Source: Service Authorization Reference, "AWS IAM Identity Center":
    /// `permissionSet/INSTANCE/SET` and `instance/INSTANCE`.
    fn instance(&self) -> String {
        let after = self.item.split_once(":sso:::");
        let instance = after.and_then(|(_, resource)| resource.split('/').nth(1));
        format!(
            "arn:{}:sso:::instance/{}",
            self.partition,
            instance.unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{self, Sent};

    fn blanks(item: &str) -> Blanks<'_> {
        Blanks {
            partition: "aws",
            account: "111122223333".parse().expect("an account"),
            region: "eu-west-1",
            item,
        }
    }

    #[test]
    fn a_filling_is_not_looked_through_again() {
        assert_eq!(blanks("{account}").fill("x/{item}"), "x/{account}");
    }

    #[test]
    fn a_queue_is_known_by_the_last_part_of_its_url() {
        let url = "https://sqs.eu-west-1.amazonaws.com/111122223333/jobs";
        assert_eq!(blanks(url).fill("{last}"), "jobs");
    }

    #[test]
    fn a_permission_set_names_its_instance() {
        let set = "444455556666/arn:aws:sso:::permissionSet/ssoins-1/ps-2";
        let blanks = blanks(set);
        assert_eq!(blanks.fill("{instance}"), "arn:aws:sso:::instance/ssoins-1");
        assert_eq!(blanks.fill("{first}"), "444455556666");
        let rest = blanks.fill("{rest}");
        assert_eq!(rest, "arn:aws:sso:::permissionSet/ssoins-1/ps-2");
    }

    #[test]
    fn every_blank_of_the_table_is_known() {
        for (_, call) in table::rows() {
            let sent = call.sends.iter().filter_map(|field| match field.value {
                Sent::Text(text) | Sent::List(text) => Some(text),
                Sent::Number(_) => None,
            });
            for text in sent.chain(call.argument).chain([call.route]) {
                let known = text
                    .replace("{item}", "")
                    .replace("{last}", "")
                    .replace("{first}", "")
                    .replace("{rest}", "")
                    .replace("{instance}", "")
                    .replace("{account}", "")
                    .replace("{region}", "")
                    .replace("{partition}", "");
                assert!(!known.contains(['{', '}']), "{}: {text}", call.command);
            }
        }
    }
}
