#!/bin/sh
# Installs what the tests need and this machine lacks: PostgreSQL, Chromium with
# fonts, hledger, ledger, beancount, xmllint, zbarimg, pdftotext and Java by apt; axe-core and the HTML
# checker by npm, into .tools. Running Masthead needs none of it.
set -eu
cd "$(dirname "$0")/.."

want=""
have() { command -v "$1" >/dev/null 2>&1; }
need() { have "$1" || want="$want $2"; }
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || have initdb || want="$want postgresql"
need chromium chromium
need hledger hledger
need bean-check beancount
need ledger ledger
need xmllint libxml2-utils
need zbarimg zbar-tools
need pdftotext poppler-utils
need java default-jre-headless
need npm npm
have fc-list && fc-list 2>/dev/null | grep -qi 'noto' || want="$want fonts-noto-core fontconfig"

if [ -n "$want" ]; then
	echo "installing:$want"
	if ! have apt-get; then
		echo "this machine has no apt-get; please install by hand:$want" >&2
		exit 1
	fi
	sudo=""
	[ "$(id -u)" = 0 ] || sudo="sudo"
	$sudo apt-get update -qq
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $want >/dev/null
fi

if [ ! -f .tools/node_modules/axe-core/axe.min.js ] || [ ! -f .tools/node_modules/vnu-jar/build/dist/vnu.jar ]; then
	echo "installing: axe-core vnu-jar"
	mkdir -p .tools
	echo '{"private":true}' >.tools/package.json
	(cd .tools && npm install --no-audit --no-fund --silent --no-package-lock axe-core@4.14.1 vnu-jar@26.9.27)
fi
