#!/usr/bin/env bash
# Makes docs/report.png: the page of a trial in a headless Chromium.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cargo run --quiet -- try fixtures/profiles/contoso-mail.mobileconfig --intent fixtures/graph/contacts-only.json \
  --report "html=$folder/page.html" >"$folder/out" || [ $? -eq 1 ]
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$folder/browser" \
  --window-size=1280,1400 --screenshot="$folder/page.png" "file://$folder/page.html" 2>"$folder/log"
mv "$folder/page.png" docs/report.png
