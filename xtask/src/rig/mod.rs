//! What lab and bench stand on: a namespace of their own, servers that end, plain tables.

mod calls;
mod chapter;
mod crew;
mod daemon;
mod doors;
mod farm;
mod folder;
mod hosts;
mod limit;
mod machine;
mod meter;
mod namespace;
mod packages;
mod peak;
mod process;
mod promise;
mod report;
mod servers;
mod sheet;
mod sprint;
mod tap;
mod verdicts;
mod wire;

pub use calls::total_calls;
pub use chapter::{Book, Chapter, Selection, Stage};
pub use crew::for_each;
pub use daemon::Daemon;
pub use doors::Visits;
pub use farm::{Farm, Population};
pub use folder::Folder;
pub use hosts::{
    BLOCK, CALM, COURT, COURT_OPEN, FIVE, Hosts, House, MANY, MUMBLING, NO_ROUTE, NOWHERE, PIT,
    Place, REJECTS, ROUTED, ROUTER, ROUTER_DROPS, TEN, TWO, forget_neighbours,
};
pub use limit::Limit;
pub use meter::{Cost, cost_of, median};
pub use namespace::{
    add_address, command, drop_all_to, prepare_names, put_in_place, require_root, settle,
};
pub use packages::{find, program};
pub use peak::peak_kib;
pub use process::{succeed, unprivileged};
pub use promise::Promise;
pub use report::{Report, Section};
pub use servers::{Zone, knot, start_server};
pub use sheet::{Sheet, figure};
pub use sprint::Sprint;
pub use wire::{Traffic, Weather};
