//! One run: its settings from text, its changes at their steps, and what it said as hashes.

use super::fold::Fold;
use super::images::invented;
use super::runs::Run;
use crate::Failure;
use candle_core::Device;
use engine::{Advance, Session};
use protocol::{Change, Data, EndReason, Event, Quantity, RunSetting, RunSpec, Skip};

/// Trains and hashes.
pub(super) fn line(run: &Run) -> Result<String, Failure> {
    let spec = spec(run)?;
    let mut session = Session::new(spec.clone(), invented(spec.data)?, Device::Cpu)?;
    let initial = session.network().parameters.hash()?;
    let mut said = Said::default();
    loop {
        let before = session.step();
        for (_, name, value) in run.changes.iter().filter(|(step, ..)| *step == before) {
            for change in changes(&session, name, value)? {
                session.change(change)?;
            }
        }
        let outcome = session.complete_step()?;
        said.take_in(&session.drain_events());
        match outcome {
            Advance::Ended => break,
            Advance::NeedsData => return Err("a file is missing".into()),
            Advance::Working | Advance::Completed => {}
        }
    }
    let (name, steps, last) = (run.name, session.step(), session.network().parameters.hash()?);
    let (losses, measured, marks) = (said.losses.hash(), said.measured.hash(), said.marks.hash());
    Ok(format!(
        "{name}: steps {steps} initial {initial} final {last} losses {losses} measured {measured} marks {marks}"
    ))
}

/// What a run said.
#[derive(Default)]
struct Said {
    losses: Fold,
    measured: Fold,
    marks: Fold,
}

impl Said {
    fn take_in(&mut self, events: &[Event]) {
        for event in events {
            match event {
                Event::Step(record) => {
                    self.losses.value(record.loss);
                    self.measured.step(record);
                }
                Event::Eval(evaluation) => {
                    self.losses.value(evaluation.loss);
                    self.measured.evaluation(evaluation);
                }
                Event::Mark(mark) => {
                    let block = mark.block.as_deref().unwrap_or_default();
                    self.marks.text(&format!("{} {} {block}", mark.step, mark.what.name()));
                    self.marks.value(mark.from);
                    self.marks.value(mark.to);
                }
                Event::Phase(_) => {}
                Event::End(EndReason::Done) => self.marks.text("done"),
                Event::End(EndReason::Interrupted) => self.marks.text("interrupted"),
                Event::End(EndReason::NonFinite { step, block, .. }) => {
                    let block = block.as_deref().unwrap_or_default();
                    self.marks.text(&format!("not finite {step} {block}"));
                }
            }
        }
    }
}

/// The page's default with the run's settings.
fn spec(run: &Run) -> Result<RunSpec, Failure> {
    let mut spec = RunSpec { data: Data::FashionMnist, batch: 16, steps: 8, eval_every: 0, ..RunSpec::page_default() };
    for word in run.settings.split_whitespace() {
        let (name, value) = word.split_once('=').ok_or("a setting is NAME=VALUE")?;
        match name {
            "quantities" if value == "everything" => spec.quantities = Quantity::ALL.to_vec(),
            "quantities" => spec.quantities = Quantity::parse_list(value)?,
            _ => {
                let setting = RunSetting::named(name).ok_or("no such setting")?;
                setting.setting().set(&mut spec, value).strict()?;
            }
        }
    }
    Ok(spec)
}

/// A change as text, `skip` with one strength or a list of blocks.
fn changes(session: &Session, name: &str, value: &str) -> Result<Vec<Change>, Failure> {
    Ok(match name {
        "skip" => match value.parse::<Skip>()? {
            Skip::All(strength) => vec![Change::Skip { block: None, strength }],
            Skip::List(list) => {
                let change = |(name, strength): &(String, f64)| -> Result<Change, Failure> {
                    Ok(Change::Skip {
                        block: Some(session.network().plan.block_index(name).ok_or("no such block")?),
                        strength: *strength,
                    })
                };
                list.iter().map(change).collect::<Result<_, _>>()?
            }
        },
        other => {
            let setting = RunSetting::named(other).ok_or("no such setting")?;
            vec![Change::Set { setting, value: value.parse()? }]
        }
    })
}
