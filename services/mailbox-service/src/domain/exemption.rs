//! Exemption from Digital Post, as municipalities decide on it (X1, X2, X5).

use kernel::{ExemptionId, PersonId, Timestamp};

/// The eight reasons for exemption (X1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ExemptionReason {
    /// A cognitive impairment that prevents use.
    CognitiveImpairment,
    /// Another functional impairment, such as blindness, that prevents use.
    OtherImpairment,
    /// No computer with internet at home.
    NoComputerAtHome,
    /// No longer registered with a fixed residence or place of stay in Denmark.
    NoFixedResidence,
    /// Permanently left Denmark.
    LeftDenmark,
    /// Language barriers.
    LanguageBarrier,
    /// Practical difficulty in getting the eID.
    PracticalEidDifficulty,
    /// Lives where no connection of at least 512 kbit/s downstream can be had.
    NoConnectionOf512Kbit,
}

impl ExemptionReason {
    /// All eight.
    pub const ALL: [Self; 8] = [
        Self::CognitiveImpairment,
        Self::OtherImpairment,
        Self::NoComputerAtHome,
        Self::NoFixedResidence,
        Self::LeftDenmark,
        Self::LanguageBarrier,
        Self::PracticalEidDifficulty,
        Self::NoConnectionOf512Kbit,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CognitiveImpairment => "cognitive_impairment",
            Self::OtherImpairment => "other_impairment",
            Self::NoComputerAtHome => "no_computer_at_home",
            Self::NoFixedResidence => "no_fixed_residence",
            Self::LeftDenmark => "left_denmark",
            Self::LanguageBarrier => "language_barrier",
            Self::PracticalEidDifficulty => "practical_eid_difficulty",
            Self::NoConnectionOf512Kbit => "no_connection_of_512_kbit",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// Who contacted the municipality for a citizen who is excused from attending (X2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Contact {
    /// The citizen.
    Citizen,
    /// A relative.
    Relative,
    /// Care staff.
    CareStaff,
    /// Somebody else.
    Other,
}

/// How an application came in (X2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Application {
    /// The citizen handed it in, in person.
    InPerson,
    /// Somebody holding a power of attorney did.
    PowerOfAttorney,
    /// The citizen is excused from attending; who contacted the municipality instead.
    Excused(Contact),
}

impl Application {
    const ALL: [Self; 6] = [
        Self::InPerson,
        Self::PowerOfAttorney,
        Self::Excused(Contact::Citizen),
        Self::Excused(Contact::Relative),
        Self::Excused(Contact::CareStaff),
        Self::Excused(Contact::Other),
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InPerson => "in_person",
            Self::PowerOfAttorney => "power_of_attorney",
            Self::Excused(Contact::Citizen) => "excused_citizen",
            Self::Excused(Contact::Relative) => "excused_relative",
            Self::Excused(Contact::CareStaff) => "excused_care_staff",
            Self::Excused(Contact::Other) => "excused_other",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|application| application.as_str() == text)
    }
}

/// What the municipality decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Exempt from this moment on (X3).
    Granted,
    /// Recorded only.
    Refused,
}

impl Decision {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Refused => "refused",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Granted, Self::Refused].into_iter().find(|decision| decision.as_str() == text)
    }
}

/// Who wrote a record at a municipality, under which case.
#[derive(Clone, PartialEq, Eq)]
pub struct Desk {
    /// The employee's id.
    pub caseworker: String,
    /// The municipality's code.
    pub municipality: String,
    /// The municipality's own case reference.
    pub case_reference: String,
}

impl Desk {
    /// What others see of it: the municipality, and never the employee (X2).
    pub fn municipality_name(&self) -> String {
        format!("Kommune {}", self.municipality)
    }
}

/// A decided application, before it is recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct Ruling {
    /// What was decided.
    pub decision: Decision,
    /// The reasons stated, no one twice.
    pub reasons: Vec<ExemptionReason>,
    /// How it came in.
    pub application: Application,
    /// Who decided.
    pub desk: Desk,
}

/// An exemption is to be granted for no reason (X1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoReason;

impl Ruling {
    /// Whether the ruling may stand: granting takes at least one of the reasons (X1).
    pub fn check(&self) -> Result<(), NoReason> {
        if self.decision == Decision::Granted && self.reasons.is_empty() { Err(NoReason) } else { Ok(()) }
    }
}

/// How a granted exemption ended (X5).
#[derive(Clone, PartialEq, Eq)]
pub enum EndedBy {
    /// By the citizen, through a portal.
    Citizen,
    /// By a caseworker.
    Caseworker(Desk),
    /// By a read access that was created for its owner at a municipality.
    AccessCreated,
}

/// The end of a granted exemption.
#[derive(Clone, PartialEq, Eq)]
pub struct End {
    /// When.
    pub time: Timestamp,
    /// How.
    pub by: EndedBy,
}

/// The record of one application for exemption (X2). Never changes but for its end.
#[derive(Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Which.
    pub id: ExemptionId,
    /// Whose.
    pub person: PersonId,
    /// What was decided, why, and by whom.
    pub ruling: Ruling,
    /// When.
    pub decide_time: Timestamp,
    /// Its end; of a granted one only.
    pub end: Option<End>,
}

/// An exemption that can't be ended; the state it is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotInForce {
    /// The application was refused.
    Refused,
    /// It ended before.
    Ended,
}

impl Exemption {
    /// Whether it can be ended now (X5).
    pub fn check_in_force(&self) -> Result<(), NotInForce> {
        match (self.ruling.decision, &self.end) {
            (Decision::Refused, _) => Err(NotInForce::Refused),
            (Decision::Granted, Some(_)) => Err(NotInForce::Ended),
            (Decision::Granted, None) => Ok(()),
        }
    }

    /// Whether an access that was created at a municipality at `moment` ends it: not if it was granted later (X5).
    pub fn is_ended_by_access_of(&self, moment: Timestamp) -> bool {
        self.check_in_force().is_ok() && self.decide_time <= moment
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn ruling(decision: Decision, reasons: Vec<ExemptionReason>) -> Ruling {
        let desk =
            Desk { caseworker: "k-1".to_owned(), municipality: "0461".to_owned(), case_reference: "1".to_owned() };
        Ruling { decision, reasons, application: Application::InPerson, desk }
    }

    fn granted() -> Exemption {
        Exemption {
            id: ExemptionId::new(NOW, &SystemRandom),
            person: PersonId::new(NOW, &SystemRandom),
            ruling: ruling(Decision::Granted, vec![ExemptionReason::LanguageBarrier]),
            decide_time: NOW,
            end: None,
        }
    }

    #[test]
    fn x1_granting_takes_a_reason_and_refusing_takes_none() {
        assert_eq!(ruling(Decision::Granted, Vec::new()).check(), Err(NoReason));
        assert_eq!(ruling(Decision::Refused, Vec::new()).check(), Ok(()));
        for reason in ExemptionReason::ALL {
            assert_eq!(ruling(Decision::Granted, vec![reason]).check(), Ok(()));
        }
    }

    #[test]
    fn x5_only_what_is_in_force_can_end() {
        let in_force = granted();
        assert_eq!(in_force.check_in_force(), Ok(()));
        let ended = Exemption { end: Some(End { time: NOW, by: EndedBy::Citizen }), ..granted() };
        assert_eq!(ended.check_in_force(), Err(NotInForce::Ended));
        let refused = Exemption { ruling: ruling(Decision::Refused, Vec::new()), ..granted() };
        assert_eq!(refused.check_in_force(), Err(NotInForce::Refused));
    }

    #[test]
    fn x5_an_access_ends_no_exemption_that_was_granted_after_it() {
        let before = Timestamp::from_micros(NOW.as_micros() - 1);
        assert!(granted().is_ended_by_access_of(NOW));
        assert!(!granted().is_ended_by_access_of(before));
    }

    #[test]
    fn words_survive_storage() {
        assert!(ExemptionReason::ALL.iter().all(|reason| ExemptionReason::parse(reason.as_str()) == Some(*reason)));
        assert!(Application::ALL.iter().all(|kind| Application::parse(kind.as_str()) == Some(*kind)));
        assert_eq!(Decision::parse("granted"), Some(Decision::Granted));
    }
}
