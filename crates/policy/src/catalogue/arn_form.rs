//! The forms of ARNs, and which resource types an ARN fits.

use super::{Catalogue, ResourceTypeId};

/// A form such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArnForm {
    text: &'static str,
    pieces: Box<[Piece]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Literal(&'static str),
    /// `${Name}`: some text, at least one character.
    Placeholder,
    /// `*`, which a few forms have: any text.
    Any,
}

/// How well an ARN fits a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fit {
    /// Bytes that the form itself says.
    literal: usize,
    /// Whether the last placeholder had to take a `/` or `:`.
    loose: bool,
}

impl ArnForm {
    pub(super) fn new(text: &'static str) -> ArnForm {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['$', '*']) {
            let (literal, special) = rest.split_at(at);
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal));
            }
            let (piece, len) = match special.find('}') {
                Some(end) if special.starts_with("${") => (Piece::Placeholder, end + 1),
                _ if special.starts_with('*') => (Piece::Any, 1),
                _ => (Piece::Literal(&special[..1]), 1),
            };
            pieces.push(piece);
            rest = &special[len..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest));
        }
        ArnForm {
            text,
            pieces: pieces.into(),
        }
    }

    /// Returns the form as AWS writes it.
    pub fn as_str(&self) -> &'static str {
        self.text
    }

    /// Returns the service part, which a few forms leave open (`${Vendor}`).
    pub(super) fn service(&self) -> &'static str {
        self.text.split(':').nth(2).unwrap_or("")
    }

    /// Returns whether `arn` has this form.
    ///
    /// A placeholder takes at least one character and stops at the `/` or `:`
    /// that follows it in the form; only the last one may contain them.
    pub fn fits(&self, arn: &str) -> bool {
        self.fit(arn).is_some()
    }

    fn fit(&self, arn: &str) -> Option<Fit> {
        let mut rest = arn;
        let mut fit = Fit {
            literal: 0,
            loose: false,
        };
        for (at, piece) in self.pieces.iter().enumerate() {
            if let Piece::Literal(text) = piece {
                rest = rest.strip_prefix(text)?;
                fit.literal += text.len();
                continue;
            }
            let taken = match self.pieces.get(at + 1) {
                None => {
                    fit.loose = *piece == Piece::Placeholder && rest.contains(['/', ':']);
                    rest.len()
                }
                Some(next) => next.earliest_in(rest)?,
            };
            if taken == 0 && *piece == Piece::Placeholder {
                return None;
            }
            rest = &rest[taken..];
        }
        rest.is_empty().then_some(fit)
    }
}

impl Piece {
    /// Returns where this piece may begin in `text` at the earliest, given
    /// that a placeholder stands before it.
    fn earliest_in(self, text: &str) -> Option<usize> {
        match self {
            // The first separator of its kind ends a name, even if the rest of
            // the form then fails: names before a `/` have none themselves.
            Piece::Literal(literal) if literal.starts_with('/') => text.find('/'),
            Piece::Literal(literal) if literal.starts_with(':') => text.find(':'),
            Piece::Literal(literal) => text.find(literal),
            // Two placeholders side by side: one character for the first.
            Piece::Placeholder | Piece::Any => text.chars().next().map(char::len_utf8),
        }
    }
}

impl Catalogue {
    /// Returns which resource types of the service `arn` may name, the most literal form first.
    ///
    /// `service` is the prefix of actions, which may differ from the one in
    /// the ARN (`sts` acts on roles of `iam`). Wildcards in `arn` count as
    /// plain text. `arn:aws:s3:::b` is a bucket, `arn:aws:s3:::b/k` an object;
    /// a type is left out if it would need a `/` or `:` inside a name where
    /// another form says it itself.
    pub fn types_of_arn(&self, service: &str, arn: &str) -> Vec<ResourceTypeId> {
        match self.service(service) {
            Some(service) => self.best_fits(service.resource_types(), arn),
            None => Vec::new(),
        }
    }

    /// Returns which resource types of any service `arn` may name, the most literal form first.
    ///
    /// Several services may have a type for the same thing: `iam` and `sts`
    /// both have `role`.
    pub fn types_of_any_arn(&self, arn: &str) -> Vec<ResourceTypeId> {
        let service = arn.split(':').nth(2).unwrap_or("");
        let named = self.of_arn_service(service);
        // Types whose form leaves the service open are sorted under `$`.
        let open = self.arn_services.iter().filter(|(s, _)| s.starts_with('$'));
        self.best_fits(named.iter().chain(open).map(|(_, id)| *id), arn)
    }

    fn of_arn_service(&self, service: &str) -> &[(&'static str, ResourceTypeId)] {
        let start = self.arn_services.partition_point(|(s, _)| *s < service);
        let end = self.arn_services.partition_point(|(s, _)| *s <= service);
        &self.arn_services[start..end]
    }

    fn best_fits(
        &self,
        types: impl Iterator<Item = ResourceTypeId>,
        arn: &str,
    ) -> Vec<ResourceTypeId> {
        let mut fits: Vec<(Fit, ResourceTypeId)> = types
            .filter_map(|id| {
                let forms = self.resource_type(id).arn_forms().iter();
                let best = forms
                    .filter_map(|form| form.fit(arn))
                    .max_by_key(|f| f.literal);
                best.map(|fit| (fit, id))
            })
            .collect();
        let most = fits.iter().map(|(fit, _)| fit.literal).max().unwrap_or(0);
        fits.retain(|(fit, _)| !fit.loose || fit.literal == most);
        fits.sort_by_key(|(fit, id)| (std::cmp::Reverse(fit.literal), *id));
        fits.dedup_by_key(|(_, id)| *id);
        fits.into_iter().map(|(_, id)| id).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue::catalogue;

    fn types(service: &str, arn: &str) -> Vec<&'static str> {
        let ids = catalogue().types_of_arn(service, arn);
        let names = ids.into_iter().map(|id| catalogue().resource_type(id).name);
        names.collect()
    }

    #[test]
    fn a_slash_tells_a_bucket_from_an_object() {
        assert_eq!(types("s3", "arn:aws:s3:::b"), ["bucket"]);
        assert_eq!(types("s3", "arn:aws:s3:::b/k"), ["object"]);
        assert_eq!(types("s3", "arn:aws:s3:::b/k/l:m"), ["object"]);
        assert_eq!(types("s3", "arn:aws:s3:::b/*"), ["object"]);
        assert_eq!(types("S3", "arn:aws-cn:s3:::b"), ["bucket"]);
    }

    #[test]
    fn iam_names_carry_their_path() {
        assert_eq!(
            types("iam", "arn:aws:iam::111122223333:role/path/r"),
            ["role"]
        );
        assert_eq!(types("iam", "arn:aws:iam::111122223333:user/u"), ["user"]);
        assert_eq!(types("sts", "arn:aws:iam::111122223333:role/r"), ["role"]);
        assert_eq!(
            types("sts", "arn:aws:iam::111122223333:root"),
            ["root-user"]
        );
    }

    #[test]
    fn a_name_with_slashes_may_stand_before_another_part() {
        let group = "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/f";
        assert_eq!(types("logs", group), ["log-group"]);
        assert_eq!(types("logs", &format!("{group}:*")), ["log-group"]);
        let stream = format!("{group}:log-stream:2026/01/01/[$LATEST]x");
        assert_eq!(types("logs", &stream), ["log-stream"]);
    }

    #[test]
    fn the_more_literal_form_comes_first_and_hides_loose_ones() {
        let table = "arn:aws:dynamodb:eu-west-1:111122223333:table/t";
        assert_eq!(types("dynamodb", table), ["table"]);
        assert_eq!(types("dynamodb", &format!("{table}/index/i")), ["index"]);
        let function = "arn:aws:lambda:eu-west-1:111122223333:function:f";
        assert_eq!(types("lambda", function), ["function"]);
        assert_eq!(
            types("lambda", &format!("{function}:live")),
            ["function alias", "function version"]
        );
    }

    #[test]
    fn names_with_slashes_fit_where_nothing_says_them() {
        assert_eq!(
            types(
                "secretsmanager",
                "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a/b-AbCdEf"
            ),
            ["Secret"]
        );
        assert_eq!(
            types(
                "ecr",
                "arn:aws:ecr:eu-west-1:111122223333:repository/team/app"
            ),
            ["repository"]
        );
        assert_eq!(
            types("kms", "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3"),
            ["alias"]
        );
    }

    #[test]
    fn what_is_no_arn_of_the_service_has_no_type() {
        for arn in [
            "",
            "*",
            "arn:aws:s3",
            "arn:aws:s3:::",
            "arn:aws:sqs:::b",
            "arn::s3:::b",
            "ARN:aws:s3:::b",
        ] {
            assert_eq!(types("s3", arn), [""; 0], "{arn}");
        }
        assert_eq!(types("nosuch", "arn:aws:s3:::b"), [""; 0]);
    }

    #[test]
    fn any_service_may_have_a_type_for_an_arn() {
        let ids = catalogue().types_of_any_arn("arn:aws:iam::111122223333:role/r");
        let found: Vec<_> = ids
            .iter()
            .map(|id| catalogue().resource_type(*id))
            .map(|t| (t.service, t.name))
            .collect();
        assert!(found.contains(&("iam", "role")), "{found:?}");
        assert!(found.contains(&("sts", "role")), "{found:?}");
    }

    #[test]
    fn every_form_fits_an_arn_made_from_it() {
        for service in catalogue().services() {
            for id in service.resource_types() {
                for form in catalogue().resource_type(id).arn_forms() {
                    let arn = fill(form.as_str());
                    assert!(form.fits(&arn), "{} and {arn}", form.as_str());
                    let found = catalogue().types_of_arn(service.prefix, &arn);
                    assert!(found.contains(&id), "{} and {arn}", form.as_str());
                    assert!(catalogue().types_of_any_arn(&arn).contains(&id), "{arn}");
                }
            }
        }
    }

    fn fill(form: &str) -> String {
        let mut arn = String::new();
        let mut rest = form;
        while let Some((literal, after)) = rest.split_once("${") {
            arn += literal;
            arn += "x1";
            rest = after.split_once('}').map_or("", |(_, tail)| tail);
        }
        arn + rest
    }
}
