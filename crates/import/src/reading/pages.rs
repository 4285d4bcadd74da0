//! The calls about an account as a whole, and the lists of its things.

use std::collections::BTreeSet;

use whocan_snapshot::{GapCode, ResourceList};

use super::{Reader, cut_off};
use crate::error::FileError;
use crate::export::{Call, Left};
use crate::json::{self, Paging, Wrong};
use crate::note::NoteKind;
use crate::table::{self, Answer, Asks, Page, PageSource, Row};

const DETAILS: &str = "get-account-authorization-details";

impl Reader<'_> {
    /// Reads the calls about the account as a whole, and the lists.
    pub(super) fn read_lists(&mut self) -> Result<(), FileError> {
        for row in table::rows() {
            if matches!(row.asks, Asks::Each { .. } | Asks::About(_)) {
                continue;
            }
            let calls = self.pages(row);
            for call in &calls {
                self.read_page(row, call)?;
            }
            self.miss_pages(row, &calls);
        }
        Ok(())
    }

    /// Returns the calls of a row: one for each region, or one at all.
    fn pages(&self, row: &Row) -> Vec<Call> {
        let calls = self.export.of(row.service, row.command);
        let mut pages: Vec<Call> = calls
            .iter()
            .filter(|call| call.argument.is_none())
            .cloned()
            .collect();
        if !row.regional {
            // Global commands answer the same in every region.
            pages.sort_by_key(|call| (matches!(call.left, Left::Code(_)), call.region.clone()));
            pages.truncate(1);
        }
        pages
    }

    fn read_page(&mut self, row: &Row, call: &Call) -> Result<(), FileError> {
        let region = call.region.as_deref();
        match &call.left {
            Left::File(_) | Left::Made(_) | Left::Broken(_) => {
                let (path, text) = match self.load(&call.left, row.silent) {
                    Ok(loaded) => loaded,
                    Err(error) => return self.refuse(row.service, row.command, call, error),
                };
                let source = PageSource::of(&call.left);
                let outcome = self.read_text(row, region, &text, source);
                self.settle(row, call, path, outcome)
            }
            Left::Code(code) if row.none.contains(&code.as_str()) => {
                self.read_none(row, region, Answer::None);
                Ok(())
            }
            Left::Code(code) => {
                let code = GapCode::Refused(code.clone());
                self.draft.gap(row.service, region, row.command, None, code);
                Ok(())
            }
        }
    }

    fn read_text(
        &mut self,
        row: &Row,
        region: Option<&str>,
        text: &str,
        source: PageSource,
    ) -> Result<(), Wrong> {
        let silence = text.trim_ascii().is_empty();
        let answer = if silence {
            Answer::None
        } else {
            Answer::Text(text)
        };
        let more = match (&row.asks, silence) {
            (Asks::List { .. }, false) => json::read::<Paging<'_>>(text)?.more(),
            _ => None,
        };
        self.ask(row, region, answer, source)?;
        match (&row.asks, more) {
            (Asks::List { .. }, _) if source.is_part() && !self.draft.absent_means_none => {
                let code = GapCode::NotExported;
                self.draft.gap(row.service, region, row.command, None, code);
            }
            (Asks::List { .. }, Some(mark)) => {
                let code = GapCode::Unreadable(cut_off(mark));
                self.draft.gap(row.service, region, row.command, None, code);
            }
            (Asks::List { of, .. }, None) => self.list_is_complete(*of, row, region),
            _ => {}
        }
        Ok(())
    }

    fn read_none(&mut self, row: &Row, region: Option<&str>, answer: Answer<'_>) {
        // A reader that gets no text has nothing to stumble over.
        let outcome = self.ask(row, region, answer, PageSource::Printed);
        debug_assert!(outcome.is_ok(), "{} without an answer", row.command);
    }

    fn ask(
        &mut self,
        row: &Row,
        region: Option<&str>,
        answer: Answer<'_>,
        source: PageSource,
    ) -> Result<(), Wrong> {
        match &row.asks {
            Asks::Account(read) | Asks::List { read, .. } => {
                let page = Page {
                    region,
                    answer,
                    source,
                };
                read(&mut self.draft, &page)
            }
            Asks::Each { .. } | Asks::About(_) => Ok(()),
        }
    }

    /// Records that a list was read to its end.
    fn list_is_complete(&mut self, of: (&str, &str), row: &Row, region: Option<&str>) {
        if row.regional && region.is_none() {
            let text = "the region is not known: expected a folder named after it";
            let place = format!("{} {}", row.service, row.command);
            self.draft.note(place, NoteKind::Odd(text.to_owned()));
            return;
        }
        self.draft.object.lists.insert(ResourceList {
            service: of.0.to_owned(),
            kind: of.1.to_owned(),
            region: region.filter(|_| row.regional).unwrap_or("").to_owned(),
        });
    }

    /// Sees to the calls that left nothing.
    fn miss_pages(&mut self, row: &Row, calls: &[Call]) {
        let missing = if calls.is_empty() {
            vec![None]
        } else if row.regional {
            let mut regions = self.export.regions.clone();
            for call in calls {
                match &call.region {
                    Some(region) => regions.remove(region),
                    None => return,
                };
            }
            regions.into_iter().map(Some).collect()
        } else {
            Vec::new()
        };
        for region in missing {
            // An account without identities does not exist: that they are
            // missing says nothing but that they were not exported.
            if self.draft.absent_means_none && row.command != DETAILS {
                self.read_none(row, region.as_deref(), Answer::Assumed);
                self.assume_list(row, region);
            } else if row.wanted {
                let (region, code) = (region.as_deref(), GapCode::NotExported);
                self.draft.gap(row.service, region, row.command, None, code);
            }
        }
    }

    /// Records a list that nobody exported as an empty one.
    fn assume_list(&mut self, row: &Row, region: Option<String>) {
        let Asks::List { of, .. } = row.asks else {
            return;
        };
        let regions = match region {
            None if row.regional => self.export.regions.clone(),
            region => region.into_iter().collect(),
        };
        for region in &regions {
            self.list_is_complete(of, row, Some(region));
        }
        if !row.regional {
            self.list_is_complete(of, row, None);
        }
    }

    /// Returns whether what is not listed does not exist: by assumption, and
    /// unless something that was asked for could not be read.
    pub(super) fn is_complete(&self) -> bool {
        let lists: BTreeSet<(&str, &str)> = table::rows()
            .filter(|row| matches!(row.asks, Asks::List { .. }))
            .map(|row| (row.service, row.command))
            .collect();
        let mut gaps = self.draft.gaps.iter();
        self.draft.absent_means_none
            && self.draft.object.identities
            && !gaps.any(|gap| lists.contains(&(gap.service.as_str(), gap.call.as_str())))
    }
}
