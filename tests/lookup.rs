//! `lookup` as people and scripts run it.
