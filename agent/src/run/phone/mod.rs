//! The simulated phone as a target. Each case has a world of its own; what cases have in common is made once: the world
//! before the first step, profiles, and what they mean.

mod mail;
mod setup;
mod steps;

use super::Materials;
use super::given::{Prepared, Workshop};
use super::judging::{Verdicts, lint_rules, nothing_installed, verdicts};
use crate::devices::{shown_account_part, shown_member};
use crate::judge::simulated_log;
use crate::port::{self, SimulatedPhone};
use device::{Defect, Prompt, PromptId};
use evidence::{Action, DevicePort, Log};
use intent::ActionId;
use mail::Kept;
use profile::lint::Audience;
use scenario::{
    Case, Done, Given, JudgedOutcome, MessageSeen, Reader, ReadingSeen, Refusal, Step, Target, ViewPath,
};
use serde_json::{Map, Value};
use setup::{At, Setups};
use simulator::World;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the phone is called in its view.
const NAME: &str = "phone";

/// Simulated phones, one after another.
pub struct SimulatedTarget<'m> {
    materials: &'m Materials,
    workshop: Workshop,
    setups: Setups,
    /// `--seed`, which goes before what suites and scenarios say.
    seed: Option<u64>,
    /// The mistake that the phones make.
    defect: Option<Defect>,
    /// Whether cases that begin alike share what they begin with.
    shares: bool,
    course: Option<Course>,
}

/// A case under way.
struct Course {
    world: World,
    given: Arc<Given>,
    /// How far the case has gone as others did.
    at: Option<At>,
    /// What was installed, oldest first.
    installed: Vec<Arc<Prepared>>,
    messages: Vec<Kept>,
    /// What is known of the phone as it is now.
    view: Map<String, Value>,
    /// Parts of the account, each in a view that has nothing else.
    parts: BTreeMap<String, Value>,
    log: Option<Log>,
    verdicts: BTreeMap<String, (JudgedOutcome, String)>,
}

impl Course {
    /// Something happened: what was known is no more.
    fn forget(&mut self) {
        self.view.clear();
        self.parts.clear();
        self.log = None;
        self.verdicts.clear();
    }

    fn prompts(&self) -> Vec<String> {
        let device = self.world.device();
        device.prompts().iter().map(|p| crate::devices::shown_prompt(device, p).kind.to_owned()).collect()
    }

    /// What a prompt is called.
    fn kind_of(&self, kind: &device::PromptKind) -> String {
        let prompt = Prompt { id: PromptId(0), kind: kind.clone() };
        crate::devices::shown_prompt(self.world.device(), &prompt).kind.to_owned()
    }
}

impl<'m> SimulatedTarget<'m> {
    /// Makes a target; `seed` is that of the command line.
    pub fn new(materials: &'m Materials, seed: Option<u64>) -> Self {
        SimulatedTarget {
            materials,
            workshop: Workshop::default(),
            setups: Setups::default(),
            seed,
            shares: true,
            defect: None,
            course: None,
        }
    }

    /// Lets the phones of the next cases make a mistake. How cases begin is another then.
    pub fn set_defect(&mut self, defect: Option<Defect>) {
        if self.defect != defect {
            self.defect = defect;
            self.setups = Setups::default();
        }
    }

    /// Everything that the judge says of the phone as it is now.
    ///
    /// # Errors
    /// [`Refusal`] where nothing was installed.
    pub(super) fn verdicts(&mut self) -> Result<Verdicts, Refusal> {
        let course = self.course()?;
        Self::judge(course)?;
        Ok(course.verdicts.clone())
    }

    /// The same, but every case does every step itself; for measuring, and for comparing the two.
    #[must_use]
    pub fn apart(mut self) -> Self {
        self.shares = false;
        self
    }

    fn course(&mut self) -> Result<&mut Course, Refusal> {
        self.course.as_mut().ok_or_else(|| Refusal::broken("no case has begun"))
    }

    /// The verdicts on everything that the policy last installed asks for.
    fn judge(course: &mut Course) -> Result<(), Refusal> {
        let Some(prepared) = course.installed.last().cloned() else {
            return Err(nothing_installed());
        };
        let log = match course.log.take() {
            Some(log) => log,
            None => simulated_log(&course.world, NAME).map_err(Refusal::broken)?,
        };
        course.verdicts = verdicts(&prepared, &port::facts(&course.world), &log)?;
        course.log = Some(log);
        Ok(())
    }
}

impl Target for SimulatedTarget<'_> {
    fn kind(&self) -> &'static str {
        "simulated-device"
    }

    fn begin(&mut self, case: &Case) -> Result<(), Refusal> {
        self.course = None;
        let seed = self.seed.or(case.options.seed).unwrap_or(case.given.seed);
        let (at, given) = match self.setups.given(&case.given, seed) {
            Some(known) => known,
            None => {
                let mut world = self.workshop.world(self.materials, &case.given, seed)?;
                if self.defect.is_some() {
                    let mut facts = world.device().facts().clone();
                    facts.variants.defect = self.defect;
                    world.set_facts(facts);
                }
                let given = Arc::new(case.given.clone());
                (self.setups.put_given(given.clone(), seed, world), given)
            }
        };
        let beginning = self.setups.get(at).ok_or_else(|| Refusal::broken("no case has begun"))?;
        self.course = Some(Course {
            world: beginning.world.clone(),
            given,
            at: Some(at),
            installed: Vec::new(),
            messages: Vec::new(),
            view: Map::new(),
            parts: BTreeMap::new(),
            log: None,
            verdicts: BTreeMap::new(),
        });
        Ok(())
    }

    fn now_ms(&self) -> Option<i64> {
        self.course.as_ref().map(|course| course.world.now().0)
    }

    fn perform(&mut self, step: &Step) -> Result<Done, Refusal> {
        let mut course = self.course.take().ok_or_else(|| Refusal::broken("no case has begun"))?;
        course.forget();
        let before = course.at.take().filter(|_| self.shares && setup::sets_up(&step.action));
        let known = before.and_then(|at| self.setups.after(at, &step.action));
        let done = match known.and_then(|at| Some((at, self.setups.get(at)?))) {
            Some((at, known)) => {
                course.world = known.world.clone();
                course.installed.clone_from(&known.installed);
                course.at = Some(at);
                Ok(known.done.clone())
            }
            None => {
                let done = steps::perform(&mut course, &mut self.workshop, self.materials, step);
                // A message belongs to its case.
                if let (Some(at), Ok(done), true) = (before, &done, course.messages.is_empty()) {
                    let (world, installed) = (course.world.clone(), course.installed.clone());
                    course.at = self.setups.put_after(at, &step.action, world, installed, done.clone());
                }
                done
            }
        };
        self.course = Some(course);
        done
    }

    fn value(&mut self, path: &ViewPath) -> Result<Option<Value>, Refusal> {
        let course = self.course()?;
        // Most of what is asked for is in one part of the account, and making the others takes longer.
        if path.first() == "account"
            && let Some(part) = path.second()
            && !course.view.contains_key("account")
        {
            if !course.parts.contains_key(part)
                && let Some(shown) = shown_account_part(part, &course.world).map_err(Refusal::broken)?
            {
                course.parts.insert(part.to_owned(), shown);
            }
            if let Some(shown) = course.parts.get(part) {
                return Ok(path.find(shown).cloned());
            }
        }
        if !course.view.contains_key(path.first()) {
            let member = shown_member(path.first(), NAME, &course.world).map_err(Refusal::broken)?;
            course.view.insert(path.first().to_owned(), member.unwrap_or(Value::Null));
        }
        let view = Value::Object(std::mem::take(&mut course.view));
        let found = path.find(&view).cloned();
        if let Value::Object(view) = view {
            course.view = view;
        }
        Ok(found)
    }

    fn view(&mut self) -> Result<Value, Refusal> {
        let course = self.course()?;
        crate::devices::shown_value(NAME, &course.world).map_err(Refusal::broken)
    }

    fn try_action(&mut self, id: ActionId) -> Result<Action, Refusal> {
        let course = self.course()?;
        SimulatedPhone::new(&course.world, &[]).try_action(&id.to_string()).map_err(Refusal::broken)
    }

    fn prompts(&mut self) -> Result<Vec<String>, Refusal> {
        Ok(self.course()?.prompts())
    }

    fn message(&mut self, number: usize, opened: bool) -> Result<MessageSeen, Refusal> {
        self.course()?.message(number, opened)
    }

    fn reading(&mut self, number: usize, by: &Reader) -> Result<ReadingSeen, Refusal> {
        self.course()?.reading(number, by)
    }

    fn judged(&mut self, requirement: &str) -> Result<(JudgedOutcome, String), Refusal> {
        let course = self.course()?;
        if course.verdicts.is_empty() {
            Self::judge(course)?;
        }
        let known = course.verdicts.get(requirement).cloned();
        known.ok_or_else(|| Refusal::not_supported(format!("a verdict on {requirement}, which has none")))
    }

    fn all_judged(&mut self) -> Result<Verdicts, Refusal> {
        let course = self.course()?;
        if course.verdicts.is_empty() {
            Self::judge(course)?;
        }
        Ok(course.verdicts.clone())
    }

    fn lint_rules(&mut self) -> Result<BTreeSet<String>, Refusal> {
        let course = self.course()?;
        let prepared = course.installed.last().ok_or_else(nothing_installed)?;
        let facts = course.world.device().facts();
        let audience = Audience { os: facts.ios, supervised: facts.supervised };
        Ok(lint_rules(prepared, audience, course.world.now()))
    }
}
