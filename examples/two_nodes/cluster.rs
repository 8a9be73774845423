//! A PostgreSQL of one's own, in a temporary folder; it is gone when the program ends.

use std::{
    fs, io,
    os::unix::{
        fs::{DirBuilderExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// Where Debian and others put the server's programs, which are seldom on the path.
const FOLDERS: [&str; 4] = [
    "/usr/lib/postgresql",
    "/usr/pgsql",
    "/opt/homebrew/opt/postgresql",
    "/usr/local/opt/postgresql",
];
/// The programs it takes.
const PROGRAMS: [&str; 4] = ["initdb", "postgres", "pg_ctl", "pg_isready"];
/// How long the server may take to begin, in steps of 50 ms.
const STEPS: u32 = 400;

/// A running server that only this machine's programs reach, by a socket in its folder.
pub(crate) struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    /// Whom the server runs as, where that is not who runs this program: it refuses root.
    account: Option<(u32, u32)>,
    server: Child,
}

impl Cluster {
    /// Makes a database and starts its server; `settings` as on its command line.
    pub(crate) fn start(settings: &[&str]) -> Result<Self, NoCluster> {
        let programs = programs().ok_or(NoCluster::Missing)?;
        let account = is_root().then(|| account("postgres")).transpose()?;
        let folder = folder()?;
        let run = |name: &str| program(&programs.join(name), account);
        if let Some((user, group)) = account {
            chown(&folder, Some(user), Some(group))?;
        }
        let data = folder.join("data");
        let made = run("initdb")
            .args(["--username=teams_cc", "--auth=trust", "--encoding=UTF8", "--locale=C"])
            .args(["--no-sync", "-D"])
            .arg(&data)
            .output()?;
        if !made.status.success() {
            let said = String::from_utf8_lossy(&made.stderr).trim().into();
            return Err(NoCluster::Refused { program: "initdb", said });
        }
        let log = fs::File::create(folder.join("log"))?;
        let server = run("postgres")
            .args(["-c", "listen_addresses=", "-c", "max_connections=200", "-k"])
            .arg(&folder)
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .arg("-D")
            .arg(&data)
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut cluster = Self { folder, programs, account, server };
        cluster.wait()?;
        Ok(cluster)
    }

    /// How it is reached: a connection string.
    pub(crate) fn url(&self) -> String {
        format!("host={} user=teams_cc dbname=postgres", self.folder.display())
    }

    /// The path of one of its programs.
    #[allow(dead_code, reason = "benches alone measure beside `pgbench`")]
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    fn wait(&mut self) -> Result<(), NoCluster> {
        for _ in 0..STEPS {
            let ready = program(&self.programs.join("pg_isready"), None)
                .args(["--quiet", "-h"])
                .arg(&self.folder)
                .status()?;
            if ready.success() {
                return Ok(());
            }
            if self.server.try_wait()?.is_some() {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let said = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(NoCluster::Refused { program: "postgres", said: said.trim().into() })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if matches!(self.server.try_wait(), Ok(Some(_))) {
            let _ = fs::remove_dir_all(&self.folder);
            return;
        }
        let stop = program(&self.programs.join("pg_ctl"), self.account)
            .args(["stop", "--silent", "--mode=immediate", "-D"])
            .arg(self.folder.join("data"))
            .status();
        if !stop.is_ok_and(|status| status.success()) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoCluster {
    /// It is not installed.
    #[error("PostgreSQL's server is not here: on Debian `apt-get install postgresql`")]
    Missing,
    /// There is no account for it, and it does not run as root.
    #[error("PostgreSQL does not run as root, and there is no account `postgres` to run it as")]
    Account,
    /// One of its programs gave up.
    #[error("{program} gave up: {said}")]
    Refused {
        /// Which.
        program: &'static str,
        /// What it said.
        said: Box<str>,
    },
    /// A file or a process could not be made.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The folder of the newest server.
fn programs() -> Option<PathBuf> {
    let has_server = |folder: &PathBuf| PROGRAMS.iter().all(|it| folder.join(it).is_file());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find(has_server);
    let versions = FOLDERS.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten());
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.flatten().map(|entry| entry.path()).max_by_key(|path| number(path));
    on_path.or_else(|| newest.map(|folder| folder.join("bin")).filter(has_server))
}

fn program(path: &Path, account: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(path);
    command.current_dir("/").stdin(Stdio::null());
    if let Some((user, group)) = account {
        command.uid(user).gid(group);
    }
    command
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}

/// The numbers of an account and its group.
fn account(name: &str) -> Result<(u32, u32), NoCluster> {
    let accounts = fs::read_to_string("/etc/passwd")?;
    let mut lines = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let fields = lines.find(|fields| fields.first() == Some(&name)).ok_or(NoCluster::Account)?;
    match fields.as_slice() {
        [_, _, user, group, ..] => match (user.parse(), group.parse()) {
            (Ok(user), Ok(group)) => Ok((user, group)),
            _ => Err(NoCluster::Account),
        },
        _ => Err(NoCluster::Account),
    }
}

/// A new folder. Its path is short, because that of a socket has to be.
fn folder() -> io::Result<PathBuf> {
    for number in 0..u16::MAX {
        let folder = PathBuf::from(format!("/tmp/teams-cc-{}-{number}", std::process::id()));
        match fs::DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
