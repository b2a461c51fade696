//! `portscan` as people and scripts run it.
