//! TLS for SIPp, which has none: stunnel beside it, with certificates of a laboratory.

use std::{
    error::Error,
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::RootCertStore;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use teams_cc_core::Clock as _;
use teams_cc_sip::{
    direct_routing::SbcFqdn,
    io::{TlsIdentity, TokioClock},
};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Who the callee is.
pub(crate) const CALLEE: &str = "sbc1.adatum.biz";
/// Who the caller is.
const CALLER: &str = "caller.test";
/// How long stunnel may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);

/// The certificates of one run, which go with it.
pub(crate) struct Files(pub(crate) PathBuf);

impl Files {
    /// One authority, and a certificate of it for either side.
    pub(crate) fn issue() -> Fallible<Self> {
        let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_nanos();
        let files = Self(std::env::temp_dir().join(format!("sip-load-tls-{nanos}")));
        fs::create_dir_all(&files.0)?;
        let mut root = CertificateParams::new(Vec::<String>::new())?;
        root.distinguished_name.push(DnType::CommonName, "laboratory root");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        fs::write(files.0.join("ca.pem"), root.self_signed(&key)?.pem())?;
        let issuer = Issuer::new(root, key);
        for name in [CALLEE, CALLER] {
            let key = KeyPair::generate()?;
            let leaf = CertificateParams::new(vec![name.to_owned()])?.signed_by(&key, &issuer)?;
            fs::write(files.0.join(format!("{name}.pem")), leaf.pem() + &key.serialize_pem())?;
        }
        Ok(files)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The callee's certificate with its key.
pub(crate) fn own(directory: &Path) -> PathBuf {
    directory.join(format!("{CALLEE}.pem"))
}

/// The identity of our callee.
pub(crate) fn identity(directory: &Path) -> Fallible<TlsIdentity> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(directory.join("ca.pem"))?)?;
    let file = own(directory);
    let chain = vec![CertificateDer::from_pem_file(&file)?];
    let key = PrivateKeyDer::from_pem_file(&file)?;
    let name: SbcFqdn = CALLEE.parse()?;
    let now = TokioClock::system().wall();
    Ok(TlsIdentity::laboratory(chain, key, roots, [&name], [CALLER], now)?)
}

/// stunnel on the caller's core: plain TCP in, TLS out.
pub(crate) struct Front {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Front {
    pub(crate) fn start(directory: &Path, to: SocketAddr) -> Fallible<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let text = format!(
            "foreground = yes\nsyslog = no\npid =\ndebug = err\n[sips]\nclient = yes\n\
             accept = {address}\nconnect = {to}\ncert = {}\nCAfile = {}\nverifyChain = yes\n",
            directory.join(format!("{CALLER}.pem")).display(),
            directory.join("ca.pem").display(),
        );
        let configuration = directory.join("stunnel.conf");
        fs::write(&configuration, text)?;
        let child = crate::load::pinned(0, "stunnel4".into())
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let front = Self { child, address };
        let started = Instant::now();
        while TcpStream::connect_timeout(&address, Duration::from_millis(50)).is_err() {
            if started.elapsed() > PATIENCE {
                return Err("stunnel4 does not listen".into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(front)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
