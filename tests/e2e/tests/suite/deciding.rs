//! Rules R1 to R14 as decisions of the check, asked as mailbox-service asks: with its own token and that of the citizen
//! beside. What a decision has an effect on is shown where the act itself is tested.

use api::access::v1::{AccessScope, Decision, DecisionGround};
use api::core::v1::{Act, Capacity, Portal as WirePortal, PostKind};
use api::error::v1::ErrorReason;
use harness::actor::citizen_access::guardianship;
use harness::{Citizen, Gatekeeper, Person, Suite, Until, on_both};
use kernel::Portal;

on_both! {
    Suite: r1_a_reader_lists_reads_downloads_searches_and_follows,
    r2_a_reader_makes_folders,
    r3_a_reader_moves,
    r4_a_reader_marks,
    r5_a_reader_forwards,
    r6_a_reader_is_served,
    r7_no_reader_deletes,
    r8_no_reader_writes,
    r9_a_reader_replies_in_their_own_name,
    r10_no_reader_sets_renames_or_gives_access,
    r11_a_reader_reads_the_log_about_public_post,
    r12_being_served_is_decided_apart_from_reading,
    r13_every_decision_names_capacity_and_access,
    r14_laesning_reads_and_redigering_also_moves_and_marks,
}

/// Karen's mailbox and those who may see something of it, all in e-Boks, where everything can show.
struct Readers {
    gate: Gatekeeper,
    karen: Citizen,
    /// Of public post.
    niels: Citizen,
    /// The same, as guardian.
    mette: Citizen,
    /// Of private post: "læsning", "redigering".
    private: [Citizen; 2],
}

impl Readers {
    async fn of(suite: &Suite) -> Self {
        let (karen, niels) = suite.karen_and_niels().await;
        let mette = suite.citizen(Person::mette()).await;
        let private = [suite.citizen(Person::of_crowd(1)).await, suite.citizen(Person::of_crowd(2)).await];
        niels.is_given_access_by(&karen).await;
        let asked = mette.asks_as_guardian(&karen, Until::Never, guardianship("2027-06-30")).await.unwrap();
        karen.approves(&asked).await.unwrap();
        let [karen, niels, mette] = [karen, niels, mette].map(|citizen| citizen.at(Portal::EBoks));
        let private = private.map(|citizen| citizen.at(Portal::EBoks));
        for (reader, right) in private.iter().zip([AccessScope::PrivatePostRead, AccessScope::PrivatePostEdit]) {
            reader.is_given_private_access_by(&karen, right).await;
        }
        Self { gate: suite.gatekeeper(), karen, niels, mette, private }
    }

    async fn decision(&self, who: &Citizen, act: Act) -> Decision {
        self.gate.decides(who, act, &self.karen.mailbox).await
    }

    /// Readers of public post and guardians may do `act`, on public post and no other.
    async fn of_public_post_may(&self, act: Act) {
        for (who, capacity) in [(&self.niels, Capacity::Reader), (&self.mette, Capacity::Guardian)] {
            let decision = self.decision(who, act).await;
            assert!(decision.allowed, "{act:?}");
            let kinds: Vec<_> = decision.grounds.iter().map(DecisionGround::post_kind).collect();
            assert_eq!((kinds, decision.capacity()), (vec![PostKind::Public], capacity), "{act:?}");
        }
    }

    /// Neither they nor anybody of `whom` may do it, and the owner may.
    async fn only_the_owner_may(&self, act: Act) {
        let readers = [&self.niels, &self.mette, &self.private[0], &self.private[1]];
        for who in readers {
            self.may_not(who, act).await;
        }
        let own = self.decision(&self.karen, act).await;
        assert_eq!((own.allowed, own.capacity()), (true, Capacity::Owner), "{act:?}");
    }

    async fn may_not(&self, who: &Citizen, act: Act) {
        let decision = self.decision(who, act).await;
        assert_eq!((decision.allowed, decision.denial()), (false, ErrorReason::ActNotAllowed), "{act:?}");
        assert!(decision.grounds.is_empty());
    }

    async fn of_private_post_may_not(&self, act: Act) {
        for who in &self.private {
            self.may_not(who, act).await;
        }
    }
}

async fn r1_a_reader_lists_reads_downloads_searches_and_follows(suite: Suite) {
    let readers = Readers::of(&suite).await;
    for act in [Act::List, Act::Read, Act::Download, Act::Search, Act::Watch] {
        readers.of_public_post_may(act).await;
    }
}

async fn r2_a_reader_makes_folders(suite: Suite) {
    let readers = Readers::of(&suite).await;
    readers.of_public_post_may(Act::CreateFolder).await;
    readers.of_private_post_may_not(Act::CreateFolder).await;
}

async fn r3_a_reader_moves(suite: Suite) {
    Readers::of(&suite).await.of_public_post_may(Act::Move).await;
}

async fn r4_a_reader_marks(suite: Suite) {
    Readers::of(&suite).await.of_public_post_may(Act::Mark).await;
}

async fn r5_a_reader_forwards(suite: Suite) {
    let readers = Readers::of(&suite).await;
    readers.of_public_post_may(Act::Forward).await;
    readers.of_private_post_may_not(Act::Forward).await;
}

async fn r6_a_reader_is_served(suite: Suite) {
    let readers = Readers::of(&suite).await;
    readers.of_public_post_may(Act::AcknowledgeService).await;
    readers.of_private_post_may_not(Act::AcknowledgeService).await;
}

async fn r7_no_reader_deletes(suite: Suite) {
    let readers = Readers::of(&suite).await;
    readers.only_the_owner_may(Act::Delete).await;
    readers.only_the_owner_may(Act::DeleteFolder).await;
}

async fn r8_no_reader_writes(suite: Suite) {
    Readers::of(&suite).await.only_the_owner_may(Act::Send).await;
}

async fn r9_a_reader_replies_in_their_own_name(suite: Suite) {
    let readers = Readers::of(&suite).await;
    // The reply itself leaves from the reader's own mailbox; what is decided is that they may answer this letter.
    readers.of_public_post_may(Act::Reply).await;
    readers.of_private_post_may_not(Act::Reply).await;
    let own = readers.gate.decides(&readers.niels, Act::Reply, &readers.niels.mailbox).await;
    assert_eq!((own.allowed, own.capacity()), (true, Capacity::Owner));
}

async fn r10_no_reader_sets_renames_or_gives_access(suite: Suite) {
    let readers = Readers::of(&suite).await;
    for act in [Act::ChangeSettings, Act::RenameFolder, Act::ManageAccesses, Act::ManageRecipients] {
        readers.only_the_owner_may(act).await;
    }
}

async fn r11_a_reader_reads_the_log_about_public_post(suite: Suite) {
    let readers = Readers::of(&suite).await;
    readers.of_public_post_may(Act::ReadActivity).await;
    readers.of_private_post_may_not(Act::ReadActivity).await;
    let own = readers.decision(&readers.karen, Act::ReadActivity).await;
    let kinds: Vec<PostKind> = own.grounds.iter().map(DecisionGround::post_kind).collect();
    assert_eq!(kinds, [PostKind::Public, PostKind::Private], "the owner reads all of it");
}

async fn r12_being_served_is_decided_apart_from_reading(suite: Suite) {
    let readers = Readers::of(&suite).await;
    let [laesning, _] = &readers.private;
    assert!(readers.decision(laesning, Act::Read).await.allowed);
    readers.may_not(laesning, Act::AcknowledgeService).await;
    // The capacity in which somebody is served, for the record.
    let served = readers.decision(&readers.mette, Act::AcknowledgeService).await;
    assert_eq!(served.grounds[0].capacity(), Capacity::Guardian);
    let served = readers.decision(&readers.karen, Act::AcknowledgeService).await;
    assert_eq!(served.grounds[0].capacity(), Capacity::Owner);
}

async fn r13_every_decision_names_capacity_and_access(suite: Suite) {
    let readers = Readers::of(&suite).await;
    let by = async |who: &Citizen| {
        let ground = readers.decision(who, Act::Read).await.grounds.remove(0);
        (ground.capacity(), ground.portal(), ground.access, ground.access_version)
    };
    let received = async |who: &Citizen| {
        let access = who.received_accesses().await.unwrap().accesses.remove(0);
        (access.name, access.version)
    };
    for (who, capacity, portal) in [
        (&readers.niels, Capacity::Reader, WirePortal::Unspecified),
        (&readers.mette, Capacity::Guardian, WirePortal::Unspecified),
        (&readers.private[0], Capacity::PrivateReader, WirePortal::EBoks),
        (&readers.private[1], Capacity::PrivateEditor, WirePortal::EBoks),
    ] {
        let (name, version) = received(who).await;
        assert_eq!(by(who).await, (capacity, portal, name, version));
    }
    assert_eq!(by(&readers.karen).await, (Capacity::Owner, WirePortal::Unspecified, String::new(), 0));
    // A change of the access changes what is named.
    let access = readers.karen.at(Portal::BorgerDk).given_accesses().await.unwrap().accesses;
    let of_niels = access.into_iter().find(|access| access.reader == readers.niels.person_name()).unwrap();
    let changed = readers.karen.at(Portal::BorgerDk).changes_expiry(&of_niels, Until::Day("2027-01-31")).await.unwrap();
    let ground = readers.decision(&readers.niels, Act::Read).await.grounds.remove(0);
    assert_eq!((ground.access_version, ground.expire_time), (changed.version, changed.expire_time));
}

async fn r14_laesning_reads_and_redigering_also_moves_and_marks(suite: Suite) {
    let readers = Readers::of(&suite).await;
    let [laesning, redigering] = &readers.private;
    let allowed = async |who: &Citizen, act| {
        let decision = readers.decision(who, act).await;
        let kinds: Vec<_> = decision.grounds.iter().map(DecisionGround::post_kind).collect();
        assert!(!decision.allowed || kinds == [PostKind::Private], "{act:?}");
        decision.allowed
    };
    for act in [Act::List, Act::Read, Act::Download, Act::Search, Act::Watch] {
        assert!(allowed(laesning, act).await && allowed(redigering, act).await, "{act:?}");
    }
    for act in [Act::Move, Act::Mark] {
        assert!(!allowed(laesning, act).await && allowed(redigering, act).await, "{act:?}");
    }
    for act in [Act::Delete, Act::DeleteFolder, Act::Send, Act::Reply, Act::Forward, Act::ChangeSettings] {
        assert!(!allowed(laesning, act).await && !allowed(redigering, act).await, "{act:?}");
    }
    for who in [laesning, redigering] {
        let elsewhere = readers.decision(&who.at(Portal::MitDk), Act::Read).await;
        assert_eq!(elsewhere.denial(), ErrorReason::OnlyInOwnPortal);
    }
}
