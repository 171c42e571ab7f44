//! The development authority and the certificates it signs.

use super::file;
use crate::layout::{CertificateFiles, Layout};
use kernel::{Date, ServiceName, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// How long certificates are valid, in years: a folder that is kept outlives no interest in it.
const YEARS: i16 = 10;

/// Makes what is missing. Certificates are valid from the day before `now`.
pub(super) fn prepare(layout: &Layout, now: Timestamp) -> anyhow::Result<()> {
    let authority = authority(layout, now)?;
    for &service in ServiceName::ALL {
        let name = service.as_str();
        let server = params(name, &["localhost", "127.0.0.1", "::1", name], ExtendedKeyUsagePurpose::ServerAuth, now)?;
        signed(&layout.server_certificate(service), &server, &authority)?;
        let client = params(name, &[name], ExtendedKeyUsagePurpose::ClientAuth, now)?;
        signed(&layout.client_certificate(service), &client, &authority)?;
    }
    Ok(())
}

/// The authority: read from its key, since its name never changes.
fn authority(layout: &Layout, now: Timestamp) -> anyhow::Result<Issuer<'static, KeyPair>> {
    let files = layout.authority();
    let key = KeyPair::from_pem(&file::once(&files.key, || Ok(KeyPair::generate()?.serialize_pem()))?)?;
    let mut params = dated(now)?;
    params.distinguished_name = named("Digital Post, development authority: trust it nowhere else");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    file::once(&files.certificate, || Ok(params.self_signed(&key)?.pem()))?;
    Ok(Issuer::new(params, key))
}

fn signed(
    files: &CertificateFiles,
    params: &CertificateParams,
    authority: &Issuer<'static, KeyPair>,
) -> anyhow::Result<()> {
    let key = KeyPair::from_pem(&file::once(&files.key, || Ok(KeyPair::generate()?.serialize_pem()))?)?;
    file::once(&files.certificate, || Ok(params.signed_by(&key, authority)?.pem()))?;
    Ok(())
}

fn params(
    name: &str,
    alternatives: &[&str],
    usage: ExtendedKeyUsagePurpose,
    now: Timestamp,
) -> anyhow::Result<CertificateParams> {
    let alternatives: Vec<String> = alternatives.iter().map(ToString::to_string).collect();
    let dates = dated(now)?;
    let mut params = CertificateParams::new(alternatives)?;
    (params.not_before, params.not_after) = (dates.not_before, dates.not_after);
    params.distinguished_name = named(name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn dated(now: Timestamp) -> anyhow::Result<CertificateParams> {
    let yesterday = Date::in_denmark(now.minus(std::time::Duration::from_hours(24)));
    let date = |date: Date| {
        let (year, month, day) = date.year_month_day();
        Ok::<_, anyhow::Error>(rcgen::date_time_ymd(year.into(), month.try_into()?, day.try_into()?))
    };
    let mut params = CertificateParams::default();
    params.not_before = date(yesterday)?;
    params.not_after = date(yesterday.anniversary(YEARS))?;
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}
