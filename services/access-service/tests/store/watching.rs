//! Following changes: each at least once, in order, over processes and restarts.

use crate::on_both_engines;
use crate::world::{KAREN, NIELS, Refused as _, World, never, particulars, reason};
use api::access::v1::authorization_service_client::AuthorizationServiceClient;
use api::access::v1::read_access_service_client::ReadAccessServiceClient;
use api::access::v1::*;
use std::collections::HashMap;
use std::time::Duration;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};

on_both_engines! {
    changes_are_told_in_order_and_from_where_one_left_off
    a_quiet_watch_gives_signs_of_life
    what_another_process_commits_is_told_too
    no_change_is_missed_when_many_are_made_at_once
    tokens_of_others_and_of_long_ago_are_refused
    watches_are_bounded_in_number
    a_watch_ends_with_the_process
}

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_mins(1);

struct Watch(Streaming<WatchAccessChangesResponse>);

impl Watch {
    async fn open(world: &World, channel: &Channel, service: &str, token: &str) -> Result<Self, Status> {
        let request = WatchAccessChangesRequest { resume_token: token.to_owned() };
        let mut client = AuthorizationServiceClient::new(channel.clone());
        let opened = client.watch_access_changes(world.by_service(service, request)).await?;
        Ok(Self(opened.into_inner()))
    }

    async fn on(world: &World, token: &str) -> Self {
        Self::open(world, &world.channel, "mailbox-service", token).await.unwrap()
    }

    async fn next(&mut self) -> Result<WatchAccessChangesResponse, Status> {
        let answer = tokio::time::timeout(PATIENCE, self.0.message()).await.expect("an answer in time");
        Ok(answer?.expect("no end of its own"))
    }

    async fn sign(&mut self) -> String {
        let sign = self.next().await.unwrap();
        assert_eq!((sign.access.as_str(), sign.version), ("", 0), "a sign of life");
        sign.resume_token
    }

    /// The next change, signs of life left out.
    async fn change(&mut self) -> WatchAccessChangesResponse {
        loop {
            let answer = self.next().await.unwrap();
            if !answer.access.is_empty() {
                return answer;
            }
        }
    }
}

fn told(change: &WatchAccessChangesResponse) -> (i64, AccessState, EndReason) {
    (change.version, change.state(), change.end_reason())
}

async fn changes_are_told_in_order_and_from_where_one_left_off(world: World) {
    let mut watch = Watch::on(&world, "").await;
    let start = watch.sign().await;
    let active = world.active(never()).await;
    let offered = watch.change().await;
    assert_eq!(told(&offered), (1, AccessState::Offered, EndReason::Unspecified));
    assert_eq!((&offered.access, &offered.reader), (&active.name, &active.reader));
    assert_eq!((offered.scope(), offered.change_time), (AccessScope::PublicPost, active.create_time));
    assert_eq!(told(&watch.change().await), (2, AccessState::Active, EndReason::Unspecified));
    world.remove(KAREN, &active.name).await.unwrap();
    let ended = (3, AccessState::Ended, EndReason::RemovedByOwner);
    let last = watch.change().await;
    assert_eq!(told(&last), ended);

    for (token, missed) in [(start, 3), (offered.resume_token, 2)] {
        let mut again = Watch::on(&world, &token).await;
        for version in 4 - missed..=3 {
            assert_eq!(again.change().await.version, version);
        }
    }
    Watch::on(&world, &last.resume_token).await.sign().await;
}

async fn a_quiet_watch_gives_signs_of_life(world: World) {
    let mut watch = Watch::on(&world, "").await;
    for _ in 0..3 {
        watch.sign().await;
        world.clock.advance(Duration::from_secs(10));
    }
}

async fn what_another_process_commits_is_told_too(world: World) {
    let other = world.another_process().await;
    let mut watch = Watch::open(&world, &other, "notification-service", "").await.unwrap();
    let token = watch.sign().await;
    let given = world.give(never()).await;
    assert_eq!(watch.change().await.access, given.name);
    let resumed = Watch::open(&world, &world.channel, "notification-service", &token).await;
    assert_eq!(resumed.unwrap().change().await.access, given.name, "a token holds at any process");
}

/// Gives Niels access and takes it back, as often as said.
async fn give_and_withdraw(world: &World, channel: &Channel, owner: &str, times: usize) {
    for _ in 0..times {
        give_and_withdraw_once(world, channel, owner).await;
    }
}

async fn give_and_withdraw_once(world: &World, channel: &Channel, owner: &str) {
    let give = GiveAccessRequest {
        reader: Some(particulars("Niels", "Skov", NIELS)),
        scope: AccessScope::PublicPost.into(),
        expiry: Some(never()),
        level: 0,
        request_id: String::new(),
    };
    let mut citizens = ReadAccessServiceClient::new(channel.clone());
    let given = citizens.give_access(world.by(owner, give)).await.unwrap().into_inner().access.unwrap();
    let withdraw = WithdrawAccessRequest { name: given.name, request_id: String::new() };
    citizens.withdraw_access(world.by(owner, withdraw)).await.unwrap();
}

/// Follows until `most` changes were told, beginning anew at every third.
async fn follow(world: &World, channel: &Channel, mut token: String, most: usize) -> Vec<WatchAccessChangesResponse> {
    let mut changes: Vec<WatchAccessChangesResponse> = Vec::new();
    while changes.len() < most {
        let mut watch = Watch::open(world, channel, "mailbox-service", &token).await.unwrap();
        for _ in 0..3.min(most - changes.len()) {
            let change = watch.change().await;
            token.clone_from(&change.resume_token);
            changes.push(change);
        }
    }
    changes
}

async fn no_change_is_missed_when_many_are_made_at_once(world: World) {
    let processes = [world.channel.clone(), world.another_process().await];
    let start = Watch::on(&world, "").await.sign().await;
    // Fewer than may name the same person at once.
    let owners: Vec<String> = (0..4).map(|number| format!("630370100{number}")).collect();
    for owner in &owners {
        world.neighbours.register(owner, "Ole", "Krog");
    }
    let give =
        owners.iter().enumerate().map(|(number, owner)| give_and_withdraw(&world, &processes[number % 2], owner, 4));
    let follow = processes.iter().map(|process| follow(&world, process, start.clone(), 32));
    let (_, followed) = tokio::join!(futures::future::join_all(give), futures::future::join_all(follow));
    for changes in followed {
        let mut versions: HashMap<String, Vec<i64>> = HashMap::new();
        for change in changes {
            versions.entry(change.access).or_default().push(change.version);
        }
        assert_eq!(versions.len(), 16);
        assert!(versions.values().all(|versions| *versions == [1, 2]), "{versions:?}");
    }
}

async fn tokens_of_others_and_of_long_ago_are_refused(world: World) {
    let token = Watch::on(&world, "").await.sign().await;
    world.give(never()).await;
    let now = Watch::on(&world, "").await.sign().await;
    let open = async |service: &str, token: &str| Watch::open(&world, &world.channel, service, token).await;
    for (service, token) in [("notification-service", token.as_str()), ("mailbox-service", "nonsense")] {
        let refused = open(service, token).await.map(|_| ()).refused();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "RESUME_TOKEN_INVALID"));
    }
    world.pass(7);
    world.work().await;
    assert_eq!(open("mailbox-service", &token).await.unwrap().change().await.version, 1);
    world.pass(2);
    world.work().await;
    let refused = open("mailbox-service", &token).await.map(|_| ()).refused();
    assert_eq!(reason(&refused), "RESUME_TOKEN_INVALID", "what came after it is forgotten");
    open("mailbox-service", &now).await.unwrap().sign().await;
}

async fn watches_are_bounded_in_number(world: World) {
    let mut watches = Vec::new();
    for _ in 0..256 {
        watches.push(Watch::on(&world, "").await);
    }
    let refused = Watch::open(&world, &world.channel, "mailbox-service", "").await.map(|_| ()).refused();
    assert_eq!(reason(&refused), "OVERLOADED");
}

async fn a_watch_ends_with_the_process(world: World) {
    let mut watch = Watch::on(&world, "").await;
    watch.sign().await;
    world.stop.cancel();
    let ended = watch.next().await.refused();
    assert_eq!((ended.code(), reason(&ended).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
}
