//! A bar for the person who waits: only where the standard error is a terminal, and only once it takes long.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// After this long somebody wants to know.
const PATIENCE: Duration = Duration::from_secs(1);

/// The bar, as soon as there is one. It goes when this does.
pub struct Bar {
    template: &'static str,
    begin: Instant,
    is_wanted: bool,
    bar: Option<ProgressBar>,
}

impl Bar {
    /// Nothing is shown yet; and never, if `quiet`. The template is one of `indicatif`.
    pub fn new(template: &'static str, quiet: bool) -> Bar {
        Bar { template, begin: Instant::now(), is_wanted: !quiet && std::io::stderr().is_terminal(), bar: None }
    }

    /// Shows how far it is.
    pub fn show(&mut self, done: u64, total: u64) {
        if !self.is_wanted || self.begin.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template(self.template);
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        bar.set_length(total);
        bar.set_position(done);
        bar.tick();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
