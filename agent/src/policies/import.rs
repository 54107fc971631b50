//! `handset import`.

use super::arguments::ImportArguments;
use super::parties::party;
use super::shown::{self, ImportAnswer, SCHEMA_VERSION, ShownSetting, Summary};
use super::{PolicyError, human};
use crate::exit::Failure;
use crate::findings::unwrap;
use crate::tools::arguments::Form;
use crate::tools::output::{self, Readers};
use crate::{file, print};
use intent::Lost;
use profile::{LineIndex, Severity};
use simulator::PROVIDER;
use smime::{Context, Timestamp};

/// Runs the command.
pub(super) fn run(arguments: &ImportArguments) -> Result<u8, Failure> {
    let name = arguments.profile.display().to_string();
    let bytes = file::read(&arguments.profile)?;
    // Whether the signature holds is not asked here.
    let wrapped = unwrap(&Context { now: Timestamp(0), crypto: &PROVIDER }, &bytes);
    let (profile, findings) = profile::parse(&wrapped.inner);
    if !profile.is_readable() {
        let found = [wrapped.findings, findings].concat();
        return Err(PolicyError::unreadable(&name, &wrapped.inner, &found).into());
    }
    let party = arguments.user.as_ref().map(|user| party(user, &arguments.directory)).transpose()?;
    let imported = intent::import(&profile, party.as_ref().map(|party| &party.user))
        .map_err(|error| PolicyError::NotImported { file: name.clone(), error })?;
    let whole = if arguments.bundle { imported.list() } else { imported.object() };
    let text = serde_json::to_string_pretty(&whole)? + "\n";
    let path = arguments.output.as_deref().filter(|path| !output::is_standard(path));
    if let Some(path) = path {
        output::write(Some(path), text.as_bytes(), Readers::Same(path))?;
    }
    let index = LineIndex::new(&wrapped.inner);
    let mut lost = imported.lost;
    // What the reader had to leave out or to guess does not come along as it was written.
    let misread = findings.into_iter().filter(|finding| finding.severity > Severity::Info);
    lost.extend(misread.map(|finding| Lost {
        rule: finding.rule,
        severity: finding.severity,
        payload_type: "Configuration".to_owned(),
        key: String::new(),
        span: finding.span.unwrap_or_default(),
        message: finding.message,
    }));
    let summary = Summary::of(lost.iter().map(|lost| lost.severity));
    let exit = u8::from(summary.errors > 0);
    let answer = ImportAnswer {
        schema_version: SCHEMA_VERSION,
        file: name,
        profile: shown::profile(&profile),
        policy: whole,
        settings: imported
            .settings
            .into_iter()
            .map(|row| ShownSetting { setting: row.setting, key: row.key, certainty: row.certainty })
            .collect(),
        certificates: imported.certificates.into_iter().map(shown::certificate).collect(),
        lost: lost.into_iter().map(|lost| shown::loss(lost, &index)).collect(),
        summary,
        output: path.map(|path| path.display().to_string()),
        written: path.is_some(),
        exit,
    };
    match (arguments.format, path) {
        (Form::Json, _) => print::standard_output(&(serde_json::to_string_pretty(&answer)? + "\n"))?,
        (Form::Human, Some(_)) => print::standard_output(&human::imported(&answer))?,
        (Form::Human, None) => {
            print::standard_output(&text)?;
            output::note(human::imported(&answer).trim_end());
        }
    }
    Ok(exit)
}
