//! A thread with an event loop of its own, which ends when it is dropped.

use std::io;
use std::thread::{Builder, JoinHandle};

use tokio::runtime;
use tokio::sync::oneshot;

/// Work that goes on behind a test. Dropping it stops the work, closes its sockets and joins the thread.
#[derive(Debug)]
pub(crate) struct Background {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Runs what `set_up` returns on a new thread called `name`.
    ///
    /// `set_up` itself runs here, inside the new event loop, so that it can register sockets with
    /// the loop and the caller learns of its errors.
    pub(crate) fn start<W>(name: &str, set_up: impl FnOnce() -> io::Result<W>) -> io::Result<Self>
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let work = {
            let _inside = runtime.enter();
            set_up()
        };
        let work = match work {
            Ok(work) => work,
            Err(error) => {
                // A plain drop would panic where the caller is asynchronous itself.
                runtime.shutdown_background();
                return Err(error);
            }
        };

        let (stop, stopped) = oneshot::channel();
        let thread = Builder::new().name(name.to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = work => {}
                }
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // If it panicked, it has said so already; a second panic in a drop would abort.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;

    use super::*;

    #[test]
    fn drop_ends_work_that_would_never_end() {
        let held = Arc::new(());
        let inside = Arc::clone(&held);
        let background = Background::start("endless", move || {
            Ok(async move {
                pending::<()>().await;
                drop(inside);
            })
        })
        .unwrap();
        assert_eq!(Arc::strong_count(&held), 2);
        drop(background);
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[test]
    fn an_error_in_the_set_up_reaches_the_caller() {
        let result = Background::start("broken", || {
            if true { Err(io::Error::other("no luck")) } else { Ok(async {}) }
        });
        assert_eq!(result.unwrap_err().to_string(), "no luck");
    }
}
