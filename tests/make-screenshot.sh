#!/usr/bin/env bash
# Makes docs/report.png, the page of a trial, and docs/run.png, the page of a run, in a headless Chromium.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# A screenshot of a page, so many pixels high.
shoot() {
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$folder/browser" \
    --window-size="1280,$3" --screenshot="$folder/page.png" "file://$1" 2>"$folder/log"
  mv "$folder/page.png" "$2"
}
cargo run --quiet -- try fixtures/profiles/contoso-mail.mobileconfig --intent fixtures/graph/contacts-only.json \
  --report "html=$folder/page.html" >"$folder/out" || [ $? -eq 1 ]
shoot "$folder/page.html" docs/report.png 1400
cargo run --quiet -- run tests/suites --filter '!tag(option-space)' --device-defect silent-clear-text --quiet --run-folder "$folder/run" \
  --report "html=$folder/run.html" >"$folder/out" || [ $? -eq 1 ]
shoot "$folder/run.html" docs/run.png 2440
