//! "Why can I / can't I": a decision as a sentence (rule A23). The sentences fit whoever reads them, the one who acts or
//! the owner who asks about them.

use super::decision::{Decision, Denial};
use super::life::{EndReason, State};
use super::rights::Capacity;
use super::words::Words;

/// The decision in words.
pub fn sentence(decision: &Decision) -> Words {
    match decision {
        Decision::Allowed(grounds) => grounds.first().map_or(NOBODY, |ground| allowed(ground.capacity)),
        Decision::Denied(denial) => denied(denial),
    }
}

const NOBODY: Words = Words { da: "Der er ingen adgang til postkassen.", en: "There is no access to the mailbox." };

const fn allowed(capacity: Capacity) -> Words {
    match capacity {
        Capacity::Owner => Words {
            da: "Det kan lade sig gøre, for postkassen er ens egen.",
            en: "It is possible, for the mailbox is the person's own.",
        },
        Capacity::Reader => Words {
            da: "Det kan lade sig gøre, for læseadgangen er aktiv og giver ret til det.",
            en: "It is possible, for the read access is active and gives the right to it.",
        },
        Capacity::Guardian => Words {
            da: "Det kan lade sig gøre, for læseadgangen som værge er aktiv og giver ret til det.",
            en: "It is possible, for the read access as guardian is active and gives the right to it.",
        },
        Capacity::PrivateReader => Words {
            da: "Det kan lade sig gøre, for adgangen med retten \"læsning\" er aktiv.",
            en: "It is possible, for the access with the right \"læsning\" (reading) is active.",
        },
        Capacity::PrivateEditor => Words {
            da: "Det kan lade sig gøre, for adgangen med retten \"redigering\" er aktiv.",
            en: "It is possible, for the access with the right \"redigering\" (editing) is active.",
        },
    }
}

fn denied(denial: &Denial) -> Words {
    match denial {
        Denial::NotFound => NOBODY,
        Denial::Ended(_, reason) => ended(*reason),
        Denial::NotActive(access) if access.state == State::Offered => Words {
            da: "Det kan ikke lade sig gøre endnu, for den, der har fået læseadgangen, har ikke godkendt den.",
            en: "It is not possible yet, for the one who was given the read access has not approved it.",
        },
        Denial::NotActive(_) => Words {
            da: "Det kan ikke lade sig gøre endnu, for ejeren har ikke godkendt anmodningen om læseadgang.",
            en: "It is not possible yet, for the owner has not approved the request for read access.",
        },
        Denial::ActNotAllowed(..) => Words {
            da: "Det kan ikke lade sig gøre, for adgangen giver ikke ret til det.",
            en: "It is not possible, for the access does not give the right to it.",
        },
        Denial::OnlyInOwnPortal(_) => Words {
            da: "Det kan kun lade sig gøre i den portal, som adgangen hører til.",
            en: "It is possible only in the portal that the access belongs to.",
        },
    }
}

const fn ended(reason: EndReason) -> Words {
    match reason {
        EndReason::Withdrawn => Words {
            da: "Læseadgangen blev trukket tilbage, før den var godkendt.",
            en: "The read access was withdrawn before it had been approved.",
        },
        EndReason::Declined => Words { da: "Læseadgangen blev afvist.", en: "The read access was declined." },
        EndReason::Lapsed => Words {
            da: "Læseadgangen bortfaldt, fordi den ikke blev godkendt i tide.",
            en: "The read access lapsed because it was not approved in time.",
        },
        EndReason::RemovedBy(super::Party::Owner) => {
            Words { da: "Læseadgangen er fjernet af ejeren.", en: "The read access was removed by the owner." }
        }
        EndReason::RemovedBy(super::Party::Reader) => {
            Words { da: "Læseadgangen er fjernet af læseren.", en: "The read access was removed by the reader." }
        }
        EndReason::RemovedByMunicipality => Words {
            da: "Læseadgangen er fjernet af kommunen.",
            en: "The read access was removed by the municipality.",
        },
        EndReason::Expired => Words { da: "Læseadgangen er udløbet.", en: "The read access has expired." },
        EndReason::ClosedMailbox => Words {
            da: "Læseadgangen er ophørt, fordi en postkasse er lukket.",
            en: "The read access has ended because a mailbox is closed.",
        },
    }
}
