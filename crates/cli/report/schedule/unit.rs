//! Files for those who have a scheduler: systemd, Kubernetes, GitHub Actions.

use std::fmt::Write;
use std::path::Path;

use super::absolute;
use super::file::Read;
use crate::args::{ReportSchedule, Scheduler};
use crate::failure::Failure;

/// Returns the files that run the reports on time, one after the other.
pub fn text(kind: Scheduler, args: &ReportSchedule, reads: &[Read]) -> Result<String, Failure> {
    let mut text = String::new();
    for (read, file) in reads.iter().zip(&args.files) {
        let definition = &read.definition;
        let cron = definition.schedule.as_ref().map(|(cron, _)| cron.as_str());
        let job = Job {
            code: &definition.code,
            title: &definition.title,
            cron: cron.unwrap_or("0 6 * * *"),
            file: match &read.folder {
                Some(_) => absolute(file).display().to_string(),
                None => definition.code.clone(),
            },
            first: first(args),
        };
        text.push_str(&match kind {
            Scheduler::Systemd => job.systemd()?,
            Scheduler::Cronjob => job.cronjob(),
            Scheduler::Github => job.github(),
        });
    }
    Ok(text)
}

fn first(args: &ReportSchedule) -> Option<String> {
    #[cfg(feature = "collect")]
    if let Some(options) = &args.collect {
        let options: Vec<String> = options.split_whitespace().map(str::to_owned).collect();
        return Some(
            format!("whocan collect {}", words(&options))
                .trim_end()
                .to_owned(),
        );
    }
    let paths: Vec<String> = args.import.iter().map(|path| shown(path)).collect();
    (!paths.is_empty()).then(|| format!("whocan import {}", words(&paths)))
}

fn shown(path: &Path) -> String {
    absolute(path).display().to_string()
}

struct Job<'a> {
    code: &'a str,
    title: &'a str,
    cron: &'a str,
    file: String,
    /// The command that brings the snapshot, if whocan is to run one.
    first: Option<String>,
}

impl Job<'_> {
    fn systemd(&self) -> Result<String, Failure> {
        let calendar = calendar(self.cron)?;
        let mut text = format!(
            "# /etc/systemd/system/whocan-{code}.service\n[Unit]\nDescription=whocan: {title}\n\n[Service]\nType=oneshot\n\
             Environment=WHOCAN_STORE=/var/lib/whocan/store\nStateDirectory=whocan\nDynamicUser=yes\nProtectSystem=strict\n\
             # Exit code 1 says that there are new findings, which is no failure of the service.\nSuccessExitStatus=1\n",
            code = self.code,
            title = one_line(self.title),
        );
        if let Some(first) = &self.first {
            let _ = writeln!(text, "ExecStartPre={first}");
        }
        let _ = write!(
            text,
            "ExecStart=whocan report run {} --out /var/lib/whocan/reports\n\n\
             # /etc/systemd/system/whocan-{}.timer\n[Unit]\nDescription=whocan: {}\n\n[Timer]\nOnCalendar={calendar} UTC\n\
             Persistent=true\n\n[Install]\nWantedBy=timers.target\n\n",
            quoted(&self.file),
            self.code,
            one_line(self.title),
        );
        Ok(text)
    }

    fn cronjob(&self) -> String {
        let first = self.first.iter().map(|first| format!("{first} && "));
        let first: String = first.collect();
        format!(
            "---\napiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: whocan-{code}\nspec:\n  schedule: \"{cron}\"\n  timeZone: Etc/UTC\n  \
             concurrencyPolicy: Forbid\n  jobTemplate:\n    spec:\n      backoffLimit: 2\n      template:\n        spec:\n          \
             restartPolicy: Never\n          containers:\n            - name: whocan\n              image: example.com/whocan:latest\n              \
             command: [\"/bin/sh\", \"-c\"]\n              args:\n                - {script}\n              env:\n                - \
             name: WHOCAN_STORE\n                  value: /data/store\n              volumeMounts:\n                - name: data\n                  \
             mountPath: /data\n          volumes:\n            - name: data\n              persistentVolumeClaim:\n                claimName: whocan\n",
            code = self.code,
            cron = self.cron,
            script = json(&format!(
                "{first}whocan report run {} --out /data/reports || [ $? -eq 1 ]",
                quoted(&self.file)
            )),
        )
    }

    fn github(&self) -> String {
        let first = self.first.iter();
        let first = first.map(|first| format!("      - run: {}\n", json(first)));
        let first: String = first.collect();
        format!(
            "# .github/workflows/whocan-{code}.yml\nname: {title}\non:\n  schedule:\n    - cron: \"{cron}\"\n  workflow_dispatch:\n\
             permissions:\n  contents: read\n  security-events: write\nconcurrency: whocan\njobs:\n  report:\n    runs-on: ubuntu-latest\n    \
             env:\n      WHOCAN_STORE: ${{{{ runner.temp }}}}/store\n    steps:\n      - uses: actions/checkout@v4\n{first}      \
             - run: {run}\n      - uses: github/codeql-action/upload-sarif@v3\n        with:\n          sarif_file: reports/{code}.sarif\n      \
             - uses: actions/upload-artifact@v4\n        with:\n          name: whocan-{code}\n          path: reports\n",
            code = self.code,
            title = json(&format!("whocan: {}", self.title)),
            cron = self.cron,
            run = json(&format!(
                "whocan report run {} --out reports --format html,json,sarif || [ $? -eq 1 ]",
                quoted(&self.file)
            )),
        )
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<&str>>()
        .join(" ")
        .replace('%', "%%")
}

// A string of JSON is one of YAML.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn words(all: &[String]) -> String {
    all.iter()
        .map(|one| quoted(one))
        .collect::<Vec<String>>()
        .join(" ")
}

/// Quotes a word where a shell or systemd would part it.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-,=:".contains(&byte);
    match word.bytes().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// Returns the times of a cron expression as systemd writes them.
fn calendar(cron: &str) -> Result<String, Failure> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        let failure = Failure::new(format_args!("`{cron}` has no five fields"));
        return Err(
            failure.hint("systemd files are printed for minute, hour, day, month and weekday")
        );
    };
    if fields
        .iter()
        .any(|field| field.contains(['L', '#', 'W', '?']))
    {
        return Err(Failure::new(format_args!("systemd cannot say `{cron}`")));
    }
    if *day != "*" && *weekday != "*" {
        // cron takes either day, systemd both.
        return Err(Failure::new(format_args!(
            "systemd cannot say `{cron}`: it names a day and a weekday"
        )));
    }
    let weekdays = match *weekday {
        "*" => String::new(),
        named => format!("{} ", weekdays(named)),
    };
    let part = |field: &str| field.replace('-', "..");
    // cron steps from the start of the range, as systemd does from a number.
    let step = |field: &str, first: &str| match field.strip_prefix("*/") {
        Some(step) => format!("{first}/{step}"),
        None => part(field),
    };
    Ok(format!(
        "{weekdays}*-{}-{} {}:{}:00",
        step(month, "1"),
        step(day, "1"),
        step(hour, "0"),
        step(minute, "0")
    ))
}

fn weekdays(field: &str) -> String {
    const NAMES: [&str; 8] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let mut text = String::new();
    for character in field.chars() {
        match character
            .to_digit(10)
            .and_then(|digit| NAMES.get(digit as usize))
        {
            Some(name) => text.push_str(name),
            None if character == '-' => text.push_str(".."),
            None => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cron_times_are_those_of_systemd() {
        let cases = [
            ("0 6 * * *", "*-*-* 6:0:00"),
            ("30 7 * * 1-5", "Mon..Fri *-*-* 7:30:00"),
            ("*/15 8-18 1 * *", "*-*-1 8..18:0/15:00"),
        ];
        for (cron, expected) in cases {
            assert_eq!(calendar(cron).unwrap(), expected, "{cron}");
        }
        assert!(calendar("0 6 1 * 1").is_err());
        assert!(calendar("0 6 L * *").is_err());
    }
}
