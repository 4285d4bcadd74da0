//! `whocan export-script`: a shell script that exports an account with the AWS CLI alone.

use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output;

const SCRIPT: &str = include_str!("export_script/export.sh");

/// Prints the script.
pub fn run() -> Result<Outcome, Failure> {
    output::write(SCRIPT)?;
    Ok(Outcome::Yes)
}

#[cfg(test)]
mod tests {
    use super::SCRIPT;

    #[test]
    fn the_script_asks_everything_that_answers_rest_on() {
        for (service, command) in whocan_import::wanted_commands() {
            let called = SCRIPT
                .lines()
                .any(|line| line.contains(service) && line.contains(command));
            // Buckets and access points are asked in a loop over the commands.
            let looped = matches!(service, "s3api" | "s3control") && SCRIPT.contains(command);
            assert!(
                called || looped,
                "the script does not call {service} {command}"
            );
        }
    }
}
