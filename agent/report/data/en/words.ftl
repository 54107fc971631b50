# What the program says in its own words: the answer of `try` and `verify` on a terminal, and the pages.
# Keys are said by the sources under that name; `tests/it/language.rs` holds both against each other.

## Words that stand alone

yes = yes
no = no
on = on
off = off
locked = locked
free = free
none = -
default = default
user = the owner
allowed = allowed
denied = denied
absent = absent
ok = ok
failed = failed
failed-loud = FAILED
skipped = skipped
passed = passed
left-open = left open
pending = pending
not-applicable = not applicable
conflict = conflict
otherwise = otherwise
installed = installed
refused = refused
answered = answered
not-answered = not answered
clear = clear
encrypted = encrypted
everything = everything
days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
errors = { $n ->
    [one] { $n } error
   *[other] { $n } errors
}
warnings = { $n ->
    [one] { $n } warning
   *[other] { $n } warnings
}
infos = { $n ->
    [one] { $n } info
   *[other] { $n } infos
}
files = { $n ->
    [one] { $n } file
   *[other] { $n } files
}
payloads = { $n ->
    [one] { $n } payload
   *[other] { $n } payloads
}
error = error
warning = warning
info = info

nothing = nothing
blocked = blocked
labelled = { $label }: { $value }
listed = { $first }; { $next }
and-more = and { $n } more
quoted = “{ $name }”
but = { $value }, but { $problem }
reported-code = { $state }, code { $code }
prompt-kind-user-name = user-name
prompt-kind-email-address = email-address
prompt-kind-password = password
prompt-kind-sign-in = sign-in
compliance-compliant = compliant
compliance-nonCompliant = nonCompliant
compliance-error = error
compliance-conflict = conflict
compliance-remediated = remediated
compliance-notApplicable = notApplicable
compliance-notAssigned = notAssigned
compliance-unknown = unknown

## A trial

trial-head = { $profile } on { $model }, iOS { $ios }{ $supervised ->
    [yes] , supervised
   *[no] {""}
}
no-profile = (no profile)
signed-by = signed by { $signer }
nobody-named = nobody that can be named
not-readable = no readable profile
stored-not-simulated = stored, not simulated: { $types }
prompt = prompt
account-named = Account “{ $name }”
user-at-host = { $user } at { $host }
host-by-autodiscovery = a host found by autodiscovery
actions = Actions
mail = Mail
deviation = the profile says { $expected }, the phone shows { $observed }
trial-summary = { $errors }, { $warnings }; actions: { $allowed } allowed, { $denied } denied, { $absent } absent; mail: { $ok } ok, { $failed } failed, { $skipped } skipped
closing-as-profile = as the profile says
closing-as-profile-and-policy = as the profile and the policy say
closing-not-readable = not a readable profile
closing-refused = the phone refused the profile
closing-not-as-policy = not as the policy says
closing-not-as-profile = not as the profile says
exit-code = exit { $code }

## The account

service-mail = Mail
service-contacts = Contacts
service-calendars = Calendars
service-reminders = Reminders
service-notes = Notes
mail-kept = Mail kept
move-to-other-accounts = Move to other accounts
send-from-other-apps = Send from other apps
sync-recent-addresses = Sync recent addresses
smime-row = S/MIME
smime-sign = S/MIME sign
smime-encrypt = S/MIME encrypt by default
identity = identity
lock-on-each-message = lock on each message
a-new-message-starts = a new message starts

## A verification

verify-head = { $evidence }, iOS { $ios }{ $supervised ->
    [yes] , supervised
   *[no] {""}
}
evidence-tells-no-ios = the evidence tells no iOS version; --ios names another
policy-named = policy “{ $name }”
policy-for = for { $user }
expected = expected
observed = observed
evidence = evidence
says = says
because = because
remedy = remedy
of-policy = policy
policy-says = policy “{ $policy }” says { $value }
value-not-told = (a value that is not told)
assignment-assigned = assigned
assignment-not-assigned = not assigned
assignment-excluded = excluded
assignment-unknown = assignment unknown
drift = Drift
drift-line = is { $observed }, meant is { $expected }
drift-since = since { $since }
drift-first-seen = first seen { $since }
drift-by-owner = changed by the owner
passed-heading = Passed
left-open-heading = Left open by this evidence
pending-heading = Pending: no device can show it yet
verify-summary = { $pass } passed, { $fail } failed, { $open } left open, { $pending } pending, { $inapplicable } not applicable; { $drift } drift, { $conflicts ->
    [one] { $conflicts } conflict
   *[other] { $conflicts } conflicts
}
closing-open = nothing is otherwise, and not everything can be told
closing-as-policy = as the policy says

## Findings

lint-summary = { $errors }, { $warnings }, { $infos } in { $files } (exit { $exit })
finding-help = help: { $help }
finding-at = at { $place }
finding-at-octet = { $file } at octet { $octet }
rules-foot = { $n } rules; `handset explain RULE` tells more
explain-checks = What it checks
explain-why = Why it matters
explain-example = Example
explain-reference = Reference
explain-requirements = Requirements: { $ids }

## Pages

page-foot = Made by handset: a simulated iPhone for mail profiles, and an agent that judges it. This page loads nothing and needs no script.
supervised = supervised
fact-file = File
fact-phone = Phone
fact-policy = Policy
fact-time = Virtual time
fact-organization = Organisation
fact-signer = Signed by
fact-reading = Reading
on-the-phone = On the phone
errors-shown = What the phone shows
deviations = Otherwise than the profile says
verdicts = Verdicts
conflicts = Conflicts
prompts = Prompts
findings = Findings
profile = Payloads
observations = Observations
not-applicable-heading = Not applicable
no-findings = Nothing was found.
count-errors = { $n ->
    [one] error
   *[other] errors
}
count-warnings = { $n ->
    [one] warning
   *[other] warnings
}
count-infos = { $n ->
    [one] info
   *[other] infos
}
count-allowed = { $n ->
    [one] allowed
   *[other] allowed
}
count-denied = { $n ->
    [one] denied
   *[other] denied
}
count-absent = { $n ->
    [one] absent
   *[other] absent
}
count-ok = { $n ->
    [one] ok
   *[other] ok
}
count-failed = { $n ->
    [one] failed
   *[other] failed
}
count-skipped = { $n ->
    [one] skipped
   *[other] skipped
}
count-verdicts-failed = { $n ->
    [one] failed
   *[other] failed
}
count-verdicts-passed = { $n ->
    [one] passed
   *[other] passed
}
column-setting = Setting
column-state = State
column-decided-by = Decided by
column-values = Values
column-since = Since
column-subject = Subject
column-requirements = Requirements
column-action = Action
column-verdict = Verdict
column-what-happened = What happened
column-step = Step
column-outcome = Outcome
column-parties = Signed, encrypted
column-payload = Payload
column-name = Name
column-on-the-phone = On the phone
party-signed = Signed by
party-encrypted = Encrypted to
acts = acts
stored = stored
in-force-before = The settings were in force before the answer.
not-in-force-before = The settings were not in force before the answer.
signing-identity = signing identity
encryption-identity = encryption identity
screen-account = Account
screen-security = S/MIME
screen-exchange = Exchange
screen-messages = Messages
screen-name = Name
screen-server = Server
screen-user = User
screen-address = E-mail
screen-days = Mail days to sync
screen-sign = Sign
screen-encrypt = Encrypt by default
screen-certificate = Certificate
screen-not-shown = S/MIME
screen-new-message = New message
screen-from = From
screen-lock = Starts
action-service-on = Switch { $service } on
action-service-off = Switch { $service } off
action-smime-signing-on = Switch signing on
action-smime-signing-off = Switch signing off
action-smime-signing-identity-pick = Pick another signing certificate
action-smime-encrypt-by-default-on = Switch encryption by default on
action-smime-encrypt-by-default-off = Switch encryption by default off
action-smime-encryption-identity-pick = Pick another encryption certificate
action-smime-message-encryption-flip = Turn the lock of one message
action-mail-window-set = Choose how many days of mail are kept
action-message-move = Move a message to another account
action-message-forward-from-other-account = Forward a message from another account
action-message-send-from-app = Send from another app
action-profile-remove = Remove the profile
mail-step-signed = A signed message goes out
mail-step-signed-tampered = The same, changed on the way
mail-step-encrypted = An encrypted message goes out
mail-step-signed-encrypted = A signed and encrypted message goes out
mail-step-answer = An encrypted answer comes in
mail-step-answer-tampered = The same, changed on the way
mail-step-no-certificate = To somebody without a certificate

## A run of scenarios

inconclusive = inconclusive
in-error = in error
cases = Cases
suites = Suites
requirements = Requirements
checks = Checks
durations = How long it took
run-title = Run
run-heading = { $cases ->
    [one] { $cases } case
   *[other] { $cases } cases
} in { $suites ->
    [one] { $suites } suite
   *[other] { $suites } suites
}
run-passed = everything that was run passed
run-failed = { $n ->
    [one] { $n } case failed
   *[other] { $n } cases failed
}
run-in-error = { $n ->
    [one] { $n } case could not be run
   *[other] { $n } cases could not be run
}
run-inconclusive = { $n ->
    [one] nothing failed, and { $n } case could not be judged
   *[other] nothing failed, and { $n } cases could not be judged
}
run-nothing = nothing of it can be run yet
run-ended-early = the run ended early
run-not-reached = { $n ->
    [one] { $n } case was not reached.
   *[other] { $n } cases were not reached.
}
run-empty = The run has no cases.
fact-target = Run on
fact-filter = Filter
fact-cases = Cases
fact-part = Part
part-of = { $n ->
    [one] of { $n } case
   *[other] of { $n } cases
}
fact-seed = Seed
fact-suites = Digest of the suites
fact-version = handset
count-cases-failed = { $n ->
    [one] failed
   *[other] failed
}
count-cases-passed = { $n ->
    [one] passed
   *[other] passed
}
count-in-error = { $n ->
    [one] in error
   *[other] in error
}
count-inconclusive = { $n ->
    [one] inconclusive
   *[other] inconclusive
}
count-shown = { $n ->
    [one] shown to hold
   *[other] shown to hold
}
count-without-case = { $n ->
    [one] without a case
   *[other] without a case
}
count-met = { $n ->
    [one] met
   *[other] met
}
count-not-met = { $n ->
    [one] not met
   *[other] not met
}
column-suite = Suite
column-requirement = Requirement
column-all = All
no-requirement-named = No case of this run names a requirement.
requirements-without-case = Requirements without a case in this run
not-selected = no case about it was selected
legend-passed = passed
legend-failed = failed, of how many
legend-in-error = could not be run
legend-inconclusive = could not be judged
legend-skipped = was not run
filter-search = Search
filter-nothing = No case fits the filter.
filter-reset = Show everything
filter-forget = Forget this requirement
nothing-otherwise = Nothing was otherwise than expected.
in-short = Further ones, in short
left-out-steps = { $n ->
    [one] { $n } further case that did not pass stands here in a line; the JSON report has its steps.
   *[other] { $n } further cases that did not pass stand here in a line each; the JSON report has their steps.
}
left-out-otherwise = { $n ->
    [one] { $n } more case that did not pass is counted and not listed; the JSON report has it.
   *[other] { $n } more cases that did not pass are counted and not listed; the JSON report has them.
}
left-out-rows = { $n ->
    [one] { $n } more case that passed, or was not run, is counted and not listed; the JSON report has it.
   *[other] { $n } more cases that passed, or were not run, are counted and not listed; the JSON report has them.
}
more-in-json = { $n ->
    [one] … and { $n } more, in the JSON report.
   *[other] … and { $n } more, in the JSON report.
}
timeline = Steps, on the virtual clock
after-step = after step { $step }
at-the-end = at the end
scenario-place = Stands in
tags = Tags
again = Run it alone
phone-asks = The phone asks:
message-sent = Sent
message-received = Received
message-to = to
message-signed = Signed
message-not-signed = Not signed
message-not-opened = What is inside was not opened by any check.
message-in-clear = Goes over the wire in the clear.
durations-about = Real times of this run. They are no part of the report: another run of the same cases takes another time.
durations-spread = Cases by duration
durations-slowest = The slowest cases
durations-total = { $ms } ms in all cases together
