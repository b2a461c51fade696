//! A wire between two machines, which holds frames back and loses some of them.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::num::NonZeroU64;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionbio;
use rustix::thread::set_current_timer_slack;

use super::machine::put_first;
use super::meter::duration;

/// The most octets of a frame: those of Ethernet, and room for what comes before the packet.
const MAX_FRAME_LEN: usize = 2048;

/// How many frames are on their way at most in each direction. More are lost.
const MAX_ON_THE_WAY: usize = 65_536;

/// How many frames are taken from one end before the other has its turn.
const BATCH: usize = 1_024;

/// How often a wire looks for frames at most. One that woke for each of them would take the
/// processor from the scan that it is there for, whenever that sends one.
const TICK: Duration = Duration::from_micros(200);

/// By how much the kernel may wake us late, in nanoseconds.
const TIMER_SLACK_NS: NonZeroU64 = NonZeroU64::new(1_000).expect("it is not zero");

/// What a wire does to frames, in each direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weather {
    /// For how long it holds each of them back.
    pub delay: Duration,
    /// How many of a hundred it loses.
    pub loss_percent: f64,
}

/// What a wire has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Frames that came in.
    pub frames: u64,
    /// Those among them that were lost, as the weather is.
    pub lost: u64,
    /// Those that were lost because too many were on their way, or that the other end did not take.
    pub dropped: u64,
    /// By how much frames left later than they were to, in all; half a tick each is as it is meant to be.
    pub late: Duration,
    /// The processor time of the wire itself.
    pub cpu: Duration,
}

impl Traffic {
    /// What it has done since then.
    pub fn since(self, before: Self) -> Self {
        Self {
            frames: self.frames - before.frames,
            lost: self.lost - before.lost,
            dropped: self.dropped - before.dropped,
            late: self.late.saturating_sub(before.late),
            cpu: self.cpu.saturating_sub(before.cpu),
        }
    }
}

/// A wire that carries frames until it is dropped.
#[derive(Debug)]
pub struct Wire {
    shared: Arc<Mutex<Shared>>,
    gate: Option<PipeWriter>,
    carriers: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    weather: Weather,
    /// Of each direction.
    traffic: [Traffic; 2],
}

impl Wire {
    /// Lays a wire between two ends of which each read gives a frame and each write takes one. The
    /// same seed loses the same frames.
    ///
    /// # Errors
    ///
    /// The system has no thread or no descriptor left.
    pub fn lay(ends: [File; 2], weather: Weather, seed: u64) -> Result<Self> {
        for end in &ends {
            ioctl_fionbio(end, true)?;
        }
        let shared = Shared { weather, traffic: [Traffic::default(); 2] };
        let shared = Arc::new(Mutex::new(shared));
        let (stop, gate) = pipe()?;
        let mut wire = Self { shared, gate: Some(gate), carriers: Vec::new() };
        let [one, other] = ends;
        let back = (other.try_clone()?, one.try_clone()?, !seed);
        for (direction, (from, to, seed)) in [(one, other, seed), back].into_iter().enumerate() {
            let carrier = Carrier {
                from,
                to,
                direction,
                lane: Lane::new(seed),
                shared: Arc::clone(&wire.shared),
                stop: stop.try_clone()?,
                woken: Instant::now(),
            };
            let carrier = Builder::new().name("wire".to_owned()).spawn(move || carrier.carry());
            wire.carriers.push(carrier.context("cannot start a thread of a wire")?);
        }
        Ok(wire)
    }

    /// Changes the weather, for the frames that come in from now on.
    pub fn set_weather(&self, weather: Weather) {
        lock(&self.shared).weather = weather;
    }

    /// What it has done so far.
    pub fn traffic(&self) -> Traffic {
        let [one, other] = lock(&self.shared).traffic;
        Traffic {
            frames: one.frames + other.frames,
            lost: one.lost + other.lost,
            dropped: one.dropped + other.dropped,
            late: one.late + other.late,
            cpu: one.cpu + other.cpu,
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        drop(self.gate.take());
        for carrier in self.carriers.drain(..) {
            // If it panicked, it has said so already.
            let _ = carrier.join();
        }
    }
}

/// What holds after a panic, too: there is nothing in it that could be half done.
fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who carries the frames of one direction: each has a processor of its own, if there is one.
struct Carrier {
    from: File,
    to: File,
    /// Which of the two.
    direction: usize,
    lane: Lane,
    shared: Arc<Mutex<Shared>>,
    stop: PipeReader,
    /// When it last had something to do.
    woken: Instant,
}

impl Carrier {
    fn carry(mut self) {
        // Without these it is a wire all the same, and only less punctual.
        let _ = set_current_timer_slack(Some(TIMER_SLACK_NS));
        put_first();
        while self.await_work() {
            self.lane.give_to(&self.to);
            self.lane.take_from(&self.from, &self.shared);
            self.tell();
        }
    }

    /// Waits until there is something to do, but for a tick at least since it was so. Tells whether
    /// that is so, and not the end.
    fn await_work(&mut self) -> bool {
        let mut polled = [self.stop.as_fd(), self.from.as_fd()]
            .map(|end| PollFd::from_borrowed_fd(end, PollFlags::IN));
        let rest = TICK.saturating_sub(self.woken.elapsed());
        if !rest.is_zero() {
            wait(&mut polled[..1], Some(rest));
        }
        let due = self.lane.due();
        wait(&mut polled, due.map(|due| due.saturating_duration_since(Instant::now())));
        self.woken = Instant::now();
        polled[0].revents().is_empty()
    }

    fn tell(&self) {
        let traffic = &mut lock(&self.shared).traffic[self.direction];
        let cpu = traffic.cpu;
        *traffic = Traffic { cpu, ..self.lane.traffic };
        // Asked for when there is nothing else to do.
        if self.lane.due().is_none()
            && let Ok(usage) = getrusage(UsageWho::RUSAGE_THREAD)
        {
            traffic.cpu = duration(usage.user_time()) + duration(usage.system_time());
        }
    }
}

/// Waits until one of them has something, and no longer than that.
fn wait(polled: &mut [PollFd], limit: Option<Duration>) {
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    // A call that is interrupted has nothing to tell, and is made again.
    let _ = poll(polled, limit.as_ref());
}

/// One direction. All frames are held back for the same time, so the first that came is the first
/// to leave; after a change of the weather none overtakes another.
struct Lane {
    on_the_way: VecDeque<(Instant, Vec<u8>)>,
    dice: Dice,
    traffic: Traffic,
}

impl Lane {
    fn new(seed: u64) -> Self {
        Self { on_the_way: VecDeque::new(), dice: Dice(seed), traffic: Traffic::default() }
    }

    /// When the next frame is to leave.
    fn due(&self) -> Option<Instant> {
        self.on_the_way.front().map(|(due, _)| *due)
    }

    fn take_from(&mut self, mut end: &File, shared: &Mutex<Shared>) {
        let mut frame = [0; MAX_FRAME_LEN];
        for _ in 0..BATCH {
            match end.read(&mut frame) {
                Ok(len) if len > 0 => {
                    // Looked at after the frame: what came after a change is in the new weather.
                    let weather = lock(shared).weather;
                    self.take(&frame[..len], weather, Instant::now());
                }
                _ => break,
            }
        }
    }

    fn take(&mut self, frame: &[u8], weather: Weather, now: Instant) {
        self.traffic.frames += 1;
        if self.dice.percent() < weather.loss_percent {
            self.traffic.lost += 1;
        } else if self.on_the_way.len() >= MAX_ON_THE_WAY {
            self.traffic.dropped += 1;
        } else {
            self.on_the_way.push_back((now + weather.delay, frame.to_vec()));
        }
    }

    fn give_to(&mut self, mut end: &File) {
        let now = Instant::now();
        while let Some((due, frame)) = self.next(now) {
            self.traffic.late += now - due;
            // An end that is down takes nothing.
            if end.write(&frame).is_err() {
                self.traffic.dropped += 1;
            }
        }
    }

    /// The next frame that is to have left by now.
    fn next(&mut self, now: Instant) -> Option<(Instant, Vec<u8>)> {
        if self.due()? <= now { self.on_the_way.pop_front() } else { None }
    }
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct Dice(u64);

impl Dice {
    /// From 0 to less than 100.
    fn percent(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let upper = u32::try_from((bits ^ (bits >> 31)) >> 32).expect("32 bits are left");
        f64::from(upper) / (f64::from(u32::MAX) + 1.0) * 100.0
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixDatagram;

    use super::*;

    const CALM: Weather = Weather { delay: Duration::from_millis(5), loss_percent: 0.0 };

    /// A wire, and what is at its two ends: a socket of datagrams is a device of frames as well.
    fn wire(weather: Weather) -> (Wire, [UnixDatagram; 2]) {
        let pairs = [0, 1].map(|_| UnixDatagram::pair().unwrap());
        let [(near, one), (far, other)] = pairs;
        let ends = [one, other].map(|end| File::from(OwnedFd::from(end)));
        for end in [&near, &far] {
            end.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        }
        (Wire::lay(ends, weather, 1).unwrap(), [near, far])
    }

    #[test]
    fn carries_frames_in_their_order_and_not_before_their_time() {
        let (wire, [near, far]) = wire(CALM);
        for (from, to) in [(&near, &far), (&far, &near)] {
            let start = Instant::now();
            for number in 0..100_u8 {
                from.send(&[number; 60]).unwrap();
            }
            for number in 0..100_u8 {
                let mut frame = [0; 100];
                assert_eq!(to.recv(&mut frame).unwrap(), 60);
                assert_eq!(frame[0], number);
            }
            assert!(start.elapsed() >= CALM.delay);
        }
        drop(wire);
        assert!(near.send(&[0]).is_err(), "the ends are closed with the wire");
    }

    #[test]
    fn the_weather_changes_for_frames_to_come() {
        let (wire, [near, far]) = wire(CALM);
        near.send(&[1]).unwrap();
        assert_eq!(far.recv(&mut [0]).unwrap(), 1);
        wire.set_weather(Weather { loss_percent: 100.0, ..CALM });
        near.send(&[2]).unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        while wire.traffic().lost == 0 && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        let Traffic { frames, lost, dropped, .. } = wire.traffic();
        assert_eq!((frames, lost, dropped), (2, 1, 0));
    }

    #[test]
    fn loses_the_share_that_was_asked_for_and_the_same_each_time() {
        let lost = |seed, loss_percent| {
            let mut lane = Lane::new(seed);
            for _ in 0..20_000 {
                lane.take(&[0], Weather { loss_percent, ..CALM }, Instant::now());
            }
            lane.traffic.lost
        };
        for (loss_percent, expected) in [(0.0, 0..=0), (1.0, 150..=250), (5.0, 880..=1120)] {
            let [once, again] = [1, 1].map(|seed| lost(seed, loss_percent));
            assert!(expected.contains(&once), "{once} at {loss_percent} %");
            assert_eq!(once, again);
        }
        assert_eq!(lost(1, 100.0), 20_000);
        assert_ne!(lost(1, 5.0), lost(2, 5.0));
    }

    #[test]
    fn more_than_it_can_hold_is_lost_and_told() {
        let mut lane = Lane::new(1);
        for _ in 0..MAX_ON_THE_WAY + 3 {
            lane.take(&[], CALM, Instant::now());
        }
        assert_eq!((lane.on_the_way.len(), lane.traffic.dropped), (MAX_ON_THE_WAY, 3));
    }

    #[test]
    fn a_frame_leaves_when_it_is_due() {
        let (mut lane, start) = (Lane::new(1), Instant::now());
        lane.take(&[7], CALM, start);
        let due = start + CALM.delay;
        assert_eq!(lane.next(start), None);
        assert_eq!(lane.next(due), Some((due, vec![7])));
        assert_eq!(lane.next(due), None);
    }
}
