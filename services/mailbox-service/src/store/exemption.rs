//! Table `exemption`: decisions on applications, for good. Which one is in force stands in the person's row.

use crate::domain::exemption::{Application, Decision, Desk, End, EndedBy, Exemption, ExemptionReason, Ruling};
use crate::store::sealed::{open, seal};
use crypto::DataKey;
use kernel::{ExemptionId, PersonId, Random, Timestamp};
use serde::{Deserialize, Serialize};
use sql::{Error, Row, Tx, args};

/// What is sealed of a decision.
#[derive(Serialize, Deserialize)]
struct Record {
    reasons: Vec<String>,
    application: String,
    #[serde(flatten)]
    desk: DeskRecord,
}

/// What is sealed of who wrote it.
#[derive(Serialize, Deserialize)]
struct DeskRecord {
    caseworker: String,
    municipality: String,
    case_reference: String,
}

impl From<Desk> for DeskRecord {
    fn from(Desk { caseworker, municipality, case_reference }: Desk) -> Self {
        Self { caseworker, municipality, case_reference }
    }
}

impl From<DeskRecord> for Desk {
    fn from(DeskRecord { caseworker, municipality, case_reference }: DeskRecord) -> Self {
        Self { caseworker, municipality, case_reference }
    }
}

/// Writes a decision that has just been made.
pub async fn insert(tx: &mut Tx, exemption: &Exemption, key: &DataKey, random: &dyn Random) -> Result<(), Error> {
    let Ruling { decision, reasons, application, desk } = &exemption.ruling;
    let record = Record {
        reasons: reasons.iter().map(|reason| reason.as_str().to_owned()).collect(),
        application: application.as_str().to_owned(),
        desk: desk.clone().into(),
    };
    let record = seal(key, "exemption.record", exemption.id, &to_json(&record)?, random);
    let sql = "INSERT INTO exemption (person, id, decision, record, decide_time) VALUES ($1, $2, $3, $4, $5)";
    let values = args![exemption.person, exemption.id, decision.as_str(), record, exemption.decide_time];
    tx.execute(sql, values).await.map(|_| ())
}

/// Writes the end of a granted exemption.
pub async fn end(
    tx: &mut Tx,
    (person, id): (PersonId, ExemptionId),
    end: &End,
    key: &DataKey,
    random: &dyn Random,
) -> Result<(), Error> {
    let (by, desk) = match &end.by {
        EndedBy::Citizen => ("citizen", None),
        EndedBy::Caseworker(desk) => ("caseworker", Some(DeskRecord::from(desk.clone()))),
        EndedBy::AccessCreated => ("access_created", None),
    };
    let record = match desk {
        Some(desk) => Some(seal(key, "exemption.end_record", id, &to_json(&desk)?, random)),
        None => None,
    };
    let sql = "UPDATE exemption SET end_time = $3, ended_by = $4, end_record = $5 WHERE person = $1 AND id = $2";
    tx.execute(sql, args![person, id, end.time, by, record]).await.map(|_| ())
}

macro_rules! columns {
    () => {
        "SELECT person, id, decision, record, decide_time, end_time, ended_by, end_record FROM exemption WHERE person = $1"
    };
}

/// One decision on an application of the person's.
pub async fn get(tx: &mut Tx, person: PersonId, id: ExemptionId, key: &DataKey) -> Result<Option<Exemption>, Error> {
    tx.optional(concat!(columns!(), " AND id = $2"), args![person, id], |row| read(row, key)).await
}

/// The person's decisions, latest first, up to `limit` of them; those after `cursor`, where a page before has ended.
pub async fn list(
    tx: &mut Tx,
    person: PersonId,
    cursor: Option<(Timestamp, ExemptionId)>,
    limit: i64,
    key: &DataKey,
) -> Result<Vec<Exemption>, Error> {
    const ORDER: &str = concat!(columns!(), " ORDER BY decide_time DESC, id DESC LIMIT $2");
    const AFTER: &str =
        concat!(columns!(), " AND (decide_time, id) < ($3, $4) ORDER BY decide_time DESC, id DESC LIMIT $2");
    match cursor {
        None => tx.all(ORDER, args![person, limit], |row| read(row, key)).await,
        Some((time, id)) => tx.all(AFTER, args![person, limit, time, id], |row| read(row, key)).await,
    }
}

fn read(row: &Row, key: &DataKey) -> Result<Exemption, Error> {
    let unknown = |column| Error::corrupt(column, "unknown");
    let id: ExemptionId = row.get("id")?;
    let record = open(key, "exemption.record", id, &row.get::<Vec<u8>>("record")?)?;
    let Record { reasons, application, desk } =
        serde_json::from_str(&record).map_err(|_| unknown("exemption.record"))?;
    let reasons = reasons.iter().map(|reason| ExemptionReason::parse(reason)).collect::<Option<_>>();
    let ruling = Ruling {
        decision: Decision::parse(&row.get::<String>("decision")?).ok_or_else(|| unknown("exemption.decision"))?,
        reasons: reasons.ok_or_else(|| unknown("exemption.record"))?,
        application: Application::parse(&application).ok_or_else(|| unknown("exemption.record"))?,
        desk: desk.into(),
    };
    let end = match row.get::<Option<Timestamp>>("end_time")? {
        None => None,
        Some(time) => Some(End { time, by: read_end(row, id, key)? }),
    };
    Ok(Exemption { id, person: row.get("person")?, ruling, decide_time: row.get("decide_time")?, end })
}

fn read_end(row: &Row, id: ExemptionId, key: &DataKey) -> Result<EndedBy, Error> {
    let corrupt = || Error::corrupt("exemption.ended_by", "unknown");
    let record = row.get::<Option<Vec<u8>>>("end_record")?;
    match (row.get::<String>("ended_by")?.as_str(), record) {
        ("citizen", None) => Ok(EndedBy::Citizen),
        ("access_created", None) => Ok(EndedBy::AccessCreated),
        ("caseworker", Some(record)) => {
            let record = open(key, "exemption.end_record", id, &record)?;
            let desk: DeskRecord = serde_json::from_str(&record).map_err(|_| corrupt())?;
            Ok(EndedBy::Caseworker(desk.into()))
        }
        _ => Err(corrupt()),
    }
}

fn to_json(record: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(record).map_err(|_| Error::corrupt("exemption.record", "not to be written"))
}
