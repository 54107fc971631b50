//! Differences between editions: the rows LNG.

use super::reason::EDITION;
use super::row::{Row, expected, hidden};

/// The rows, sorted by id.
pub(super) const ROWS: [Row; 15] = [
    hidden(
        "LNG-001",
        EDITION,
        "A policy model dated before 09/2020 has no perAppVPNProfileId; EAS-100 to 104 trace to 000 only.",
    ),
    hidden("LNG-002", EDITION, "EAS-001 traces to 000 only."),
    hidden("LNG-003", EDITION, "Translation slip; conform to EAS-061."),
    hidden("LNG-004", EDITION, "Translation slip; unit is days (EAS-090)."),
    hidden("LNG-005", EDITION, "No device effect."),
    hidden("LNG-006", EDITION, "Translation slip; conform to EAS-033."),
    hidden("LNG-007", EDITION, "Translation slip; conform to EAS-067."),
    hidden("LNG-008", EDITION, "Supports EAS-090."),
    hidden("LNG-009", EDITION, "Parser of localised labels must accept both."),
    hidden("LNG-010", EDITION, "No device effect."),
    hidden("LNG-011", EDITION, "The app is iOS Accounts in every language (EAS-036)."),
    hidden("LNG-012", EDITION, "Parser of localised labels must accept both."),
    hidden("LNG-013", EDITION, "Translation slip; conform to EAS-073 to EAS-076."),
    hidden("LNG-014", EDITION, "No device effect."),
    expected(
        "LNG-015",
        "The encryption identity can be picked for encryption by default and for encryption per message alike.",
    ),
];
