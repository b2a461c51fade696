//! The configuration of systems that keep it elsewhere than in a file: macOS, Windows, Android.

use std::net::SocketAddr;
use std::path::Path;

use hickory_resolver::system_conf::read_system_conf;

use super::{SystemConfig, SystemError, config_error, from_hickory};

/// Asks the system. There are no files to read instead.
pub(super) fn read(path: Option<&Path>, port: u16) -> Result<SystemConfig, SystemError> {
    if let Some(path) = path {
        return Err(SystemError::NoFilesHere { path: path.to_owned() });
    }
    let place = "the system's settings";
    let (config, options) = read_system_conf().map_err(|source| config_error(place, source))?;
    let servers: Vec<SocketAddr> =
        config.name_servers().iter().map(|server| SocketAddr::new(server.ip, port)).collect();
    if servers.is_empty() {
        return Err(config_error(place, "it names no server"));
    }
    Ok(from_hickory(config.search(), &options, servers))
}
