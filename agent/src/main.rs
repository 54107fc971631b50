//! `handset`: a simulated iPhone for mail profiles, and an agent that judges it.

use handset::{
    answers, cli, devices, judge, lint, policies, requirements, run, scenario, service, smime, soak, tools,
    trial,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    let started = std::time::Instant::now();
    let cli = cli::Cli::of_program();
    let result = match cli.command {
        cli::Command::Try(arguments) => trial::run(&arguments, cli.lang, started),
        cli::Command::Device(arguments) => devices::run(&arguments),
        cli::Command::Tool(command) => tools::run(&command),
        cli::Command::Policy(command) => policies::run(&command),
        cli::Command::Lint(arguments) => lint::run(&arguments, cli.lang),
        cli::Command::Explain(arguments) => lint::explain(&arguments, cli.lang),
        cli::Command::Why(arguments) => answers::why(&arguments),
        cli::Command::Predict(arguments) => answers::predict(&arguments),
        cli::Command::Schema(arguments) => lint::schema(&arguments),
        cli::Command::Verify(arguments) => judge::verify(&arguments, cli.lang),
        cli::Command::Evidence(arguments) => judge::evidence(&arguments),
        cli::Command::Requirements(arguments) => requirements::run(&arguments),
        cli::Command::Smime(arguments) => smime::run(&arguments),
        cli::Command::Run(mut arguments) => {
            arguments.output.lang = cli.lang;
            run::run(&arguments)
        }
        cli::Command::List(arguments) => run::list(&arguments),
        cli::Command::Rerun(mut arguments) => {
            arguments.output.lang = cli.lang;
            run::rerun(&arguments)
        }
        cli::Command::Replay(arguments) => run::replay(&arguments),
        cli::Command::Watch(mut arguments) => {
            arguments.run.output.lang = cli.lang;
            run::watch(&arguments)
        }
        cli::Command::Mutants(arguments) => run::mutants(&arguments),
        cli::Command::Soak(arguments) => soak::run(&arguments),
        cli::Command::Scenario(arguments) => scenario::run(&arguments),
        cli::Command::Space(arguments) => scenario::space(&arguments),
        cli::Command::Merge(arguments) => scenario::merge(&arguments, cli.lang),
        cli::Command::Agent(arguments) => service::run(&arguments),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            handset::print::standard_error(format_args!("handset: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}
