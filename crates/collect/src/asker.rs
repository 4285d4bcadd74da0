//! Asks one account: looks what is known, else calls, and keeps what came.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use serde_json::Value;
use whocan_policy::AccountId;

use crate::blanks::Blanks;
use crate::endpoint::{self, Endpoint};
use crate::error::CollectError;
use crate::fault::{Fault, NO_ANSWER, NO_CREDENTIALS};
use crate::folder::{Folder, Key, Known};
use crate::observer::{Event, Observer};
use crate::options::Manners;
use crate::pace::Pace;
use crate::table::{Call, Service};
use crate::wire::Line;
use crate::{answer, request, wire};

/// No list has more pages; a peer that never ends one is not followed for ever.
const MOST_PAGES: usize = 100_000;

/// What all accounts of a collection share.
pub(crate) struct Shared {
    /// The account of the person's own credentials.
    pub(crate) own: AccountId,
    pub(crate) pace: Pace,
    pub(crate) manners: Manners,
    pub(crate) observer: Arc<dyn Observer>,
}

/// Asks one account, or the organization.
pub(crate) struct Asker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) config: SdkConfig,
    pub(crate) partition: String,
    pub(crate) account: AccountId,
    pub(crate) folder: Folder,
    /// The lines that are open, by service and region.
    lines: Mutex<HashMap<(&'static str, String), Line>>,
    /// The regions of buckets that are elsewhere.
    buckets: Mutex<BTreeMap<String, String>>,
}

/// One call about one thing.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) service: &'static Service,
    pub(crate) call: &'static Call,
    /// The region, where there is one call for each.
    pub(crate) region: Option<&'a str>,
    /// The name that it is about, or nothing.
    pub(crate) item: &'a str,
}

impl Asker {
    pub(crate) fn new(
        shared: Arc<Shared>,
        config: SdkConfig,
        partition: String,
        account: AccountId,
        folder: Folder,
    ) -> Asker {
        Asker {
            shared,
            config,
            partition,
            account,
            folder,
            lines: Mutex::default(),
            buckets: Mutex::default(),
        }
    }

    /// Tells that so many calls more are to be made.
    pub(crate) fn plan(&self, calls: usize) {
        self.shared.observer.event(Event::Planned(calls));
    }

    /// Returns the answer to a question, from the folder or from AWS; `None` if
    /// the call fails, and then its code is kept.
    ///
    /// # Errors
    ///
    /// If the credentials are no longer good, or the disk refuses.
    pub(crate) async fn ask(&self, question: Question<'_>) -> Result<Option<Value>, CollectError> {
        let key = self.key(&question);
        self.settle(&key, self.fetch(&question)).await
    }

    /// As [`Asker::ask`], with the call made by whoever asks.
    ///
    /// # Errors
    ///
    /// As [`Asker::ask`].
    pub(crate) async fn settle(
        &self,
        key: &Key,
        fetch: impl Future<Output = Result<Value, Fault>>,
    ) -> Result<Option<Value>, CollectError> {
        let answer = match self.folder.known(key) {
            Known::Answer(answer) => Some(answer),
            Known::Failed => None,
            Known::Nothing => match fetch.await {
                Ok(answer) => {
                    self.folder.keep(key, &answer)?;
                    Some(answer)
                }
                Err(fault) => {
                    self.check(&fault).await?;
                    self.folder.fail(key, &fault.code)?;
                    None
                }
            },
        };
        self.shared.observer.event(Event::Asked);
        Ok(answer)
    }

    /// Returns how a question is known in the bundle.
    pub(crate) fn key(&self, question: &Question<'_>) -> Key {
        let region = self.region(question).to_owned();
        let blanks = self.blanks(question, &region);
        let argument = question.call.argument.map(|text| blanks.fill(text));
        let (service, command) = (question.service.name, question.call.command);
        Key::new(service, command, question.region, argument.as_deref())
    }

    /// Makes a call, with all pages.
    ///
    /// # Errors
    ///
    /// Why there is no answer; no part of a list is kept.
    pub(crate) async fn fetch(&self, question: &Question<'_>) -> Result<Value, Fault> {
        let mut whole: Option<Value> = None;
        let mut token: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let body = self.page(question, token.as_deref()).await?;
            let read = answer::read(question.service, question.call, &body);
            let mut page = read.map_err(|problem| Fault::new(NO_ANSWER, problem))?;
            let Some(pages) = &question.call.pages else {
                return Ok(page);
            };
            let next = answer::take_token(&mut page, pages);
            let joined = match whole {
                None => page,
                Some(mut known) => {
                    answer::join(&mut known, page, pages);
                    known
                }
            };
            match next {
                None => return Ok(joined),
                next if next == token => break,
                next => token = next,
            }
            whole = Some(joined);
        }
        Err(Fault::new(NO_ANSWER, "the list does not end"))
    }

    /// Fetches one page, from wherever the thing is.
    async fn page(&self, question: &Question<'_>, token: Option<&str>) -> Result<String, Fault> {
        let known = self.elsewhere(question.item);
        let region = known.unwrap_or_else(|| self.region(question).to_owned());
        match self.page_in(question, &region, token).await {
            Err(fault) => match fault.elsewhere.clone().filter(|it| *it != region) {
                Some(other) if question.service.signs == "s3" => {
                    self.remember(question.item, &other);
                    self.page_in(question, &other, token).await
                }
                _ => Err(fault),
            },
            answered => answered,
        }
    }

    async fn page_in(
        &self,
        question: &Question<'_>,
        region: &str,
        token: Option<&str>,
    ) -> Result<String, Fault> {
        let service = question.service;
        let line = self.line(service, region);
        let line = line.ok_or_else(|| Fault::new(NO_CREDENTIALS, "there are none"))?;
        let blanks = self.blanks(question, region);
        let sent = request::of(service, question.call, &blanks, token);
        let _turn = self.turn(service, region).await;
        line.invoke(sent).await.map_err(wire::why)
    }

    /// Waits for a call's turn.
    pub(crate) async fn turn(
        &self,
        service: &'static Service,
        region: &str,
    ) -> Option<tokio::sync::SemaphorePermit<'_>> {
        let lane = (self.account.to_string(), service.name, region.to_owned());
        let rate = self.shared.manners.rate.unwrap_or(service.rate);
        self.shared.pace.turn(lane, rate).await
    }

    /// Ends the collection where a fault says that the credentials are no longer good.
    ///
    /// A region that is not enabled does not know good credentials either, so
    /// AWS is asked about them where they must be known.
    async fn check(&self, fault: &Fault) -> Result<(), CollectError> {
        if fault.is_expired() {
            return Err(CollectError::Expired(fault.to_string()));
        }
        if fault.is_unrecognized() {
            let client = aws_sdk_sts::Client::new(&self.config);
            if client.get_caller_identity().send().await.is_err() {
                return Err(CollectError::Expired(fault.to_string()));
            }
        }
        Ok(())
    }

    fn region<'a>(&'a self, question: &Question<'a>) -> &'a str {
        question
            .region
            .unwrap_or_else(|| endpoint::home(&self.partition))
    }

    fn blanks<'a>(&'a self, question: &Question<'a>, region: &'a str) -> Blanks<'a> {
        Blanks {
            partition: &self.partition,
            account: self.account,
            region,
            item: question.item,
        }
    }

    fn line(&self, service: &'static Service, region: &str) -> Option<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (service.name, region.to_owned());
        if let Some(line) = lines.get(&key) {
            return Some(line.clone());
        }
        let line = wire::line(&self.config, service, &self.endpoint(service, region))?;
        lines.insert(key, line.clone());
        Some(line)
    }

    /// Returns where a service is: where the person says, else where AWS has it.
    fn endpoint(&self, service: &'static Service, region: &str) -> Endpoint {
        let id = endpoint::service_id(service);
        let key = ServiceConfigKey::builder()
            .service_id(id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build();
        let of_service = self.config.service_config();
        let of_service = of_service
            .zip(key.ok())
            .and_then(|(it, key)| it.load_config(key));
        let told = of_service.or_else(|| self.config.endpoint_url().map(str::to_owned));
        let account = self.account.to_string();
        match told {
            Some(url) => endpoint::of_person(service, &self.partition, region, &url),
            None => endpoint::of_aws(service, &self.partition, region, &account),
        }
    }

    fn elsewhere(&self, bucket: &str) -> Option<String> {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.get(bucket).cloned()
    }

    fn remember(&self, bucket: &str, region: &str) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.insert(bucket.to_owned(), region.to_owned());
    }
}
