//! Whether the wire is what it says: its delay, its losses, and what it takes itself.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::World;
use crate::rig::{CALM, House, Place, Sheet, Weather, figure, median};

/// How often the round trip is measured.
const TRIPS: usize = 50;

/// How long a connection may take.
const LIMIT: Duration = Duration::from_secs(2);

/// By how much a round trip may be off, in the middle of all. Other programs take their time, too.
const TOLERANCE_MS: f64 = 3.0;

/// Measures it.
pub fn measure(world: &World) -> Result<Sheet> {
    let wire = &world.hosts.wire;
    let mut sheet = Sheet::new(&[
        "delay ms",
        "loss %",
        "round trip ms",
        "frames",
        "lost",
        "dropped",
        "late us",
        "CPU us",
    ]);
    for weather in [
        Weather { delay: Duration::ZERO, ..CALM },
        CALM,
        Weather { delay: Duration::from_millis(20), ..CALM },
    ] {
        sheet.case(format!("{:?} each way", weather.delay));
        wire.set_weather(weather);
        // Finds the neighbour.
        round_trip_ms()?;
        let before = wire.traffic();
        let trip = (0..TRIPS).map(|_| round_trip_ms()).collect::<Result<Vec<_>>>()?;
        let trip = median(trip);
        let carried = wire.traffic().since(before);
        let frames = as_float(carried.frames.max(1));
        let each = |time: Duration| figure(time.as_secs_f64() * 1e6 / frames, 1);
        let delay_ms = weather.delay.as_secs_f64() * 1000.0;
        sheet.row([
            figure(delay_ms, 0),
            figure(weather.loss_percent, 0),
            figure(trip, 2),
            carried.frames.to_string(),
            carried.lost.to_string(),
            carried.dropped.to_string(),
            each(carried.late),
            each(carried.cpu),
        ]);
        let is_off = (trip - 2.0 * delay_ms).abs() > TOLERANCE_MS;
        sheet.expect(!is_off, || format!("a round trip takes {trip:.2} ms"));
        sheet.expect(carried.lost + carried.dropped == 0, || {
            "frames are lost in calm weather".to_owned()
        });
    }
    wire.set_weather(CALM);
    Ok(sheet)
}

fn as_float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// How long a refusal takes.
fn round_trip_ms() -> Result<f64> {
    let place = SocketAddr::new(House::REFUSING.v4(Place::Island), 81);
    let start = Instant::now();
    let error = TcpStream::connect_timeout(&place, LIMIT).err().map(|error| error.kind());
    let took = start.elapsed();
    ensure!(error == Some(ErrorKind::ConnectionRefused), "{place} does not refuse: {error:?}");
    Ok(took.as_secs_f64() * 1000.0)
}
