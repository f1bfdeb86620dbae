# SPDX-License-Identifier: MIT
# Reads what `strace -f -y` wrote of a run and says where the write protocol was
# not kept: a temporary is synced after its last write, then the store commits,
# then it is renamed, then its directory is synced, all before the next commit.

function complain(what)
{
	print FILENAME ":" FNR ": " what
	bad = 1
}

# The path that a descriptor has: the first <...> of the line.
function path(line)
{
	return match(line, /<[^>]*>/) ? substr(line, RSTART + 1, RLENGTH - 2) : ""
}

function base(name)
{
	sub(/.*\//, "", name)
	return name
}

{ sub(/^[0-9]+ +/, "") }

/ = -1 / { next }

/^(write|pwrite64|writev|ftruncate)\(/ && base(path($0)) ~ /^\.leat-/ {
	synced[base(path($0))] = committed[base(path($0))] = 0
}

/^(fsync|fdatasync)\(/ {
	file = path($0)
	if (base(file) ~ /^\.leat-/)
		synced[base(file)] = 1
	if (file ~ /store\.db(-wal|-journal)?$/) {
		for (directory in unsynced)
			complain(directory " isn't synced before the next commit")
		split("", unsynced)
		for (name in synced)
			committed[name] = synced[name]
	}
	delete unsynced[file]
}

/^renameat2?\(/ && /"\.leat-/ {
	match($0, /"\.leat-[^"]*"/)
	name = substr($0, RSTART + 1, RLENGTH - 2)
	if (!synced[name])
		complain(name " is renamed, but not synced")
	else if (!committed[name])
		complain(name " is renamed before it is committed")
	unsynced[path($0)] = 1
	renames++
}

END {
	for (directory in unsynced)
		complain(directory " isn't synced at the end")
	if (!renames)
		complain("nothing is renamed")
	exit bad
}
