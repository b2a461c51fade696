//! `wellknown` as people and scripts run it.
