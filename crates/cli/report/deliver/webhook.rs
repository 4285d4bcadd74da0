//! Webhooks: a report posted as JSON, tried again where that may help.

use std::thread;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// How long is waited before each further try.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(4),
    Duration::from_secs(16),
];

const TIMEOUT: Duration = Duration::from_secs(30);

/// Posts `body` until it is taken, refused, or tried often enough; the error says why not.
pub fn send(url: &str, run: &str, body: &Value) -> Result<(), String> {
    let agent = agent();
    let mut pauses = PAUSES.iter();
    loop {
        let problem = match once(&agent, url, run, body) {
            Ok(()) => return Ok(()),
            Err(problem) => problem,
        };
        match pauses.next() {
            Some(pause) if problem.may_pass => thread::sleep(*pause),
            _ => return Err(problem.what),
        }
    }
}

struct Problem {
    what: String,
    may_pass: bool,
}

fn agent() -> Agent {
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    let config = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .max_redirects(0)
        .tls_config(tls)
        .build();
    config.into()
}

fn once(agent: &Agent, url: &str, run: &str, body: &Value) -> Result<(), Problem> {
    let sent = agent
        .post(url)
        .header("content-type", "application/json")
        // The receiver may know a run that it has taken already.
        .header("idempotency-key", run)
        .send(body.to_string());
    match sent {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => {
            let status = answer.status();
            Err(Problem {
                what: format!("the receiver answered {status}"),
                may_pass: status.is_server_error() || status.as_u16() == 429,
            })
        }
        Err(error) => Err(Problem {
            what: error.to_string(),
            may_pass: true,
        }),
    }
}
