#!/bin/sh
# SPDX-License-Identifier: MIT
# Every message and hint has a case that shows it; those that none can reach are
# listed in messages.py with the reason.
. "$srcdir/tests/cli/lib.sh"
top=$(cd "$srcdir" && pwd)
messages="python3 $top/tests/cli/messages.py"

expect 0 $messages \
	"$top/src/loader:$top/src/operators:$top/src/base:$top/src/model:$top/src/engine:$top/src/session:$top/src/cli" \
	"$top" ||
	cat stdout

# What no case reaches is found: a message, a hint, and a message that is one
# with a value in it.
mkdir copy
{
	cat "$srcdir/src/loader/chain.c"
	cat <<'EOF'
static void control(struct loader *loader, const struct node *node)
{
	loader_error(loader, node->location,
		"there is no case "
		"for this hint",
		"nor is there any for %s in a message", node->text);
}
EOF
} >copy/control.c
expect 1 $messages copy "$top"
printed 'no case reaches: there is no case for this hint'
printed 'no case reaches: nor is there any for %s in a message'
[ "$(wc -l <stdout)" -eq 2 ] || fail "it finds others: $(cat stdout)"
finish
