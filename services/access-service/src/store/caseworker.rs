//! Tables `caseworker_record` and `caseworker_look`: what caseworkers did and saw, for good.

use super::words;
use crate::domain::desk::{Attendance, DeskRecord};
use kernel::{AccessId, Caseworker, CvrNumber, PersonId, Timestamp};
use sql::{Error, Row, Sql, Tx, args};
use uuid::Uuid;

/// Keeps an act that made this version of the access. There is no way to change or delete one.
pub async fn append(tx: &mut Tx, access: AccessId, version: i64, record: &DeskRecord) -> Result<(), Error> {
    let sql = "INSERT INTO caseworker_record (access, version, citizen, act, caseworker, municipality, cvr, presence, \
               identification, identification_description, case_reference, record_time) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let DeskRecord { caseworker, attendance, act, citizen, time } = record;
    let (identification, description) = words::identification(attendance.identification.as_ref());
    let args = args![
        access,
        version,
        *citizen,
        words::desk_act(*act),
        &caseworker.employee_id,
        &caseworker.municipality,
        caseworker.cvr.to_string(),
        words::presence(attendance.presence),
        identification,
        description,
        &attendance.case_reference,
        *time,
    ];
    tx.execute(sql, args).await.map(|_| ())
}

/// At most 100 records of one access are shown.
macro_rules! of_accesses {
    ($ids:literal) => {
        concat!(
            "SELECT * FROM (SELECT r.*, ROW_NUMBER() OVER (PARTITION BY r.access ORDER BY r.version) AS place ",
            "FROM caseworker_record r WHERE r.access ",
            $ids,
            ") shown WHERE place <= 100 ORDER BY access, version"
        )
    };
}

const OF_ACCESSES: Sql =
    Sql::each(of_accesses!("IN (SELECT unhex(value) FROM json_each($1))"), of_accesses!("= ANY($1)"));

/// The first 100 records of each of `accesses`, oldest first.
pub async fn of(tx: &mut Tx, accesses: Vec<Uuid>) -> Result<Vec<(AccessId, DeskRecord)>, Error> {
    tx.all(OF_ACCESSES, args![accesses], |row| Ok((row.get("access")?, read(row)?))).await
}

fn read(row: &Row) -> Result<DeskRecord, Error> {
    let cvr = CvrNumber::parse(&row.get::<String>("cvr")?);
    let description = row.get("identification_description")?;
    Ok(DeskRecord {
        caseworker: Caseworker {
            employee_id: row.get("caseworker")?,
            municipality: row.get("municipality")?,
            cvr: cvr.map_err(|_| Error::corrupt("caseworker_record.cvr", "no CVR number"))?,
        },
        attendance: Attendance {
            presence: words::read_presence(&row.get::<String>("presence")?)?,
            identification: words::read_identification(&row.get::<String>("identification")?, description)?,
            case_reference: row.get("case_reference")?,
        },
        act: words::read_desk_act(&row.get::<String>("act")?)?,
        citizen: row.get("citizen")?,
        time: row.get("record_time")?,
    })
}

/// Keeps that a caseworker looked at the accesses of `citizen`.
pub async fn looked(
    tx: &mut Tx,
    id: Uuid,
    caseworker: &Caseworker,
    citizen: PersonId,
    now: Timestamp,
) -> Result<(), Error> {
    let sql = "INSERT INTO caseworker_look (id, citizen, caseworker, municipality, cvr, look_time) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let Caseworker { employee_id, municipality, cvr } = caseworker;
    tx.execute(sql, args![id, citizen, employee_id, municipality, cvr.to_string(), now]).await.map(|_| ())
}
