//! What lab and bench stand on: a namespace of their own, servers that end, plain tables.

mod chapter;
mod crew;
mod daemon;
mod farm;
mod folder;
mod meter;
mod namespace;
mod packages;
mod peak;
mod process;
mod servers;
mod sheet;

pub use chapter::{Chapter, Selection, Stage, perform};
pub use crew::for_each;
pub use daemon::Daemon;
pub use farm::{Farm, Population};
pub use folder::Folder;
pub use meter::{Cost, cost_of, median};
pub use namespace::{add_address, drop_all_to, put_in_place};
pub use packages::{find, program};
pub use peak::peak_kib;
pub use process::succeed;
pub use servers::{Zone, knot, start_server};
pub use sheet::{Sheet, figure};
