#!/bin/sh
# Runs every fuzzer for the given time.
set -eu
cd "$(dirname "$0")/.."
for dir in $(grep -rl --include='*_test.go' '^func Fuzz' internal | xargs -n1 dirname | sort -u); do
	for name in $(grep -rhoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | sed 's/func //'); do
		echo "$dir $name"
		go test "./$dir" -run '^$' -fuzz "^$name\$" -fuzztime "${1:-30s}" | tail -n 2
	done
done
