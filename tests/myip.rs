//! `myip` as people and scripts run it.
