//! What the numbers were measured on.

/// The processor's name, as the system has it.
pub fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split(':').nth(1).unwrap_or_default().trim().to_owned()
    };
    let cores = text.lines().filter(|line| line.starts_with("processor")).count();
    format!(
        "{} family {} model {}, {cores} cores",
        field("model name"),
        field("cpu family"),
        field("model\t")
    )
}
