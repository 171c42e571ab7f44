//! A bucket of an S3-compatible store.

use anyhow::Context as _;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::multipart::MultipartStore as _;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use serde::{Deserialize, Serialize};
use std::path::{Path as FilePath, PathBuf};
use std::time::Duration;

/// How long one request to the store may take: a part of 5 MiB on a slow line.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection to it may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a request is repeated, and for how long at the most: a caller waits for it.
const RETRIES: (usize, Duration) = (3, Duration::from_secs(20));

/// Which bucket, and how it is reached. Credentials that no file names come from the environment, in the variables that S3
/// clients share (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_WEB_IDENTITY_TOKEN_FILE` ...).
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct BucketConfig {
    /// The bucket's name.
    pub name: String,
    /// The store's URL. None: Amazon's own, by region.
    pub endpoint: Option<String>,
    /// The region. None: from the environment.
    pub region: Option<String>,
    /// Whether the URL may begin with `http:`. For tests and for a mesh that encrypts.
    pub allow_http: bool,
    /// Whether the bucket's name is part of the host's name instead of the path.
    pub virtual_hosted: bool,
    /// The file with the access key's id.
    pub access_key_id_file: Option<PathBuf>,
    /// The file with the secret access key.
    pub secret_access_key_file: Option<PathBuf>,
}

impl BucketConfig {
    /// The store. Makes no request.
    pub(super) fn open(&self) -> anyhow::Result<AmazonS3> {
        let timeouts = ClientOptions::new()
            .with_timeout(REQUEST_TIMEOUT)
            .with_connect_timeout(CONNECT_TIMEOUT)
            .with_allow_http(self.allow_http);
        let retry = RetryConfig { backoff: BackoffConfig::default(), max_retries: RETRIES.0, retry_timeout: RETRIES.1 };
        let mut store = AmazonS3Builder::from_env()
            .with_bucket_name(&self.name)
            .with_virtual_hosted_style_request(self.virtual_hosted)
            .with_client_options(timeouts)
            .with_retry(retry)
            // One object at a time is removed, and not every store has the request for many.
            .with_disable_bulk_delete(true);
        if let Some(endpoint) = &self.endpoint {
            store = store.with_endpoint(endpoint);
        }
        if let Some(region) = &self.region {
            store = store.with_region(region);
        }
        if let Some(file) = &self.access_key_id_file {
            store = store.with_access_key_id(secret("access_key_id_file", file)?);
        }
        if let Some(file) = &self.secret_access_key_file {
            store = store.with_secret_access_key(secret("secret_access_key_file", file)?);
        }
        store.build().context("service.bucket")
    }
}

fn secret(key: &str, file: &FilePath) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("service.bucket.{key}: can't read {}", file.display()))?;
    Ok(text.trim().to_owned())
}

/// Frees the parts of uploads that nobody will complete.
pub(super) async fn abort(store: &AmazonS3, path: &Path, multiparts: &[String]) -> Result<(), object_store::Error> {
    for multipart in multiparts {
        super::gone(store.abort_multipart(path, multipart).await)?;
    }
    Ok(())
}
