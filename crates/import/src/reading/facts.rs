//! The calls about what is neither the account as a whole nor a resource of it.

use whocan_snapshot::GapCode;

use super::{Reader, cut_off};
use crate::error::FileError;
use crate::export::{Call, Left};
use crate::json::{self, Paging, Wrong};
use crate::services::{identity_center, ram};
use crate::table::{self, Answer, Asks, Row};

impl Reader<'_> {
    /// Reads the calls that an argument tells apart.
    pub(super) fn read_facts(&mut self) -> Result<(), FileError> {
        for row in table::rows() {
            if matches!(row.asks, Asks::About(_)) {
                for call in self.export.of(row.service, row.command) {
                    self.read_fact(row, call)?;
                }
            }
        }
        identity_center::finish(&mut self.draft);
        ram::finish(&mut self.draft);
        Ok(())
    }

    fn read_fact(&mut self, row: &Row, call: &Call) -> Result<(), FileError> {
        let Some(argument) = call.argument.as_deref() else {
            return Ok(());
        };
        let region = call.region.as_deref();
        let (path, text) = match &call.left {
            Left::Code(code) => {
                let code = GapCode::Refused(code.clone());
                self.draft
                    .gap(row.service, region, row.command, Some(argument), code);
                return Ok(());
            }
            left => match self.load(left, row.silent) {
                Ok(loaded) => loaded,
                Err(error) => return self.refuse(row.service, row.command, call, error),
            },
        };
        let outcome = self.tell(row, region, argument, &text);
        self.settle(row, call, path, outcome)
    }

    // Half a list would pass for a whole one.
    fn tell(
        &mut self,
        row: &Row,
        region: Option<&str>,
        argument: &str,
        text: &str,
    ) -> Result<(), Wrong> {
        if let Some(mark) = json::read::<Paging<'_>>(text)?.more() {
            let code = GapCode::Unreadable(cut_off(mark));
            self.draft
                .gap(row.service, region, row.command, Some(argument), code);
            return Ok(());
        }
        match &row.asks {
            Asks::About(read) => read(&mut self.draft, argument, &Answer::Text(text)),
            _ => Ok(()),
        }
    }
}
