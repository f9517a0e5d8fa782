//! A bar on standard error while a long run goes on.
//!
//! Knows the terminal and the run's counters. Does not know the stages' work.
//! Invariant: nothing is drawn unless standard error is a terminal and the run takes longer than `DELAY`.
//! Invariant: nothing of the bar is left when the run has ended.

use crate::pipeline::{Progress, Stage};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Shorter runs show nothing: a bar that flashes up tells nobody anything.
const DELAY: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(100);

/// Runs `work`, which writes to the counters, and draws them meanwhile.
pub(super) fn with_bar<T>(is_quiet: bool, work: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::default();
    if is_quiet || !io::stderr().is_terminal() {
        return work(&progress);
    }
    std::thread::scope(|scope| {
        // The bar ends when the sender is dropped, however `work` ends.
        let (running, ended) = channel::<()>();
        let progress = &progress;
        scope.spawn(move || draw(progress, &ended));
        let result = work(progress);
        drop(running);
        result
    })
}

fn draw(progress: &Progress, ended: &Receiver<()>) {
    let goes_on = |wait: Duration| matches!(ended.recv_timeout(wait), Err(RecvTimeoutError::Timeout));
    if !goes_on(DELAY) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(
        ProgressStyle::with_template("{msg:>11} [{bar:30}] {pos}/{len} files {elapsed}")
            .expect("the template is constant and the tests draw it")
            .progress_chars("=> "),
    );
    loop {
        let (done, total) = progress.files();
        bar.set_length(total as u64);
        bar.set_position(done as u64);
        bar.set_message(match progress.stage() {
            Stage::Discovering => "discovering",
            Stage::Reading => "reading",
            Stage::Reasoning => "reasoning",
        });
        if !goes_on(TICK) {
            break;
        }
    }
    bar.finish_and_clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_draws_and_ends_with_the_run() {
        let progress = Progress::default();
        let (running, ended) = channel::<()>();
        std::thread::scope(|scope| {
            let progress = &progress;
            scope.spawn(move || draw(progress, &ended));
            std::thread::sleep(DELAY + TICK);
            drop(running);
        });
    }
}
