//! `conns` as people and scripts run it.
