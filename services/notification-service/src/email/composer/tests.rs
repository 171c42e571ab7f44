use super::*;
use crate::config::DkimConfig;
use crate::domain::forward::{File, Letter};
use std::path::Path;

const ID: Uuid = Uuid::from_u128(0x0192_f0c1_2f4a_7cc3_98c4_dc0c_0c07_398f);
/// 2026-11-22T12:00:00Z.
const NOW: Timestamp = Timestamp::from_micros(1_795_348_800_000_000);

fn composer() -> Composer {
    Composer::new(&ServiceConfig::default()).expect("the defaults work")
}

fn to(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

fn text(rendered: &Rendered) -> String {
    String::from_utf8(rendered.message.clone()).expect("ASCII")
}

/// Compares with the reviewed file; `UPDATE_GOLDEN=1` writes it anew, to be reviewed again.
fn golden(name: &str, actual: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, actual).expect("written");
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(actual, expected, "{}: run with UPDATE_GOLDEN=1 and review the change", file.display());
}

#[test]
fn texts_are_the_reviewed_ones() {
    let portal_url = "https://www.borger.dk";
    let (owner, code, minutes) = ("Karen <b>Nørgaard & Søn", "012345", 10);
    golden("code.txt", &CodeText { code, minutes }.render().expect("text"));
    golden("code.html", &CodeHtml { code, minutes }.render().expect("html"));
    for letters in [1, 3] {
        let text = NewPostText { owner, letters, portal_url }.render().expect("text");
        golden(&format!("new_post_{letters}.txt"), &text);
        let html = NewPostHtml { owner, letters, portal_url }.render().expect("html");
        golden(&format!("new_post_{letters}.html"), &html);
    }
    golden("address_changed.txt", &AddressChangedText { portal_url }.render().expect("text"));
    golden("address_changed.html", &AddressChangedHtml { portal_url }.render().expect("html"));
    golden("subscription_ended.txt", &SubscriptionEndedText { owner, portal_url }.render().expect("text"));
    golden("subscription_ended.html", &SubscriptionEndedHtml { owner, portal_url }.render().expect("html"));
}

#[test]
fn whole_e_mails_are_the_reviewed_ones() {
    let code = Code::parse("012345").expect("a code");
    let niels = to("niels@example.dk");
    let eml = |rendered: Result<Rendered, RenderError>| text(&rendered.expect("rendered")).replace("\r\n", "\n");
    golden("code.eml", &eml(composer().code(ID, &niels, &code, NOW)));
    golden("new_post.eml", &eml(composer().new_post(ID, &niels, "Karen Nørgaard", 3, NOW)));
    golden("address_changed.eml", &eml(composer().address_changed(ID, &niels, NOW)));
    golden("subscription_ended.eml", &eml(composer().subscription_ended(ID, &niels, "Karen Nørgaard", NOW)));
}

#[test]
fn a_forwarded_letter_is_the_reviewed_one() {
    let letter = |forwarded_by: &str| Letter {
        address: to("mette@example.dk"),
        forwarded_by: forwarded_by.to_owned(),
        comment: "Kan du se på det?\nTak".to_owned(),
        sender: "Odense Kommune".to_owned(),
        subject: "Afgørelse <om> støtte & tilskud".to_owned(),
        body_text: "Kære borger\n\nDu får støtte.".to_owned(),
        available_time: NOW,
        files: ["afgørelse.pdf", "bilag \"1\".pdf"].map(file).into(),
    };
    let render = |name: &str| composer().forward(ID, letter(name), NOW).expect("rendered");
    golden("forward.eml", &text(&render("Karen Nørgaard")).replace("\r\n", "\n"));
    assert_eq!(render("Karen"), render("Karen"), "each try has the same bytes");
    let injected = text(&render("Karen\r\nBcc: all@example.dk"));
    assert!(!injected.split_once("\r\n\r\n").expect("a body").0.to_lowercase().contains("bcc:"));
}

fn file(name: &str) -> File {
    File { name: name.to_owned(), media_type: "application/pdf".to_owned(), content: b"%PDF-1.7\n".to_vec() }
}

#[test]
fn the_same_e_mail_has_the_same_bytes() {
    let render = || composer().new_post(ID, &to("niels@example.dk"), "Karen", 1, NOW).expect("rendered");
    assert_eq!(render(), render());
}

#[test]
fn an_international_domain_is_written_in_ascii() {
    let rendered = composer().new_post(ID, &to("niels@blåbær.dk"), "Karen", 1, NOW).expect("rendered");
    assert!(text(&rendered).contains("To: niels@xn--blbr-roah.dk\r\n"), "{}", text(&rendered));
    assert!(rendered.message.is_ascii());
}

#[test]
fn a_name_stays_in_the_body() {
    let name = "Karen\r\nBcc: all@example.dk\r\n\r\n.\r\nMAIL FROM:<x@example.dk>";
    let rendered = text(&composer().new_post(ID, &to("niels@example.dk"), name, 1, NOW).expect("rendered"));
    let (headers, _) = rendered.split_once("\r\n\r\n").expect("a body");
    assert!(!headers.to_lowercase().contains("bcc:"), "{headers}");
}

#[test]
fn a_signed_e_mail_has_the_same_bytes_at_every_try() {
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/harness/smtp");
    for (key, algorithm) in [("dkim-ed25519.pem", "ed25519-sha256"), ("dkim-rsa.pem", "rsa-sha256")] {
        let composer = Composer::new(&signing(&keys.join(key), "digitalpost.example")).expect("a composer");
        let render = || composer.new_post(ID, &to("niels@example.dk"), "Karen", 1, NOW).expect("rendered");
        assert_eq!(render(), render());
        let signed = text(&render());
        let begin = format!(
            "DKIM-Signature: v=1; a={algorithm}; c=relaxed/simple; d=digitalpost.example; s=a;\r\n t=1795348800;"
        );
        assert!(signed.starts_with(&begin), "{signed}");
        assert!(signed.lines().all(|line| line.len() <= 78 || line.starts_with("DKIM")), "{signed}");
    }
}

#[test]
fn what_can_t_sign_for_the_sender_is_refused_at_the_start() {
    let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/harness/smtp/dkim-rsa.pem");
    let refused = |config: &ServiceConfig| Composer::new(config).expect_err("refused").to_string();
    let begun = |text: &str, key: &str| assert!(text.starts_with(&format!("service.mail.dkim.{key}: ")), "{text}");
    begun(&refused(&signing(&key, "example.dk")), "domain");
    begun(&refused(&signing(&key, "post.digitalpost.example")), "domain");
    begun(&refused(&signing(&key, "digitalpost.example; l=0")), "domain");
    begun(&refused(&signing(Path::new("/nowhere"), "digitalpost.example")), "key_file");
    begun(&refused(&signing(&key.with_extension("public"), "digitalpost.example")), "key_file");
    let mut without_key = signing(&key, "digitalpost.example");
    without_key.mail.dkim.key_file = None;
    begun(&refused(&without_key), "key_file");
}

/// Signs for `domain`.
fn signing(key: &Path, domain: &str) -> ServiceConfig {
    let mut config = ServiceConfig::default();
    let (domain, selector, key_file) = (domain.to_owned(), "a".to_owned(), Some(key.to_owned()));
    config.mail.dkim = DkimConfig { domain, selector, key_file };
    config
}
