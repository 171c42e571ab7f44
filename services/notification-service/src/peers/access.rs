//! Whether accesses are active: asked of access-service, and never remembered.

use crate::domain::access::{AccessName, Activity};
use api::access::v1::authorization_service_client::AuthorizationServiceClient;
use api::access::v1::{AccessActivity, AccessScope, AccessState, CheckAccessActiveRequest, EndReason};
use kernel::resource;
use rpc::{Client, Refusal};
use std::collections::{BTreeSet, HashMap};

/// access-service.
#[derive(Clone)]
pub struct Accesses(Client);

impl Accesses {
    /// Asks through `client`.
    pub fn new(client: Client) -> Self {
        Self(client)
    }

    /// How one access stands at this moment.
    pub async fn activity(&self, access: AccessName) -> Result<Activity, Refusal> {
        Ok(self.activities(&[access]).await?.remove(&access).unwrap_or(Activity::Unknown))
    }

    /// How up to 100 accesses stand at this moment.
    pub async fn activities(&self, accesses: &[AccessName]) -> Result<HashMap<AccessName, Activity>, Refusal> {
        if accesses.is_empty() {
            return Ok(HashMap::new());
        }
        // Several e-mails may be due for one access: it is asked about once and answered for all of them.
        let names: BTreeSet<String> = accesses.iter().map(ToString::to_string).collect();
        let names = names.into_iter().collect();
        let request = self.0.request(CheckAccessActiveRequest { accesses: names })?;
        let response = AuthorizationServiceClient::new(self.0.channel()).check_access_active(request).await;
        let activities = response.map_err(|status| self.0.failed(status))?.into_inner().activities;
        // Taken by name and not by place: an answer can't be about another access.
        let answers: HashMap<String, Activity> =
            activities.into_iter().map(|activity| (activity.access.clone(), read(&activity))).collect();
        let answer = |access: &AccessName| {
            let known = answers.get(&access.to_string()).copied();
            (*access, known.unwrap_or(Activity::Unknown))
        };
        Ok(accesses.iter().map(answer).collect())
    }
}

/// Whatever is not clearly said counts as unknown: nothing is allowed by it.
fn read(activity: &AccessActivity) -> Activity {
    let Ok(reader) = resource::parse_person(&activity.reader) else { return Activity::Unknown };
    if activity.scope() != AccessScope::PublicPost {
        return Activity::Unknown;
    }
    match activity.state() {
        AccessState::Active if activity.active => Activity::Active { reader },
        // Active by its state and not at this moment: past its end, and nobody has noted it yet.
        AccessState::Active => {
            Activity::Ended { reader, reason: word(EndReason::Expired.as_str_name(), "END_REASON_") }
        }
        AccessState::Offered | AccessState::Requested => {
            Activity::Pending { reader, state: word(activity.state().as_str_name(), "ACCESS_STATE_") }
        }
        AccessState::Ended => {
            Activity::Ended { reader, reason: word(activity.end_reason().as_str_name(), "END_REASON_") }
        }
        AccessState::Unspecified => Activity::Unknown,
    }
}

fn word(name: &'static str, prefix: &str) -> &'static str {
    name.strip_prefix(prefix).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::PersonId;

    #[test]
    fn what_is_not_clearly_active_is_not() {
        let reader: PersonId = "0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f".parse().expect("an id");
        let active = AccessActivity {
            access: String::new(),
            active: true,
            reader: resource::person(reader),
            scope: AccessScope::PublicPost.into(),
            state: AccessState::Active.into(),
            end_reason: 0,
        };
        assert_eq!(read(&active), Activity::Active { reader });
        let expired = AccessActivity { active: false, ..active.clone() };
        assert_eq!(read(&expired), Activity::Ended { reader, reason: "EXPIRED" });
        let ended = AccessActivity { state: 4, end_reason: 4, active: false, ..active.clone() };
        assert_eq!(read(&ended), Activity::Ended { reader, reason: "REMOVED_BY_OWNER" });
        let offered = AccessActivity { state: 1, active: false, ..active.clone() };
        assert_eq!(read(&offered), Activity::Pending { reader, state: "OFFERED" });
        for strange in [
            AccessActivity { reader: String::new(), ..active.clone() },
            AccessActivity { scope: AccessScope::PrivatePostRead.into(), ..active.clone() },
            AccessActivity { state: 99, ..active },
        ] {
            assert_eq!(read(&strange), Activity::Unknown);
        }
    }
}
